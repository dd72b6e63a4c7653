"""`sweep score`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sweep.cli.messages import say
from sweep.cli.options import CommaList, TestSetList, name
from sweep.cli.paths import OutputFile, OutputFolder, RenamedOption
from sweep.config.names import TEST_SETS

if TYPE_CHECKING:
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
    ranges = input_range, output_range
    _refuse_contradictions(options, ranges)
    if output is not None:
        _refuse_output(output, options)
    from sweep.cli.item_progress import item_progress
    from sweep.scoring.external.request import Request, score
    from sweep.tables.external_scores import write_scores

    request = Request(ranges=ranges, **options)
    methods = []
    for scored in score(request, item_progress, say):
        _report(scored)
        methods.append(scored)
    for path in write_scores(methods, output) if output else []:
        click.echo(f"  {path}")
    whole = all(scored.is_whole for scored in methods)
    if request.into and whole:
        _add(request.into, methods)
    elif request.into:
        say(
            f"error: {request.into}: expected a score for every image of the test set, got some "
            "without; nothing was added, mend the images above"
        )
    return 0 if whole else 1


def _refuse_output(output: Path, options: Mapping[str, Any]) -> None:
    """Before an hour of scoring, not behind it."""
    from srgan_core.destinations import check_file
    from sweep.tables.external_scores import provenance_file

    folders = [options[name] for name in ("sr", "hr") if options[name] is not None]
    for file in (output, provenance_file(output)):
        if file is not None:
            check_file(file, [options["generator"], *(folder / file.name for folder in folders)])


def _report(scored: ScoredMethod) -> None:
    from sweep.visualization.printing.scores import print_scores, title_of

    # A title of the table itself would wrap to the width of its columns.
    click.secho(title_of(scored), bold=True)
    print_scores(scored)
    for note in scored.notes:
        say(f"note: {note}")
    for image, problem in scored.problems.items():
        say(f"not scored: {image}: {problem}")


def _refuse_contradictions(options: Mapping[str, Any], ranges: tuple[str, str]) -> None:
    if (options["sr"] is None) == (options["generator"] is None):
        raise click.UsageError("expected one of --sr and --generator; give a folder or a file")
    if options["generator"] is not None:
        for option in ("hr", "dataset"):
            if options[option] is not None:
                raise click.UsageError(f"--{option} goes with --sr; --generator takes --eval")
        return
    for option, given in (("--eval", options["sets"]), ("--images", options["images"])):
        if given is not None:
            raise click.UsageError(f"{option} goes with --generator; --sr takes --hr")
    if ranges != (RANGE_NAMES[0], RANGE_NAMES[0]):
        raise click.UsageError("--input-range and --output-range go with --generator")


def _add(folder: Path, methods: list[ScoredMethod]) -> None:
    """Adds the scores to a sweep and brings its tables and charts up to date."""
    from sweep.publishing import republish
    from sweep.scoring.external.records import write_external
    from sweep.store.folder import SweepStore

    store = SweepStore(folder)
    with store.locked():
        for scored in methods:
            write_external(store, scored.record())
        files, notes = republish(store)
    for note in notes:
        say(f"note: {note}")
    for path in files:
        if path.parent == store.root:
            click.echo(f"  {path}")
