"""What a tradeoff panel shows, as plain numbers: lines, references, front, and what is left out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from sweep.analysis.fronts import Front, front_of, is_drawable, point_name
from sweep.analysis.summary import summary_frame
from sweep.config.numbers import shortest_decimal
from sweep.tables import columns as names
from sweep.tables.frames import records_of
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
        x_half: Half width of the 95% interval over seeds; None with one seed.
        y_half: The same on the panel's own axis.
        state: Its place against the front, as `sweep.analysis.fronts` says it; empty for what was
            not trained here.
        health: Why it may not be compared; empty when it is healthy.
        knee: Whether it is the knee of the front.
    """

    content: str
    adv: float | None
    x: float
    y: float
    x_half: float | None = None
    y_half: float | None = None
    state: str = ""
    health: str = ""
    knee: bool = False

    @property
    def on_front(self) -> bool:
        """Whether no other healthy generator is at least as good on both axes and better on one."""
        return self.state == "front"

    @property
    def bars(self) -> list[tuple[tuple[float, float], tuple[float, float]]]:
        """Ends of the error bars, as pairs of x and pairs of y."""
        bars = []
        if self.x_half:
            bars.append(((self.x - self.x_half, self.x + self.x_half), (self.y, self.y)))
        if self.y_half:
            bars.append(((self.x, self.x), (self.y - self.y_half, self.y + self.y_half)))
        return bars


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
        found: The front, its area and its knee.
    """

    x_metric: Metric
    y_metric: Metric
    lines: Mapping[str, tuple[Point, ...]]
    srresnet: Point | None
    others: tuple[Point, ...]
    hr: float | None
    found: Front

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
    found = front_of(results, x_metric, y_metric)
    columns = (x_metric.column, y_metric.column)
    drawable = [r for r in records_of(summary_frame(results)) if is_drawable(r, *columns)]
    points = [(record, _point(record, x_metric, y_metric, found)) for record in drawable]
    lines: dict[str, list[Point]] = {}
    for record, point in points:
        if record["method"] == "srgan":
            lines.setdefault(point.content, []).append(point)
    return PanelData(
        x_metric,
        y_metric,
        {content: tuple(sorted(line, key=_coefficient)) for content, line in lines.items()},
        next((point for record, point in points if record["method"] == "srresnet"), None),
        tuple(
            point
            for record, point in points
            if record["method"] not in ("srresnet", "srgan", "original")
        ),
        hr,
        found,
    )


def not_drawn(results: pd.DataFrame) -> list[str]:
    """Names the trials without scores and why, as `vgg54 λ 0.01 (diverged)`.

    Args:
        results: Rows of one data set.

    Returns:
        Names in the order of the table, seeds where there are several; then whatever has an
        infinite score.
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
    ] + _infinite(results)


def _infinite(results: pd.DataFrame) -> list[str]:
    """Names what has no place on an axis: images that equal HR have an infinite PSNR."""
    return [
        f"{record['trial']} ({', '.join(columns)} inf, equal to HR)"
        for record in records_of(results)
        if (columns := [c for c in names.METRICS if record[c] in (math.inf, -math.inf)])
    ]


def left_out(results: pd.DataFrame) -> list[str]:
    """Names the points that health keeps out of the front, as `mse λ 0.01 (reason)`.

    Args:
        results: Rows of one data set.

    Returns:
        Names in the order of the table.
    """
    return [
        f"{record['content'] or record['method']} λ {adv_text(record['adv'])} ({record['health']})"
        for record in records_of(summary_frame(results))
        if record["health"]
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
        if is_drawable(record, metric.column)
    )


def adv_text(adv: float | None) -> str:
    """Writes a coefficient as the tables do."""
    return "?" if adv is None else shortest_decimal(adv)


def _point(record: Record, x_metric: Metric, y_metric: Metric, found: Front) -> Point:
    name = point_name(record)
    candidate = next((point for point in found.candidates if point.name == name), None)
    trial = record["method"] == "srgan"
    return Point(
        (record["content"] or NO_CONTENT) if trial else record["method"],
        record["adv"],
        record[x_metric.column],
        record[y_metric.column],
        record[names.interval_column(x_metric.column)],
        record[names.interval_column(y_metric.column)],
        candidate.state if candidate else "",
        candidate.health if candidate else "",
        candidate is not None and name == found.knee,
    )


def _coefficient(point: Point) -> float:
    return -1.0 if point.adv is None else point.adv
