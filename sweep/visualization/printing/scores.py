"""Prints the scores of a method that was not trained here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from srgan_core.wording import counted
from sweep.metrics.registry import find_metric
from sweep.tables.columns import decimals_for
from sweep.visualization.printing.terminal import print_view
from sweep.visualization.printing.view import (
    DASH,
    Cell,
    Column,
    Row,
    View,
    printable,
)

if TYPE_CHECKING:
    from sweep.scoring.external.scored_method import ScoredMethod

MOST_ROWS = 20
"""Images up to which each has a row on the terminal."""


def print_scores(scored: ScoredMethod) -> None:
    """Prints the table of one test set: its images where they are few, and their means."""
    border = f"border of {scored.protocol.border} px cut where a metric cuts one"
    print_view(_view(scored), [border])


def title_of(scored: ScoredMethod) -> str:
    """Words what a table is about: method, test set, magnification, and how many images."""
    all_images, images = len(scored.outcomes), len(scored.scored)
    count = counted(all_images, "image")
    if images < all_images:
        count = f"{images} of {count}"
    name, dataset = printable(scored.method), printable(scored.dataset)
    return f"{name}: {dataset}, x{scored.protocol.scale}, {count}"


def _view(scored: ScoredMethod) -> View:
    lines: list[tuple[str, Mapping[str, float], str]] = []
    if len(scored.scored) <= MOST_ROWS:
        lines += [(o.pair.image, o.scores, "images") for o in scored.scored]
    lines.append(("mean", scored.means, "mean"))
    if scored.hr_means:
        lines.append(("HR itself", scored.hr_means, "mean"))
    names = list(scored.means or scored.protocol.columns)
    columns = [_cells([values.get(name, math.nan) for _, values, _ in lines]) for name in names]
    rows = (
        Row((Cell(printable(title)), *cells), section)
        for (title, _, section), *cells in zip(lines, *columns, strict=True)
    )
    image = Column("method", "image", "", "", False, True)
    return View("", (image, *map(_column, names)), tuple(rows))


def _column(name: str) -> Column:
    metric = find_metric(name)
    arrow = "↑" if metric.higher_is_better else "↓"
    return Column(name, metric.label, metric.unit, arrow, True, True)


def _cells(values: Sequence[float]) -> list[Cell]:
    """Cells of a column, with as many decimals as suit its largest value."""
    decimals = decimals_for(values)
    return [Cell(DASH if math.isnan(value) else f"{value:.{decimals}f}") for value in values]
