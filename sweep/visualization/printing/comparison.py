"""Prints a comparison in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from srgan_core.wording import counted
from sweep.analysis.comparison.report import Comparison, Report
from sweep.analysis.statistics.bootstrap import LEAST_IMAGES
from sweep.tables.columns import decimals_for
from sweep.tables.curve_names import shown_point
from sweep.visualization.printing.terminal import new_table
from sweep.visualization.printing.view import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_STYLES = {"better": "green", "worse": "red", "indistinguishable": "", "test set too small": "dim"}


def print_report(report: Report, console: Console | None = None) -> None:
    """Prints a table per data set, and how to read it."""
    from rich.console import Console as StandardConsole

    console = console or StandardConsole()
    console.print(f"A  {printable(str(report.first))}", highlight=False, markup=False)
    console.print(f"B  {printable(str(report.second))}", highlight=False, markup=False)
    for _, group in groupby(report.comparisons, key=lambda found: found.dataset):
        console.print()
        console.print(_table(list(group), report))
    console.print()
    for line in notes_of(report):
        console.print(printable(line), style="dim", highlight=False, markup=False)


def notes_of(report: Report) -> list[str]:
    """Words how the numbers came about and what they cannot say."""
    how = report.resampling
    seeded = any(max(found.seeds) > 1 for found in report.comparisons)
    paired = all(found.paired for found in report.comparisons)
    unit = "seeds and images" if seeded else "images"
    lines = [
        f"{how.resamples} resamples of {unit}, seed {how.seed}; the verdict is about A, from the "
        f"{100 * how.confidence:g}% interval of A - B, same images for both"
        + (", same seeds for both" if seeded and paired else "")
    ]
    if any(found.seeds == (1, 1) for found in report.comparisons):
        lines.append(
            "one seed each: this compares what was trained; what another seed would give is not "
            "known"
        )
    elif seeded and any(1 in found.seeds for found in report.comparisons):
        lines.append(
            "a side with one seed: its spread over seeds is not known, nor in the interval"
        )
    if any(found.metric.reference == "none" for found in report.comparisons):
        lines.append("a value beyond HR's own counts as HR's in the difference")
    if any(found.along for found in report.comparisons):
        lines.append(
            "A - B is Bjøntegaard's delta: the mean gap over the values that both curves have"
        )
    if any(found.along and found.along.metric.reference == "none" for found in report.comparisons):
        lines.append("values beyond HR's own are not among those at which the gap is taken")
    lines += [
        f"{name}: fewer than {LEAST_IMAGES} images, no verdict; score both on a larger test set"
        for name in report.too_small
    ]
    return [*lines, *report.notes]


def _table(found: Sequence[Comparison], report: Report) -> Table:
    from rich.text import Text

    first = found[0]
    table = new_table(printable(f"{first.dataset}, x{first.scale}, {_count(found)}"))
    pointed = any(comparison.point for comparison in found)
    several = len({comparison.metric.column for comparison in found}) > 1
    if pointed:
        table.add_column("point")
    table.add_column("mean gap in" if first.along else "metric")
    if first.along:
        table.add_column("at equal", no_wrap=True)
    interval = f"{100 * report.resampling.confidence:g}% interval"
    for heading in (*(() if first.along else ("A", "B")), "A - B", interval):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    points = dict.fromkeys(comparison.point for comparison in found)
    for row, following in zip(found, [*found[1:], None], strict=True):
        name = [printable(shown_point(row.point, points))] if pointed else []
        verdict = Text(row.result.verdict, style=_STYLES[row.result.verdict])
        last = several and (following is None or following.point != row.point)
        table.add_row(*name, Text(row.metric.heading), *_numbers(row), verdict, end_section=last)
    return table


def _count(found: Sequence[Comparison]) -> str:
    counts = sorted({comparison.images for comparison in found})
    most = counted(counts[-1], "image")
    return most if len(counts) == 1 else f"{counts[0]} to {most}"


def _numbers(row: Comparison) -> list[str]:
    """Values of both sides, or where two curves were compared; the difference; its interval."""
    result = row.result
    decimals = decimals_for([result.first, result.second])
    ends = f"{result.low:+.{decimals}f} to {result.high:+.{decimals}f}"
    sides = [f"{value:.{decimals}f}" for value in (result.first, result.second)]
    if row.along is not None:
        at = row.along
        places = decimals_for([at.low, at.high])
        sides = [f"{printable(at.metric.label)}\n{at.low:.{places}f} to {at.high:.{places}f}"]
    return [*sides, f"{result.difference:+.{decimals}f}", ends]
