"""Prints how converged a sweep is: the gap between both ends of each grid point."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from sweep.analysis.convergence import Bracket
from sweep.tables.columns import adv_text, decimals_for
from sweep.visualization.printing.terminal import new_table
from sweep.visualization.printing.view import DASH, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_STYLES = {
    "met": "green",
    "test set too small": "dim",
    "closing": "yellow",
    "open": "red",
    "one end only": "dim",
}

NOTES = (
    "the gap is the value from srgan less the one from srresnet, ± half of its 95% interval over "
    "seeds and images",
    "met: the interval holds 0; closing: the steps left at the rate of the paths' last half; open: "
    "no nearer, or no path (--score-every)",
)


def print_brackets(brackets: Sequence[Bracket], console: Console | None = None) -> None:
    """Prints a table per test set, and how to read it; nothing where there are no brackets."""
    from rich.console import Console as StandardConsole

    console = console or StandardConsole()
    for dataset, group in groupby(brackets, key=lambda found: found.dataset):
        console.print()
        console.print(_table(dataset, list(group)))
    for note in NOTES if brackets else ():
        console.print(note, style="dim", highlight=False, markup=False)


def _table(dataset: str, brackets: Sequence[Bracket]) -> Table:
    table = new_table(printable(f"{dataset}: how far apart both ends are"))
    metrics = list(dict.fromkeys(found.metric for found in brackets))
    table.add_column("content")
    table.add_column("λ", justify="right", no_wrap=True)
    for metric in metrics:
        table.add_column("\n".join(filter(None, (metric.heading, metric.unit))), no_wrap=True)
    points = groupby(brackets, key=lambda found: (found.content, found.adv))
    for (content, adv), group in points:
        cells = {found.metric: _cell(found) for found in group}
        row = [cells.get(metric, DASH) for metric in metrics]
        table.add_row(printable(content), adv_text(adv), *row)
    return table


def _cell(found: Bracket) -> str:
    from rich.markup import escape

    style = _STYLES[found.verdict]
    verdict: str = found.verdict
    if found.gap is None:
        return f"[{style}]{escape(found.reason)}[/]"
    if found.steps_left is not None:
        verdict = f"closing, {found.steps_left} steps"
    half = (found.gap.high - found.gap.low) / 2
    decimals = decimals_for([*found.faithful.values(), *found.realistic.values()])
    return f"{found.gap.measured:+.{decimals}f} ± {half:.{decimals}f} [{style}]{verdict}[/]"
