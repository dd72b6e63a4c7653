"""`sweep interpolate`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Literal

import click

from srgan_core.wording import counted
from sweep.api.derived import bring_tables
from sweep.cli.messages import say
from sweep.cli.options import TestSetList
from sweep.cli.paths import results_folder

if TYPE_CHECKING:
    from sweep.generators.interpolation.curve import Curve

MOST_ALPHAS = 1001

EXAMPLES = """\b
Examples:
  sweep interpolate results/quick --from srresnet-s0 --to vgg16-22-adv0.01-s0
  sweep interpolate --from RRDB_PSNR_x4.pth --to RRDB_ESRGAN_x4.pth
  sweep interpolate --from bicubic --to mse-adv0.001-s0 --space images --alphas 0,0.5,1

Then `sweep plot` draws the curve on the tradeoff charts.
"""


def alpha_list(text: str) -> tuple[float, ...]:
    """Reads `FIRST:LAST:STEP`, both ends included, or a comma-separated list, as exact decimals."""
    try:
        numbers = _range(text) if ":" in text else [Decimal(part) for part in text.split(",")]
    except (InvalidOperation, ValueError):
        numbers = []
    found = sorted({float(number) for number in numbers if number.is_finite()})
    if not found or len(found) < len(set(numbers)) or found[0] < 0 or found[-1] > 1:
        raise click.BadParameter(
            "expected FIRST:LAST:STEP or a comma-separated list of numbers from 0 to 1, "
            f"at most {MOST_ALPHAS}, got {text!r}; 0:1:0.1 gives eleven"
        )
    return tuple(found)


def _range(text: str) -> list[Decimal]:
    first, last, step = (Decimal(part) for part in text.split(":"))
    if not step > 0 or not (last - first) / step < MOST_ALPHAS:
        raise ValueError(text)
    return [first + index * step for index in range(int((last - first) / step) + 1)]


@click.command("interpolate", epilog=EXAMPLES)
@results_folder
@click.option(
    "--from",
    "first",
    required=True,
    metavar="A",
    help="Where alpha is 0: a trial, srresnet-s0, srgan-s0, or a file.",
)
@click.option("--to", "second", required=True, metavar="B", help="Where alpha is 1.")
@click.option(
    "--alphas",
    type=alpha_list,
    metavar="ALPHAS",
    default="0:1:0.1",
    show_default=True,
    help="FIRST:LAST:STEP, or a comma-separated list.",
)
@click.option(
    "--space",
    type=click.Choice(["weights", "images"]),
    default="weights",
    show_default=True,
    help="Mix the networks' weights, or the 8-bit images that both restored.",
)
@click.option(
    "--eval",
    "sets",
    type=TestSetList(),
    help="Test sets of the sweep to score on.  [default: all]",
)
def command(
    folder: Path,
    first: str,
    second: str,
    alphas: tuple[float, ...],
    space: Literal["weights", "images"],
    sets: tuple[str, ...] | None,
) -> None:
    """Score a curve between two generators of DIR (default results/quick) without any training.

    A and B are trials (the beginning of a name is enough where it fits one alone), starts
    (srresnet-s0, srgan-s0), files of weights, anyone's where both are of one architecture, or, for
    images, bicubic. Between two trained networks the curve is a
    heuristic. Images and scores go to DIR/interpolations, the means to DIR/interpolation.csv; what
    is scored already is not scored again.
    """
    from sweep.cli.item_progress import item_progress
    from sweep.generators.interpolation.curve import Curve
    from sweep.generators.interpolation.ends import find_end
    from sweep.generators.interpolation.scoring import score_curve
    from sweep.store.folder import SweepStore, require_sweep

    require_sweep(folder)
    bring_tables(folder, say)
    store = SweepStore(folder)
    ends = find_end(store, first), find_end(store, second)
    if ends[0].name == ends[1].name:
        raise click.UsageError(
            f"--from and --to: expected two different generators, got {ends[0].name} twice"
        )
    curve = Curve(store, *ends, space)
    before = _table(folder)
    _report(curve, score_curve(curve, alphas, sets, item_progress))
    if _table(folder) != before and (folder / "tradeoff.png").is_file():
        say(f"note: the charts do not show this yet: `sweep plot {quote(str(folder))}` draws it")


def _table(folder: Path) -> bytes | None:
    from sweep.tables.curves import INTERPOLATION

    path = folder / INTERPOLATION
    return path.read_bytes() if path.is_file() else None


def _report(curve: Curve, count: int) -> None:
    """Prints the curve and how the trials stand to it."""
    from sweep.analysis.interpolation_verdict import judge_all
    from sweep.tables.curves import INTERPOLATION, read_interpolation
    from sweep.tables.files import read_results
    from sweep.tables.metric_file import read_metrics

    root, frame = curve.store.root, read_interpolation(curve.store.root)
    assert frame is not None
    key = {"from": curve.first.name, "to": curve.second.name, "space": curve.space}
    for column, value in key.items():
        frame = frame[frame[column] == value]
    shown = frame.dropna(axis="columns", how="all").drop(columns=list(key))
    scored = f"{counted(count, 'image')} scored"
    click.echo(f"{curve.first.name} -> {curve.second.name}, {curve.space}: {scored}")
    click.echo(shown.to_string(index=False))
    for verdict in judge_all(read_results(root), frame, read_metrics(root)):
        click.echo(verdict.sentence())
    click.echo(f"  {root / INTERPOLATION}")
    click.echo(f"  {curve.folder}/")
