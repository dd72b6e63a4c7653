"""The companion table of a chart: one line for everything that is drawn in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from sweep.config.numbers import shortest_decimal
from sweep.tables.columns import neutralise
from sweep.visualization.plots.limits import (
    BAR_STRETCH,
    HR_STRETCH,
    REFERENCE_STRETCH,
    Limits,
    axis_limits,
)
from sweep.visualization.plots.points import PanelData, Point

COLUMNS = (
    *("dataset", "drawn", "content", "adv"),
    *("x_column", "x", "x_ci95", "y_column", "y", "y_ci95", "state", "health"),
)


def panel_limits(data: PanelData) -> tuple[Limits, Limits]:
    """Chooses the range of both axes; a reference that would stretch one too far is outside.

    Args:
        data: What the panel shows.

    Returns:
        Ranges of the horizontal and the vertical axis.
    """
    core = data.trained or list(data.others)
    bars = [bar for point in core for bar in point.bars]
    hr = [] if data.hr is None else [(data.hr, HR_STRETCH)]
    x_optional = [(p.x, REFERENCE_STRETCH) for p in data.others]
    x_optional += [(end, BAR_STRETCH) for xs, _ in bars for end in xs]
    y_optional = [(p.y, REFERENCE_STRETCH) for p in data.others]
    y_optional += [(end, BAR_STRETCH) for _, ys in bars for end in ys]
    return (
        axis_limits([p.x for p in core], x_optional),
        axis_limits([p.y for p in core], y_optional + hr),
    )


def drawn_csv(panels: Mapping[str, PanelData]) -> str:
    """Lists what the panels show, in full precision.

    Args:
        panels: Data set to its panel.

    Returns:
        CSV with one line per point of a trial, per reference, per corner of the front and per
        line of HR; `drawn` says which. What lies beyond the axes is not listed.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name, data in panels.items():
        for record in _records(name, data):
            writer.writerow(_text(record.get(column)) for column in COLUMNS)
    return buffer.getvalue()


def _records(dataset: str, data: PanelData) -> Iterator[dict[str, Any]]:
    common = {
        "dataset": dataset,
        "x_column": data.x_metric.column,
        "y_column": data.y_metric.column,
    }
    x_limits, y_limits = panel_limits(data)
    for points in data.lines.values():
        yield from (common | _cells("trial", point) for point in points)
    references = [point for point in (data.srresnet, *data.others) if point is not None]
    for point in references:
        if x_limits.contains(point.x) and y_limits.contains(point.y):
            yield common | _cells("reference", point)
    yield from (common | {"drawn": "front", "x": x, "y": y} for x, y in data.front())
    if data.hr is not None and y_limits.contains(data.hr):
        yield common | {"drawn": "hr", "content": "original", "y": data.hr}


def _cells(drawn: str, point: Point) -> dict[str, Any]:
    return {
        "drawn": drawn,
        "content": point.content,
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
