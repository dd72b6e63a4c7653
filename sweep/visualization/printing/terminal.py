"""Prints the result table in a terminal, as wide as the terminal allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from srgan_core.streams import SPELLED
from sweep.analysis.front_report import front_lines
from sweep.analysis.fronts import fronts_of
from sweep.analysis.summary import INTERVAL_NOTE, scores_by_dataset
from sweep.store.low_resolution import low_resolution_note
from sweep.tables.metric_file import MetricColumn
from sweep.visualization.printing.view import Cell, Column, View, printable, views_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

# Wider than any table: asks for the width that a table wants, not the one it can get.
_UNLIMITED = 4096
# Blanks between two columns: the padding of `new_table` and the rule of its box.
_BETWEEN = 2
_STYLES = {"best": "bold", "second": "underline", "": ""}
# Signs beside the styles, for terminals without them and for pipes.
_SIGNS = {"best": "*", "second": "+", "": ""}
_ASCII = str.maketrans(SPELLED)


def print_table(
    results: pd.DataFrame,
    metrics: Mapping[str, MetricColumn],
    console: Console | None = None,
    *,
    each_seed: bool = False,
    low_resolution: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Prints one table per data set, and its fronts, to standard output if no console is given.

    Columns that do not fit are left out, the least important first, and named below. With
    `each_seed` every trial is listed where there are several seeds, else their means.
    `low_resolution` says of data sets how their LR images came about, unless by shrinking alone.
    """
    from rich.console import Console as StandardConsole

    console = console or StandardConsole()
    datasets = scores_by_dataset(results)
    views = views_of(datasets, metrics, each_seed=each_seed)
    fronts = list(fronts_of(datasets, metrics))
    if not views:
        console.print("no trial has been scored yet")
    for position, view in enumerate(views):
        if position:
            console.print()
        fitting = _fit(view, console)
        console.print(_table(fitting, console))
        found = front_lines(front for front in fronts if front.dataset == view.dataset)
        made = filter(None, [low_resolution_note(low_resolution.get(view.dataset))])
        for line in (*made, *_notes(view, fitting, metrics), *map(printable, found)):
            console.print(_encodable(line, console), style="dim", highlight=False, markup=False)


def print_view(view: View, notes: Sequence[str] = (), console: Console | None = None) -> None:
    """Prints one prepared table and lines below it.

    Columns that do not fit are left out and named below.
    """
    from rich.console import Console as StandardConsole

    console = console or StandardConsole()
    fitting = _fit(view, console)
    console.print(_table(fitting, console))
    for line in (*notes, *_hidden(view, fitting)):
        console.print(_encodable(line, console), style="dim", highlight=False, markup=False)


def _fit(view: View, console: Console) -> View:
    """Keeps the columns that fit the console, the most important first."""
    chosen: list[str] = []
    width = 0
    for name in view.by_importance():
        wider = width + bool(chosen) * _BETWEEN + _wanted_width(view.select([name]), console)
        if wider <= console.width or not chosen:
            chosen.append(name)
            width = wider
    return view.select(chosen)


def _wanted_width(view: View, console: Console) -> int:
    """Characters that a table takes where nothing limits it."""
    from rich.measure import Measurement

    unlimited = console.options.update(width=_UNLIMITED)
    return Measurement.get(console, unlimited, _table(view, console)).maximum


def new_table(title: str) -> Table:
    """Makes an empty table with this project's rules and spaces."""
    from rich import box
    from rich.table import Table as RichTable

    return RichTable(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
    )


def _table(view: View, console: Console) -> Table:
    table = new_table(view.title)
    for column in view.columns:
        table.add_column(
            _heading(column, console), justify="right" if column.numeric else "left", no_wrap=True
        )
    spreads = [max(len(row.cells[i].spread) for row in view.rows) for i in range(len(view.columns))]
    for row, following in zip(view.rows, [*view.rows[1:], None], strict=True):
        triples = zip(view.columns, row.cells, spreads, strict=True)
        cells = [_cell(*triple, console) for triple in triples]
        last = following is None or following.section != row.section
        table.add_row(*cells, end_section=last)
    return table


def _heading(column: Column, console: Console) -> Text:
    from rich.text import Text as RichText

    label, bracket, variant = column.heading.partition(" (")
    second = (f"({variant}" if bracket else "", column.unit, column.arrow)
    # The space stands above the signs, so that headings and digits align.
    pad = " " if column.numeric else ""
    lines = (label, " ".join(part for part in second if part))
    return RichText(_encodable("\n".join(line + pad for line in lines), console))


def _cell(column: Column, cell: Cell, spread: int, console: Console) -> Text:
    from rich.text import Text as RichText

    sign = _encodable(" ± ", console)
    # A style of the whole text would also underline the blanks that align it.
    text = RichText().append(_encodable(cell.text, console), style=_STYLES[cell.mark])
    if column.numeric:
        text.append(_SIGNS[cell.mark] or " ")
    if spread:
        # Blanks where there is no interval, so that the values stand below each other.
        text.append(f"{sign}{cell.spread:>{spread}}" if cell.spread else " " * (len(sign) + spread))
    return text


def _notes(view: View, shown: View, metrics: Mapping[str, MetricColumn]) -> list[str]:
    notes = []
    marks = {cell.mark for row in shown.rows for cell in row.cells}
    if "best" in marks:
        second = ", + second best" if "second" in marks else ""
        shown_metrics = [metrics[c.name] for c in shown.columns if c.name in metrics]
        bounded = any(metric.reference == "none" for metric in shown_metrics)
        rule = "; a value beyond HR's own counts as HR's" if bounded else ""
        notes.append(f"* best{second} of the trials{rule}")
    if shown.has_intervals:
        notes.append(INTERVAL_NOTE)
    return [*notes, *_hidden(view, shown)]


def _hidden(view: View, shown: View) -> list[str]:
    hidden = [c.heading for c in view.columns if c not in shown.columns]
    return [f"not shown in this width: {', '.join(hidden)}"] if hidden else []


def _encodable(text: str, console: Console) -> str:
    # All of the console's options would ask the terminal for its size, at every cell.
    return text if console.encoding.startswith("utf") else text.translate(_ASCII)
