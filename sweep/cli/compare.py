"""`sweep compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sweep.cli.messages import say
from sweep.cli.options import CommaList, json_option, name
from sweep.cli.paths import results_option

if TYPE_CHECKING:
    from sweep.analysis.comparison.report import Report

EXAMPLES = """\b
A and B are both of one kind:
  DIR/trials/NAME   a trial: one generator, one seed
  DIR:NAME          a trial by its name, a method (bicubic, srresnet, a scored folder's name),
                    or a grid point over all of its seeds as CONTENT@LAMBDA (mse@0.001)
  DIR:CONTENT       a curve: all coefficients of a content loss over all seeds (mse)
  DIR:interpolation the curve of `sweep interpolate`, which costs no training
  DIR               a whole sweep, against another one: the points that both have, one by one
  :NAME             a NAME as above in --results; for B, in A's folder

\b
Examples:
  sweep compare results/seeds:mse@0.01 :bicubic
  sweep compare results/seeds:mse :vgg16-22
  sweep compare results/quick:vgg16-53 :interpolation --metric lpips_alex
  sweep compare results/new:vgg54@1e-3 results/old:vgg54@1e-3 --metric niqe --fail-if-worse
  sweep compare results/new results/old

Curves are compared by their mean gap in PSNR where NIQE or LPIPS are equal, and the other way
round (Bjøntegaard's deltas), over the range that both have.

The verdict is about A: better, worse, indistinguishable, or, with fewer than 10 images, test set
too small. Exit status: 0; 1 with --fail-if-worse when A is worse in some metric; 2 wrong usage,
or nothing that can be compared. A test set that is too small is no failure: the command says that
it cannot tell, and exits 0.
"""


@click.command("compare", epilog=EXAMPLES)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option(
    "--metric",
    "metrics",
    type=CommaList(name, "a column"),
    help="Metric columns, comma-separated; of curves, what stands against PSNR.  "
    "[default: all that both have; of curves, NIQE, LPIPS and other perception metrics]",
)
@click.option("--fail-if-worse", is_flag=True, help="Exit with 1 when A is worse in some metric.")
@click.option(
    "--resamples",
    type=click.IntRange(100, 1_000_000),
    default=10_000,
    show_default=True,
    help="Bootstrap resamples.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of the resamples.",
)
@click.option(
    "--confidence",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="Confidence of the intervals.",
)
@results_option("that :NAME is looked up in")
@json_option("for both sides")
def command(
    first: str,
    second: str,
    metrics: tuple[str, ...] | None,
    fail_if_worse: bool,
    results: Path,
    as_json: bool,
    **how: Any,
) -> int:
    """Say whether A is better or worse than B, by a bootstrap over seeds and images."""
    from sweep.analysis.comparison.report import Resampling
    from sweep.api.comparing import compare_sides
    from sweep.visualization.printing.comparison import print_report

    report = compare_sides(first, second, results, metrics or (), Resampling(**how), say)
    if as_json:
        _print_json(report)
    else:
        print_report(report)
    if not fail_if_worse:
        return 0
    for dataset in report.too_small:
        click.echo(f"cannot tell on {dataset}: the test set is too small", err=True)
    for found in report.worse:
        click.echo(f"worse on {found.dataset}: {found.name}", err=True)
    return int(bool(report.worse))


def _print_json(report: Report) -> None:
    from sweep.cli.documents import print_document
    from sweep.visualization.printing.comparison import notes_of

    print_document(
        "compare",
        first=str(report.first),
        second=str(report.second),
        resampling=report.resampling,
        comparisons=report.comparisons,
        too_small=report.too_small,
        notes=notes_of(report),
    )
