"""Gathers what a chart shows beside the scored points, for each of its panels."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.analysis.published.matching import Placed, Skipped, place_points
from sweep.analysis.published.points import published_values
from sweep.analysis.summary import DatasetScores
from sweep.tables.tables import Tables
from sweep.visualization.plots.overlays import Overlays, curves_of, paths_of


def overlays_of(
    scores: DatasetScores, tables: Tables, columns: tuple[str, str], published: bool = False
) -> Overlays:
    """Picks what belongs into a panel over two columns; all empty where there is nothing.

    Published results are drawn on request alone.
    """
    return Overlays(
        curves=tuple(curves_of(tables.interpolation, scores.name, columns)),
        paths=tuple(paths_of(tables.path, scores, columns)),
        published=tuple(published_on(scores, *columns)[0]) if published else (),
    )


def published_on(
    scores: DatasetScores, x_column: str, y_column: str
) -> tuple[list[Placed], list[Skipped]]:
    """Sorts published results into what may be drawn on a panel, and what may not and why."""
    return place_points(published_values(), scores.name, scores.scale, x_column, y_column)


def published_lines(
    datasets: Sequence[DatasetScores], x_column: str, y_columns: Sequence[str]
) -> list[str]:
    """Says of every published result where it is drawn, or why it is not."""
    lines = []
    for scores in datasets:
        for y_column in y_columns:
            placed, skipped = published_on(scores, x_column, y_column)
            title = f"published, {scores.name}, {y_column} over {x_column}"
            lines += [f"{title}: {p.method}: drawn ({p.source})" for p in placed]
            lines += [f"{title}: {s.method}: not drawn: {s.reason} ({s.source})" for s in skipped]
    return lines
