"""Fronts as text below tables and charts, and as the table `frontier.csv`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from sweep.analysis.fronts import DECIBELS_BELOW_BICUBIC, Front, Point, fronts_of
from sweep.analysis.summary import scores_by_dataset
from sweep.tables.curve_names import shown_point
from sweep.tables.files import write_csv
from sweep.tables.frames import typed_frame
from sweep.tables.tables import Tables

FRONTIER = "frontier.csv"
COLUMNS = (
    *("dataset", "distortion", "perception", "point", "trials", "x", "x_ci95", "y", "y_ci95"),
    *("state", "dominated_by", "knee", "contribution"),
    *("hypervolume", "reference_x", "reference_y", "health"),
)
_DIGITS = 4


def frontier_frame(fronts: Iterable[Front]) -> pd.DataFrame:
    """Makes the table of `frontier.csv`, one line per data set, pair of axes and generator.

    `x` and `y` are values of the metrics that `distortion` and `perception` name.
    """
    return typed_frame([_record(f, point) for f in fronts for point in f.candidates], COLUMNS)


def write_frontier(tables: Tables) -> Path:
    """Writes `frontier.csv` into a results folder, atomically, and gives the file."""
    path = tables.folder / FRONTIER
    fronts = fronts_of(scores_by_dataset(tables.results), tables.metrics)
    write_csv(frontier_frame(fronts), path)
    return path


def front_summary(front: Front) -> str:
    """Words a front in one line, with the reference point of its area.

    As `hypervolume 1.2 up to 4 dB below bicubic (24.4 dB) and its NIQE (8.5), knee mse@0.001`.
    """
    parts = []
    if front.reference is not None and front.hypervolume is not None:
        x, y = (f"{value:.{_DIGITS}g}" for value in front.reference)
        other = front.axes.y
        area = f"hypervolume {front.hypervolume:.{_DIGITS}g}"
        corner = f"{DECIBELS_BELOW_BICUBIC:g} dB below bicubic ({x} dB)"
        parts.append(
            f"{area} up to {corner} and its {other.label} ({f'{y} {other.unit}'.rstrip()})"
        )
    parts.append(f"knee {shown_point(front.knee)}" if front.knee else "no knee")
    return ", ".join(parts)


def front_lines(fronts: Iterable[Front]) -> list[str]:
    """Words the fronts of one data set for people.

    Returns:
        Per front one line with its points, area and knee, and where intervals leave it open
        one that says so; at the end what was left out of all of them.
    """
    lines: list[str] = []
    unhealthy: dict[str, str] = {}
    for front in fronts:
        points = ", ".join(shown_point(point.name) for point in front.on_front) or "nothing"
        lines.append(f"front of {front.axes.y.label}: {points}; {front_summary(front)}")
        unsure = [
            shown_point(point.name)
            for point in front.candidates
            if point.state == "dominated by the means"
        ]
        if unsure:
            lines.append(f"  dominated by the means, not beyond the intervals: {', '.join(unsure)}")
        unhealthy |= {shown_point(point.name): point.health for point in front.unhealthy}
    if unhealthy:
        named = ", ".join(f"{name} ({reason})" for name, reason in unhealthy.items())
        lines.append(f"left out of the fronts: {named}")
    return lines


def _record(front: Front, point: Point) -> dict[str, Any]:
    reference = front.reference or (None, None)
    return {
        "dataset": front.dataset,
        "distortion": front.axes.x.column,
        "perception": front.axes.y.column,
        "point": point.name,
        "trials": " ".join(point.trials),
        "x": point.x,
        "x_ci95": point.x_half,
        "y": point.y,
        "y_ci95": point.y_half,
        "state": point.state,
        "dominated_by": point.dominated_by,
        "knee": "knee" if point.knee else "",
        "contribution": point.contribution,
        "hypervolume": front.hypervolume,
        "reference_x": reference[0],
        "reference_y": reference[1],
        "health": point.health,
    }
