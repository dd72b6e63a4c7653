"""What a tradeoff panel shows, as plain numbers: lines, references, front, and what is left out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pandas as pd

from sweep.frontier import pareto_front
from sweep.tables import columns as names
from sweep.tables.frames import records_of, summary_frame
from sweep.tables.metric_file import Metric
from sweep.tables.ranking import Record, hr_value

NO_CONTENT = "none"


@dataclass(frozen=True)
class Point:
    """A generator, averaged over its seeds.

    Attributes:
        content: Content loss; the method for a reference.
        adv: Adversarial coefficient; None for a reference.
        x: Value on the distortion axis.
        y: Value on the panel's own axis.
        on_front: Whether no other trained generator is at least as good on both axes.
    """

    content: str
    adv: float | None
    x: float
    y: float
    on_front: bool = False


@dataclass(frozen=True)
class PanelData:
    """Content of one panel.

    Attributes:
        x_metric: Metric of the horizontal axis.
        y_metric: Metric of the vertical axis.
        lines: Content loss to its points in the order of the coefficient.
        srresnet: The warm start; None if it was not scored.
        others: Bicubic and external images; not trained here, so never on the front.
        hr: Value of the HR images on the vertical axis; None where the metric has none.
    """

    x_metric: Metric
    y_metric: Metric
    lines: Mapping[str, tuple[Point, ...]]
    srresnet: Point | None
    others: tuple[Point, ...]
    hr: float | None

    @property
    def trained(self) -> list[Point]:
        """Every generator that this sweep trained, the warm start included."""
        trials = [point for points in self.lines.values() for point in points]
        return trials if self.srresnet is None else [self.srresnet, *trials]

    def front(self) -> list[tuple[float, float]]:
        """Lists the corners of the front's staircase from the highest fidelity down.

        A horizontal step leads from a front point to the fidelity of the next one.
        """
        on_front = {(point.x, point.y) for point in self.trained if point.on_front}
        points = sorted(on_front, reverse=self.x_metric.higher_is_better)
        corners = points[:1]
        for (_, upper), (x, y) in pairwise(points):
            corners += [(x, upper), (x, y)]
        return corners


def panel_data(results: pd.DataFrame, x_metric: Metric, y_metric: Metric) -> PanelData:
    """Collects the points of one panel.

    The front is that of the trained generators, SRResNet included. Values better than HR's own
    count as HR's (see `Metric.merit`).

    Args:
        results: Rows of one data set.
        x_metric: Metric of the horizontal axis.
        y_metric: Metric of the vertical axis.

    Returns:
        The points, means over seeds; what lacks one of both values is absent.
    """
    hr = hr_value(y_metric, records_of(results))
    summary = records_of(summary_frame(results))
    drawable = [r for r in summary if _drawable(r, x_metric.column, y_metric.column)]
    trained = [r for r in drawable if r["method"] in ("srresnet", "srgan")]
    points = _with_front([_point(r, x_metric, y_metric) for r in trained], x_metric, y_metric, hr)
    lines: dict[str, list[Point]] = {}
    for record, point in zip(trained, points, strict=True):
        if record["method"] == "srgan":
            lines.setdefault(point.content, []).append(point)
    return PanelData(
        x_metric,
        y_metric,
        {content: tuple(sorted(line, key=_coefficient)) for content, line in lines.items()},
        next((p for r, p in zip(trained, points, strict=True) if r["method"] == "srresnet"), None),
        tuple(
            _point(r, x_metric, y_metric)
            for r in drawable
            if r["method"] not in ("srresnet", "srgan", "original")
        ),
        hr,
    )


def not_drawn(results: pd.DataFrame) -> list[str]:
    """Names the trials without scores and why, as `vgg54 λ 0.01 (diverged)`.

    Args:
        results: Rows of one data set.

    Returns:
        Names in the order of the table; seeds are named where there are several.
    """
    records = [record for record in records_of(results) if record["method"] == "srgan"]
    several = len({record["seed"] for record in records}) > 1
    seeds: dict[tuple[str, str], list[str]] = {}
    for record in records:
        if record["status"] not in names.SCORED_STATES:
            name = f"{record['content'] or NO_CONTENT} λ {adv_text(record['adv'])}"
            seeds.setdefault((name, record["status"]), []).append(str(record["seed"]))
    return [
        f"{name}{' seed ' + ' + '.join(missing) if several else ''} ({status})"
        for (name, status), missing in seeds.items()
    ]


def any_beyond_hr(results: pd.DataFrame, metric: Metric) -> bool:
    """Tells whether some generator's value is better than that of the HR images.

    Args:
        results: Rows of one data set.
        metric: Metric to look at.

    Returns:
        False also where the metric has no value for HR.
    """
    records = records_of(results)
    hr = hr_value(metric, records)
    return any(
        metric.merit(record[metric.column], hr) != record[metric.column]
        for record in records
        if _drawable(record, metric.column)
    )


def adv_text(adv: float | None) -> str:
    """Writes a coefficient as the tables do."""
    return "?" if adv is None else names.shortest_decimal(adv)


def _point(record: Record, x_metric: Metric, y_metric: Metric) -> Point:
    trial = record["method"] == "srgan"
    content = (record["content"] or NO_CONTENT) if trial else record["method"]
    return Point(content, record["adv"], record[x_metric.column], record[y_metric.column])


def _drawable(record: Record, *columns: str) -> bool:
    values = [record[column] for column in columns]
    return all(value is not None and math.isfinite(value) for value in values)


def _with_front(
    points: Sequence[Point], x_metric: Metric, y_metric: Metric, hr: float | None
) -> list[Point]:
    merits = [(point.x, y_metric.merit(point.y, hr)) for point in points]
    front = set(pareto_front(merits, (x_metric.direction, y_metric.direction)))
    return [replace(point, on_front=index in front) for index, point in enumerate(points)]


def _coefficient(point: Point) -> float:
    return -1.0 if point.adv is None else point.adv
