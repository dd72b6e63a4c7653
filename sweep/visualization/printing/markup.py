"""Writes the result table as Markdown, LaTeX or CSV text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import pandas as pd

from srgan_core.errors import ConfigError, unknown_name
from sweep.analysis.summary import INTERVAL_NOTE, scores_by_dataset
from sweep.store.low_resolution import low_resolution_note
from sweep.tables.files import csv_text
from sweep.tables.metric_file import MetricColumn
from sweep.visualization.printing.view import DASH, Cell, Column, View, views_of

Markup = Literal["csv", "markdown", "latex"]
MARKUPS: tuple[Markup, ...] = ("csv", "markdown", "latex")

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "λ": r"$\lambda$",
    "±": r"$\pm$",
    DASH: "--",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}


def format_table(
    results: pd.DataFrame,
    metrics: Mapping[str, MetricColumn],
    markup: Markup,
    *,
    each_seed: bool = False,
    low_resolution: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Writes the table as text to paste elsewhere.

    Args:
        results: Table of `read_results`.
        metrics: Column to metric, of `read_metrics`.
        markup: `csv` gives `results.csv` itself with every column; `markdown` and `latex`
            give one table per data set with the best values bold and the second underlined.
        each_seed: Whether to list every trial where there are several seeds, not their means.
        low_resolution: Data set to how its LR images came about, unless by shrinking alone.

    Raises:
        ConfigError: when the markup is unknown.
    """
    if markup == "csv":
        return csv_text(results)
    if markup not in MARKUPS:
        raise ConfigError(unknown_name("format", markup, MARKUPS))
    views = views_of(scores_by_dataset(results), metrics, each_seed=each_seed)
    write = _markdown if markup == "markdown" else _latex
    return "\n".join(
        write(view.essential(), _remarks(view, low_resolution.get(view.dataset))) for view in views
    )


def _remarks(view: View, low_resolution: str | None) -> list[str]:
    interval = INTERVAL_NOTE if view.has_intervals else ""
    return [text for text in (low_resolution_note(low_resolution), interval) if text]


def escape_markdown(text: str) -> str:
    """Keeps Markdown and HTML from reading a text as markup."""
    return _MARKDOWN_SPECIAL.sub(r"\\\1", text)


def escape_latex(text: str) -> str:
    """Keeps LaTeX from reading a text as markup."""
    return "".join(_LATEX_SPECIAL.get(character, character) for character in text)


def _markdown(view: View, remarks: Sequence[str]) -> str:
    def line(cells: list[str]) -> str:
        return f"| {' | '.join(cells)} |"

    # GitHub drops <u> from Markdown and keeps <ins>, which it underlines.
    wrap = {"best": "**{}**", "second": "<ins>{}</ins>", "": "{}"}
    lines = [f"**{escape_markdown(view.title)}**", ""]
    lines.append(line([escape_markdown(_heading(column)) for column in view.columns]))
    lines.append(line(["---:" if column.numeric else ":---" for column in view.columns]))
    lines += [
        line(
            [
                wrap[cell.mark].format(escape_markdown(cell.text)) + _spread(cell, " ± ")
                for cell in row.cells
            ]
        )
        for row in view.rows
    ]
    for remark in remarks:
        lines += ["", remark]
    return "\n".join(lines) + "\n"


def _latex(view: View, remarks: Sequence[str]) -> str:
    def line(cells: list[str]) -> str:
        return f"    {' & '.join(cells)} \\\\"

    caption = ". ".join([view.title, *(remark.rstrip(".") for remark in remarks)])
    alignment = "".join("r" if column.numeric else "l" for column in view.columns)
    lines = [
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{escape_latex(caption)}}}",
        rf"  \begin{{tabular}}{{{alignment}}}",
        r"    \toprule",
        line([escape_latex(_heading(column)) for column in view.columns]),
    ]
    section = None
    for row in view.rows:
        if row.section != section:
            lines.append(r"    \midrule")
        section = row.section
        lines.append(line([_latex_cell(cell) for cell in row.cells]))
    lines += [r"    \bottomrule", r"  \end{tabular}", r"\end{table}"]
    return "\n".join(lines) + "\n"


def _latex_cell(cell: Cell) -> str:
    text = escape_latex(cell.text)
    # A sign set as text would be a hyphen.
    text = re.sub(r"^([+-])(?=\d)", r"$\1$", text)
    wrap = {"best": r"\textbf", "second": r"\underline", "": ""}[cell.mark]
    return (f"{wrap}{{{text}}}" if wrap else text) + _spread(cell, r" $\pm$ ")


def _spread(cell: Cell, sign: str) -> str:
    return f"{sign}{cell.spread}" if cell.spread else ""


def _heading(column: Column) -> str:
    unit = f"[{column.unit}]" if column.unit else ""
    return " ".join(part for part in (column.heading, unit, column.arrow) if part)
