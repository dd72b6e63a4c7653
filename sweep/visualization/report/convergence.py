"""The tables of brackets on their way into the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sweep.analysis.convergence import Bracket
from sweep.visualization.printing.brackets import BracketTable, bracket_tables


def convergence_of(brackets: Sequence[Bracket]) -> dict[str, Any]:
    """Describes the table of every test set that has brackets: data set to metrics and rows."""
    return {table.dataset: _described(table) for table in bracket_tables(brackets)}


def _described(table: BracketTable) -> dict[str, Any]:
    return {
        "metrics": [metric.heading for metric in table.metrics],
        "rows": [
            {
                "content": row.content,
                "adv": row.adv,
                "cells": [
                    {"gap": cell.gap, "verdict": cell.verdict, "words": cell.words}
                    if cell
                    else None
                    for cell in row.cells
                ],
            }
            for row in table.rows
        ],
    }
