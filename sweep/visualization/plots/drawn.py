"""The companion table of a chart: one line for everything that is drawn in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from sweep.analysis.fronts import Front, Point
from sweep.config.numbers import shortest_decimal
from sweep.store.states import Method
from sweep.tables.columns import neutralise
from sweep.visualization.plots.limits import panel_limits

COLUMNS = (
    *("dataset", "drawn", "content", "adv"),
    *("x_column", "x", "x_ci95", "y_column", "y", "y_ci95", "state", "health"),
)


def drawn_csv(panels: Mapping[str, Front]) -> str:
    """Lists what the panels of some data sets show, in full precision.

    One line per point of a trial, per reference, per corner of the front and per line of HR;
    `drawn` says which, and of what lies beyond the axes that it stands `at the edge`.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name, front in panels.items():
        for record in _records(name, front):
            writer.writerow(_text(record.get(column)) for column in COLUMNS)
    return buffer.getvalue()


def _records(dataset: str, front: Front) -> Iterator[dict[str, Any]]:
    common = {
        "dataset": dataset,
        "x_column": front.axes.x.column,
        "y_column": front.axes.y.column,
    }
    x_limits, y_limits = panel_limits(front)
    for points in front.lines.values():
        yield from (common | _cells("trial", point) for point in points)
    for point in front.references:
        inside = x_limits.contains(point.x) and y_limits.contains(point.y)
        yield common | _cells("reference" if inside else "reference at the edge", point)
    yield from (common | {"drawn": "front", "x": x, "y": y} for x, y in front.staircase())
    hr = front.axes.y_hr
    if hr is not None:
        drawn = "hr" if y_limits.contains(hr) else "hr at the edge"
        yield common | {"drawn": drawn, "content": Method.ORIGINAL, "y": hr}


def _cells(drawn: str, point: Point) -> dict[str, Any]:
    return {
        "drawn": drawn,
        "content": point.curve,
        "adv": point.adv,
        "x": point.x,
        "x_ci95": point.x_half,
        "y": point.y,
        "y_ci95": point.y_half,
        "state": point.state,
        "health": point.health,
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    return neutralise(value) if isinstance(value, str) else shortest_decimal(value)
