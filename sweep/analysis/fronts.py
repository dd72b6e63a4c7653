"""Fronts of a results table: who dominates whom, how much area, and where the knee is.

The points are the generators that a sweep trained, SRResNet included, each the mean over its
seeds with Student's 95% interval. Bicubic sets the reference point of the area; bicubic itself,
external images and unhealthy generators are no candidates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from sweep.analysis.frontier import (
    contributions_2d,
    dominates,
    hypervolume_2d,
    interval_ends,
    knee,
    pareto_front,
)
from sweep.analysis.summary import summary_frame
from sweep.config.numbers import shortest_decimal
from sweep.tables import columns as names
from sweep.tables.frames import records_of
from sweep.tables.metric_file import Metric
from sweep.tables.ranking import Record, hr_value

DISTORTION = "psnr_y"
USUAL_AXES = ("niqe", "lpips_alex")
DECIBELS_BELOW_BICUBIC = 4.0
"""The reference point has bicubic's PSNR less this, and bicubic's value on the other axis."""

State = Literal["front", "dominated by the means", "dominated", "unhealthy"]


@dataclass(frozen=True)
class Candidate:
    """A trained generator, or the mean of a grid point over its seeds.

    Attributes:
        name: `srresnet`, or content loss and coefficient as `mse@0.001`.
        trials: Folder names of the scored trials in the mean.
        x: Value on the distortion axis.
        y: Value on the other axis.
        x_half: Half width of the 95% interval over seeds; None with one seed.
        y_half: The same on the other axis.
        health: Why it may not be compared; empty when it is healthy.
        state: `dominated` when some candidate, at the bad ends of its intervals, is still as
            good everywhere and better somewhere as this one at its good ends; `dominated by the
            means` when that holds for the means alone.
        dominated_by: A candidate that dominates this one; empty on the front.
        contribution: Area that this candidate alone dominates; None without reference point.
    """

    name: str
    trials: tuple[str, ...]
    x: float
    y: float
    x_half: float | None = None
    y_half: float | None = None
    health: str = ""
    state: State = "front"
    dominated_by: str = ""
    contribution: float | None = None


@dataclass(frozen=True)
class Front:
    """Front of one data set on one pair of axes.

    Attributes:
        dataset: Name of the data set.
        x_metric: Metric of the distortion axis.
        y_metric: Metric of the other axis.
        candidates: In the order of the table.
        reference: Reference point of the area; None where bicubic was not scored or the
            distortion axis is not in decibels.
        hypervolume: Area that the front dominates, up to the reference point.
        knee: Name of the candidate at the knee; None where the front has none.
    """

    dataset: str
    x_metric: Metric
    y_metric: Metric
    candidates: tuple[Candidate, ...]
    reference: tuple[float, float] | None
    hypervolume: float | None
    knee: str | None

    @property
    def on_front(self) -> list[Candidate]:
        """The front from the highest fidelity down."""
        found = [candidate for candidate in self.candidates if candidate.state == "front"]
        return sorted(found, key=lambda point: point.x, reverse=self.x_metric.higher_is_better)

    @property
    def unhealthy(self) -> list[Candidate]:
        """What was left out."""
        return [candidate for candidate in self.candidates if candidate.health]


def fronts_of(results: pd.DataFrame, metrics: Mapping[str, Metric]) -> Iterator[Front]:
    """Finds the front of every data set on every pair of axes.

    Args:
        results: Table of `read_results`.
        metrics: Column to metric.

    Yields:
        Fronts of PSNR against NIQE, LPIPS and every other perception metric that is there.
    """
    further = [name for name, metric in metrics.items() if metric.kind == "perception"]
    for dataset in dict.fromkeys(results["dataset"]):
        rows = results[results["dataset"] == dataset]
        for column in dict.fromkeys((*USUAL_AXES, *further)):
            if column in metrics and column in results and DISTORTION in metrics:
                front = front_of(rows, metrics[DISTORTION], metrics[column])
                if front.candidates:
                    yield front


def front_of(results: pd.DataFrame, x_metric: Metric, y_metric: Metric) -> Front:
    """Finds the front of one data set.

    Values better than HR's own count as HR's (see `Metric.merit`), ends of intervals too.

    Args:
        results: Rows of one data set.
        x_metric: Metric of the distortion axis.
        y_metric: Metric of the other axis.

    Returns:
        The front; without candidates where nothing has both values.
    """
    hr = hr_value(y_metric, records_of(results))
    columns = (x_metric.column, y_metric.column)
    trials = _trials(results)
    summary = [r for r in records_of(summary_frame(results)) if is_drawable(r, *columns)]
    candidates = [
        _candidate(record, trials.get(point_name(record), ()), *columns)
        for record in summary
        if record["method"] in ("srresnet", "srgan")
    ]
    reference = _reference(summary, x_metric, y_metric)
    fit = [index for index, candidate in enumerate(candidates) if not candidate.health]
    judged = _judged([candidates[index] for index in fit], x_metric, y_metric, hr, reference)
    for index, candidate in zip(fit, judged, strict=True):
        candidates[index] = candidate
    merits = _merits(judged, y_metric, hr)
    directions = (x_metric.direction, y_metric.direction)
    bend = knee(merits, directions)
    return Front(
        results.iloc[0]["dataset"] if len(results) else "",
        x_metric,
        y_metric,
        tuple(candidates),
        reference,
        None if reference is None else hypervolume_2d(merits, reference, directions),
        None if bend is None else judged[bend].name,
    )


def point_name(record: Record) -> str:
    """Names a method or a grid point: `bicubic`, `srresnet`, `mse@0.001`."""
    if record["method"] != "srgan":
        return str(record["method"])
    adv = "?" if record["adv"] is None else shortest_decimal(record["adv"])
    return f"{record['content'] or 'none'}@{adv}"


def is_drawable(record: Record, *columns: str) -> bool:
    """Tells whether a record has finite values in all of some columns."""
    values = [record[column] for column in columns]
    return all(value is not None and math.isfinite(value) for value in values)


def _trials(results: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for record in records_of(results):
        if record["status"] in names.SCORED_STATES:
            name = point_name(record)
            found[name] = (*found.get(name, ()), record["trial"])
    return found


def _candidate(record: Record, trials: tuple[str, ...], x: str, y: str) -> Candidate:
    health = record.get("health") or ""
    return Candidate(
        point_name(record),
        trials,
        record[x],
        record[y],
        record[names.interval_column(x)],
        record[names.interval_column(y)],
        health,
        "unhealthy" if health else "front",
    )


def _reference(
    summary: Sequence[Record], x_metric: Metric, y_metric: Metric
) -> tuple[float, float] | None:
    bicubic = next((record for record in summary if record["method"] == "bicubic"), None)
    if bicubic is None or x_metric.unit != "dB":
        return None
    return bicubic[x_metric.column] - DECIBELS_BELOW_BICUBIC, bicubic[y_metric.column]


def _merits(
    points: Sequence[Candidate], y_metric: Metric, hr: float | None
) -> list[tuple[float, float]]:
    return [(point.x, y_metric.merit(point.y, hr)) for point in points]


def _judged(
    points: Sequence[Candidate],
    x_metric: Metric,
    y_metric: Metric,
    hr: float | None,
    reference: tuple[float, float] | None,
) -> list[Candidate]:
    """Fills in state, who dominates, and contribution of healthy candidates."""
    directions = (x_metric.direction, y_metric.direction)
    merits = _merits(points, y_metric, hr)
    ends = [
        interval_ends((point.x, point.y), (point.x_half or 0.0, point.y_half or 0.0), directions)
        for point in points
    ]
    worst, best = (
        [(end[side][0], y_metric.merit(end[side][1], hr)) for end in ends] for side in (0, 1)
    )
    areas: Sequence[float | None] = [None] * len(points)
    if reference is not None:
        areas = contributions_2d(merits, reference, directions)
    front = pareto_front(merits, directions)
    judged = []
    for index, point in enumerate(points):
        # Whoever is on the front is named first.
        order = [*front, *(other for other in range(len(points)) if other not in front)]
        certain = [other for other in order if dominates(worst[other], best[index], directions)]
        rivals = [other for other in order if dominates(merits[other], merits[index], directions)]
        state: State = "front" if index in front else "dominated by the means"
        judged.append(
            replace(
                point,
                state="dominated" if certain else state,
                dominated_by=points[(certain or rivals)[0]].name if rivals else "",
                contribution=areas[index],
            )
        )
    return judged
