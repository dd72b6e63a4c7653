"""Prints how converged a sweep is: the gap between both ends of each grid point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweep.analysis.convergence import Bracket, Verdict
from sweep.visualization.printing.brackets import NOTES, BracketCell, BracketTable, bracket_tables
from sweep.visualization.printing.terminal import new_table
from sweep.visualization.printing.view import DASH, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_STYLES: dict[Verdict, str] = {
    "met": "green",
    "test set too small": "dim",
    "closing": "yellow",
    "open": "red",
    "one end only": "dim",
}


def print_brackets(brackets: Sequence[Bracket], console: Console | None = None) -> None:
    """Prints a table per test set, and how to read it; nothing where there are no brackets."""
    from rich.console import Console as StandardConsole

    console = console or StandardConsole()
    for table in bracket_tables(brackets):
        console.print()
        console.print(_printed(table))
    for note in NOTES if brackets else ():
        console.print(note, style="dim", highlight=False, markup=False)


def _printed(brackets: BracketTable) -> Table:
    from rich.markup import escape

    table = new_table(printable(f"{brackets.dataset}: how far apart both ends are"))
    table.add_column("content", no_wrap=True)
    table.add_column("λ", justify="right", no_wrap=True)
    for metric in brackets.metrics:
        table.add_column(escape(metric.heading))
    for row in brackets.rows:
        cells = [_markup(cell) if cell else DASH for cell in row.cells]
        table.add_row(printable(row.content), row.adv, *cells)
    return table


def _markup(cell: BracketCell) -> str:
    from rich.markup import escape

    return f"{cell.gap} [{_STYLES[cell.verdict]}]{escape(cell.words)}[/]".lstrip()
