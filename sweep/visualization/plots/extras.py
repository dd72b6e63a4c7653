"""Gathers what a chart shows beside the scored points, for each of its panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sweep.analysis.published.matching import Placed, Skipped, place_points
from sweep.analysis.published.points import published_values
from sweep.tables.curves import read_interpolation, read_path
from sweep.visualization.plots.overlays import Overlays, curves_of, paths_of


@dataclass(frozen=True)
class Extras:
    """Tables behind the overlays of a chart.

    Attributes:
        interpolation: `interpolation.csv`; None where there is none.
        path: `path.csv`; None where there is none.
        published: Whether published results were asked for.
    """

    interpolation: pd.DataFrame | None = None
    path: pd.DataFrame | None = None
    published: bool = False

    def overlays(self, results: pd.DataFrame, x_column: str, y_column: str) -> Overlays:
        """Picks what belongs into a panel.

        Args:
            results: Rows of one test set.
            x_column: Metric column of the horizontal axis.
            y_column: Metric column of the vertical axis.

        Returns:
            The overlays; all empty where there is nothing.
        """
        columns, dataset = (x_column, y_column), str(results.iloc[0]["dataset"])
        return Overlays(
            curves=tuple(curves_of(self.interpolation, dataset, columns)),
            paths=tuple(paths_of(self.path, results, columns)),
            published=tuple(published_on(results, *columns)[0]) if self.published else (),
        )


def read_extras(folder: Path, published: bool = False) -> Extras:
    """Reads the tables behind the overlays, as far as they are there.

    Args:
        folder: Results folder.
        published: Whether published results are to be drawn.

    Returns:
        The tables.

    Raises:
        StoreError: when one of them is not a table of this tool.
    """
    return Extras(read_interpolation(folder), read_path(folder), published)


def published_on(
    results: pd.DataFrame, x_column: str, y_column: str
) -> tuple[list[Placed], list[Skipped]]:
    """Sorts published results into those of a panel's protocol and the others.

    Args:
        results: Rows of one test set.
        x_column: Metric column of the horizontal axis.
        y_column: Metric column of the vertical axis.

    Returns:
        What may be drawn, and what may not with the reason.
    """
    first = results.iloc[0]
    return place_points(
        published_values(), str(first["dataset"]), int(first["scale"]), x_column, y_column
    )


def published_lines(results: pd.DataFrame, x_column: str, y_columns: Sequence[str]) -> list[str]:
    """Says of every published result where it is drawn, or why it is not.

    Args:
        results: All rows of a results folder.
        x_column: Metric column of the horizontal axis.
        y_columns: Metric columns of the vertical axes.

    Returns:
        Lines for the terminal.
    """
    lines = []
    for dataset in dict.fromkeys(results["dataset"]):
        rows = results[results["dataset"] == dataset]
        for y_column in y_columns:
            placed, skipped = published_on(rows, x_column, y_column)
            title = f"published, {dataset}, {y_column} over {x_column}"
            lines += [f"{title}: {p.method}: drawn ({p.source})" for p in placed]
            lines += [f"{title}: {s.method}: not drawn: {s.reason} ({s.source})" for s in skipped]
    return lines
