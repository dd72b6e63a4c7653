"""`sweep score`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sweep.cli.messages import say
from sweep.cli.options import CommaList, TestSetList, name
from sweep.cli.paths import OutputFile, OutputFolder, RenamedOption
from sweep.config.names import TEST_SETS

if TYPE_CHECKING:
    from sweep.scoring.external.request import Request
    from sweep.scoring.external.scored_method import ScoredMethod

EXAMPLES = """\b
Examples:
  sweep score --sr my_x4 --hr Set5
  sweep score --sr my_x4 --hr Set5 --name MyNet -o scores.csv
  sweep score --sr my_x4 --metrics niqe
  sweep score --sr my_x4 --name MyNet --results results/quick
  sweep score --generator netG_epoch_4_100.pth --eval set5,folder:photos
  sweep score --generator net.pt --eval pairs:camera/LR,camera/HR
  sweep score --generator RealESRGAN_x4plus.pth --name Real-ESRGAN --into results/quick

Exit status: 0 every image scored; 1 some image could not be (the others are); 2 wrong usage;
3 weights or a test set cannot be had here.
"""

RANGE_NAMES = ("0..1", "-1..1", "0..255")

EXISTING = click.Path(path_type=Path, exists=True)


@click.command("score", epilog=EXAMPLES)
@click.option("--sr", type=EXISTING, help="Folder of restored images.")
@click.option("--hr", type=EXISTING, help="Folder of their HR images; paired by file name.")
@click.option(
    "--generator",
    type=EXISTING,
    help="Generator to score: ours, an SRResNet's or another known network's state dict (RRDB, "
    "SwinIR, ...: extra `generators`), or TorchScript.",
)
@click.option(
    "--eval",
    "sets",
    type=TestSetList(),
    help=f"Test sets for --generator: {', '.join(TEST_SETS)}.  [default: set5, or those of "
    "--results]",
)
@click.option("--name", "method", help="Name in the tables.  [default: the folder's or file's]")
@click.option(
    "--metrics",
    type=CommaList(name, "a metric"),
    help="Metrics.  [default: psnr,ssim,lpips,niqe; without --hr niqe; those of --results]",
)
@click.option(
    "--scale", type=click.IntRange(min=1), help="Magnification; sets the border.  [default: 4]"
)
@click.option(
    "--crop-border",
    type=click.IntRange(min=0),
    help="Pixels cut from each side.  [default: the scale]",
)
@click.option(
    "-o",
    "--output",
    type=OutputFile(),
    help="CSV file, one row per image; FILE.metrics.json beside it says how.",
)
@click.option(
    "--results",
    "--into",
    "into",
    cls=RenamedOption,
    metavar="DIR",
    type=EXISTING,
    help="Results folder to add the scores to.",
)
@click.option("--dataset", help="Name of the test set.  [default: the HR folder's]")
@click.option(
    "--images",
    type=OutputFolder(),
    help="Folder in which to keep what --generator restores.",
)
@click.option(
    "--input-range",
    type=click.Choice(RANGE_NAMES),
    default="0..1",
    show_default=True,
    help="Range in which a TorchScript program takes pixels.",
)
@click.option(
    "--output-range",
    type=click.Choice(RANGE_NAMES),
    default="0..1",
    show_default=True,
    help="Range in which a TorchScript program gives pixels.",
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N or mps.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="Processes that score.  [default: as many as cores, fewer for few images]",
)
def command(output: Path | None, input_range: str, output_range: str, **options: Any) -> int:
    """Score anyone's images, or anyone's generator, with the code that scores trials.

    Images are paired with their HR images by file name; what marks the scale or the method
    (_x4, _SR, -HR, _bicubic) is understood. Prints the scores and their means.
    """
    from sweep.api.scoring import INCOMPLETE
    from sweep.cli.item_progress import item_progress
    from sweep.scoring.external.request import Request, refuse_contradictions, score
    from sweep.tables.external_scores import write_scores

    request = Request(ranges=(input_range, output_range), **options)
    refuse_contradictions(request)
    if output is not None:
        _refuse_output(output, request)
    methods = []
    for scored in score(request, item_progress, say):
        _report(scored)
        methods.append(scored)
    for path in write_scores(methods, output) if output else []:
        click.echo(f"  {path}")
    whole = all(scored.is_whole for scored in methods)
    if request.into and whole:
        _print_added(request.into, methods)
    elif request.into:
        say(f"error: {request.into}: {INCOMPLETE}")
    return 0 if whole else 1


def _refuse_output(output: Path, request: Request) -> None:
    """Before an hour of scoring, not behind it."""
    from srgan_core.destinations import check_file
    from sweep.tables.external_scores import provenance_file

    folders = [folder for folder in (request.sr, request.hr) if folder is not None]
    for file in (output, provenance_file(output)):
        if file is not None:
            check_file(file, [request.generator, *(folder / file.name for folder in folders)])


def _report(scored: ScoredMethod) -> None:
    from sweep.visualization.printing.scores import print_scores, title_of

    # A title of the table itself would wrap to the width of its columns.
    click.secho(title_of(scored), bold=True)
    print_scores(scored)
    for note in scored.notes:
        say(f"note: {note}")
    for image, problem in scored.problems.items():
        say(f"not scored: {image}: {problem}")


def _print_added(folder: Path, methods: Sequence[ScoredMethod]) -> None:
    """Adds the scores to a sweep and names what was brought up to date."""
    from sweep.api.scoring import add_to_sweep

    files, notes = add_to_sweep(folder, methods)
    for note in notes:
        say(f"note: {note}")
    for path in files:
        if path.parent == folder:
            click.echo(f"  {path}")
