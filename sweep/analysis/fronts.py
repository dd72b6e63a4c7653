"""Fronts of a results table: who dominates whom, how much area, and where the knee is.

The points are the generators that a sweep trained, SRResNet included, each the mean over its
seeds with Student's 95% interval. Bicubic sets the reference point of the area; bicubic itself,
external images and unhealthy generators are no candidates. A value better than HR's own counts
as HR's on either axis (see `MetricColumn.merit`), ends of intervals too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from sweep.analysis.frontier import (
    contributions_2d,
    first_dominating,
    hypervolume_2d,
    interval_ends,
    knee,
    pareto_front,
)
from sweep.analysis.summary import DatasetScores
from sweep.metrics.axes import DISTORTION, axes_beside_distortion
from sweep.metrics.declaration import Direction
from sweep.store.states import Method
from sweep.tables import columns as names
from sweep.tables.columns import CURVE
from sweep.tables.curve_names import point_name, without_start
from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import TRAINED_METHODS, Record, hr_value

DECIBELS_BELOW_BICUBIC = 4.0
"""The reference point has bicubic's PSNR less this, and bicubic's value on the other axis."""

Place = tuple[float, float]
Standing = Literal["", "front", "dominated by the means", "dominated", "unhealthy"]


@dataclass(frozen=True)
class Axes:
    """Two metrics of one data set, with the value of HR itself where a metric has one."""

    x: MetricColumn
    y: MetricColumn
    x_hr: float | None
    y_hr: float | None

    @classmethod
    def of(cls, scores: DatasetScores, x: MetricColumn, y: MetricColumn) -> Axes:
        """Looks up HR's values."""
        return cls(x, y, hr_value(x, scores.rows), hr_value(y, scores.rows))

    @property
    def directions(self) -> tuple[Direction, Direction]:
        """Better ways of both axes."""
        return self.x.direction, self.y.direction

    def merit(self, place: Place) -> Place:
        """Makes a place comparable: beyond HR counts as HR."""
        return self.x.merit(place[0], self.x_hr), self.y.merit(place[1], self.y_hr)

    def place(self, record: Record) -> Place | None:
        """Where a record stands; None without finite values on both axes."""
        x, y = record.get(self.x.column), record.get(self.y.column)
        if x is None or y is None or not (math.isfinite(x) and math.isfinite(y)):
            return None
        return x, y


@dataclass(frozen=True)
class Point:
    """A method, or the mean of a grid point over its seeds.

    Attributes:
        name: `bicubic`, `srresnet`, or content loss and coefficient as `mse@0.001`.
        method: Name of the method.
        curve: Its curve, a content loss; the method for what is no trial.
        adv: Adversarial coefficient; None for what is no trial.
        trials: Folder names of the scored trials in the mean.
        x: Value on the distortion axis.
        y: Value on the other axis.
        x_half: Half width of the 95% interval over seeds; None with one seed.
        y_half: The same on the other axis.
        health: Why it may not be compared; empty when it is healthy.
        state: Its place against the front, empty for what was not trained here. `dominated` when
            some candidate, at the bad ends of its intervals, is still as good everywhere and
            better somewhere as this one at its good ends; `dominated by the means` when that
            holds for the means alone.
        dominated_by: A candidate that dominates this one; empty on the front.
        contribution: Area that this candidate alone dominates; None without reference point.
        cost: What a generator of others costs, in print; empty where unknown.
        knee: Whether it is the knee of the front, which is a compromise that an adversarial
            coefficient above 0 chose: neither the SRResNet nor the control is one.
    """

    name: str
    method: str
    curve: str
    adv: float | None
    trials: tuple[str, ...]
    x: float
    y: float
    x_half: float | None = None
    y_half: float | None = None
    health: str = ""
    state: Standing = ""
    dominated_by: str = ""
    contribution: float | None = None
    cost: str = ""
    knee: bool = False

    @property
    def on_front(self) -> bool:
        """Whether no other healthy generator is at least as good on both axes and better on one."""
        return self.state == "front"

    @property
    def bars(self) -> list[tuple[Place, Place]]:
        """Ends of the error bars, as pairs of x and pairs of y."""
        bars = []
        if self.x_half:
            bars.append(((self.x - self.x_half, self.x + self.x_half), (self.y, self.y)))
        if self.y_half:
            bars.append(((self.x, self.x), (self.y - self.y_half, self.y + self.y_half)))
        return bars


@dataclass(frozen=True)
class Front:
    """Points of one data set on one pair of axes, and the front of the trained ones.

    Attributes:
        dataset: Name of the data set.
        axes: The metrics.
        candidates: Trained generators in the order of the table.
        others: Bicubic and external images.
        reference: Reference point of the area; None where bicubic was not scored or the
            distortion axis is not in decibels.
        hypervolume: Area that the front dominates, up to the reference point.
    """

    dataset: str
    axes: Axes
    candidates: tuple[Point, ...]
    others: tuple[Point, ...]
    reference: Place | None
    hypervolume: float | None

    @property
    def on_front(self) -> list[Point]:
        """The front from the highest fidelity down."""
        found = [point for point in self.candidates if point.on_front]
        return sorted(found, key=lambda point: point.x, reverse=self.axes.x.higher_is_better)

    @property
    def unhealthy(self) -> list[Point]:
        """What was left out."""
        return [point for point in self.candidates if point.health]

    @property
    def knee(self) -> str:
        """Name of the candidate at the knee; empty where the front has none."""
        return next((point.name for point in self.candidates if point.knee), "")

    @property
    def references(self) -> list[Point]:
        """What is no trial: SRResNet and pair first, then what was not trained here."""
        return [*(p for p in self.candidates if p.method != Method.SRGAN), *self.others]

    @property
    def lines(self) -> dict[str, list[Point]]:
        """Curve to its points in the order of the coefficient."""
        lines: dict[str, list[Point]] = {}
        for point in self.candidates:
            if point.method == Method.SRGAN:
                lines.setdefault(point.curve, []).append(point)
        for line in lines.values():
            line.sort(key=lambda point: -1.0 if point.adv is None else point.adv)
        return lines

    @property
    def ends(self) -> dict[str, list[list[Point]]]:
        """Content loss and setting to their two lines, where trials set out from both ends."""
        ends: dict[str, list[list[Point]]] = {}
        for curve, line in self.lines.items():
            ends.setdefault(without_start(curve), []).append(line)
        return {name: lines for name, lines in ends.items() if len(lines) > 1}

    def staircase(self) -> list[Place]:
        """Lists the corners of the front from the highest fidelity down.

        A horizontal step leads from a front point to the fidelity of the next one.
        """
        on_front = {(point.x, point.y) for point in self.on_front}
        points = sorted(on_front, reverse=self.axes.x.higher_is_better)
        corners = points[:1]
        for (_, upper), (x, y) in pairwise(points):
            corners += [(x, upper), (x, y)]
        return corners


def fronts_of(
    datasets: Sequence[DatasetScores], metrics: Mapping[str, MetricColumn]
) -> Iterator[Front]:
    """Finds the front of every data set on every pair of axes.

    Yields:
        Fronts of PSNR against NIQE, LPIPS and every other perception metric that is there.
    """
    for scores in datasets:
        for column in axes_beside_distortion(metrics):
            if column in scores.rows[0] and DISTORTION in metrics:
                front = front_of(scores, metrics[DISTORTION], metrics[column])
                if front.candidates:
                    yield front


def front_of(scores: DatasetScores, x_metric: MetricColumn, y_metric: MetricColumn) -> Front:
    """Finds the front of one data set; without candidates where nothing has both values."""
    axes = Axes.of(scores, x_metric, y_metric)
    points = points_of(scores, axes)
    candidates = [point for point in points if point.method in TRAINED_METHODS]
    others = [point for point in points if point.method not in TRAINED_METHODS]
    reference = _reference(others, axes)
    fit = [index for index, point in enumerate(candidates) if not point.health]
    judged = _judged([candidates[index] for index in fit], axes, reference)
    for index, point in zip(fit, judged, strict=True):
        candidates[index] = point
    area = None
    if reference is not None:
        area = hypervolume_2d(_merits(judged, axes), reference, axes.directions)
    return Front(scores.name, axes, tuple(candidates), tuple(others), reference, area)


def points_of(scores: DatasetScores, axes: Axes) -> list[Point]:
    """Lists the means that have finite values on both axes, HR left out, in their order."""
    found = []
    for mean in scores.means:
        place = axes.place(mean)
        if place is not None and mean["method"] != Method.ORIGINAL:
            trained = mean["method"] in TRAINED_METHODS
            health = (mean["health"] or "") if trained else ""
            point = Point(
                name=point_name(mean),
                method=mean["method"],
                curve=mean[CURVE],
                adv=mean["adv"],
                trials=mean["scored"],
                x=place[0],
                y=place[1],
                x_half=mean[names.interval_column(axes.x.column)],
                y_half=mean[names.interval_column(axes.y.column)],
                health=health,
                state="unhealthy" if health else "",
                cost=names.cost_text(mean),
            )
            found.append(point)
    return found


def _merits(points: Sequence[Point], axes: Axes) -> list[Place]:
    return [axes.merit((point.x, point.y)) for point in points]


def _reference(others: Sequence[Point], axes: Axes) -> Place | None:
    bicubic = next((point for point in others if point.method == Method.BICUBIC), None)
    if bicubic is None or axes.x.unit != "dB":
        return None
    return bicubic.x - DECIBELS_BELOW_BICUBIC, bicubic.y


def _judged(points: Sequence[Point], axes: Axes, reference: Place | None) -> list[Point]:
    """Fills in state, who dominates, contribution and knee of healthy candidates."""
    directions, merits = axes.directions, _merits(points, axes)
    ends = [
        interval_ends((point.x, point.y), (point.x_half or 0.0, point.y_half or 0.0), directions)
        for point in points
    ]
    worst, best = ([axes.merit((end[side][0], end[side][1])) for end in ends] for side in (0, 1))
    areas: Sequence[float | None] = [None] * len(points)
    if reference is not None:
        areas = contributions_2d(merits, reference, directions)
    front, chosen = pareto_front(merits, directions), [i for i, p in enumerate(points) if p.adv]
    bend = knee(merits, directions, chosen)
    on_front = set(front)
    # Whoever is on the front is named first.
    order = [*front, *(index for index in range(len(points)) if index not in on_front)]
    certain = first_dominating([worst[index] for index in order], best, directions)
    rivals = first_dominating([merits[index] for index in order], merits, directions)
    judged = []
    for index, point in enumerate(points):
        state: Standing = "front" if index in on_front else "dominated by the means"
        first = rivals[index] if certain[index] is None else certain[index]
        named = "" if first is None or rivals[index] is None else points[order[first]].name
        judged.append(
            replace(
                point,
                state=state if certain[index] is None else "dominated",
                dominated_by=named,
                contribution=areas[index],
                knee=index == bend,
            )
        )
    return judged
