"""The curves of a sweep, from the records of its trials."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sweep.analysis.placing import CurvePoint, Curves, Place
from sweep.config.grid import Curve, Start, Starts, Trial
from sweep.metrics.declaration import merit
from sweep.metrics.registry import find_metric
from sweep.scoring.aggregation import summarise
from sweep.scoring.health.measures import complaints
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.states import Method, State


@dataclass(frozen=True)
class Plane:
    """Two columns of one test set; a value beyond HR's own counts as HR's."""

    dataset: str
    axes: tuple[str, str]


def read_curves(store: SweepStore, trials: Iterable[Trial], plane: Plane) -> Curves:
    """Reads the curves that trials are on.

    Returns:
        Curve, in the order of the trials, to its points by rising coefficient.
    """
    members: dict[Curve, dict[float, list[Trial]]] = {}
    for trial in trials:
        members.setdefault(trial.curve, {}).setdefault(trial.adv, []).append(trial)
    return {
        curve: [_point(store, points[adv], adv, plane) for adv in sorted(points)]
        for curve, points in members.items()
    }


def read_starts(store: SweepStore, starts: Starts, plane: Plane) -> list[CurvePoint]:
    """Reads what the curves set out from, a point for each kind."""
    kinds = {kind: [s for s in starts.values() if s.kind is kind] for kind, _ in starts}
    return [_point(store, members, 0.0, plane) for members in kinds.values()]


def _point(
    store: SweepStore, members: Sequence[Trial | Start], adv: float, plane: Plane
) -> CurvePoint:
    """The members are of different seeds."""
    files = {member.seed: store.generator(member.name) for member in members}
    results = {seed: each.read_result() for seed, each in files.items() if each.state is State.DONE}
    bounds = [_hr_value(store, plane.dataset, column) for column in plane.axes]
    places = {seed: _place(result, plane, bounds) for seed, result in results.items()}
    known = {seed: place for seed, place in places.items() if place is not None}
    health = [result.health.measures(plane.dataset) for result in results.values()]
    return CurvePoint(
        adv=adv,
        places=known if len(known) == len(members) else {},
        diverged=any(each.state is State.DIVERGED for each in files.values()),
        healthy=not any(complaints(measures, members[0].spec) for measures in health),
    )


def _place(result: ResultRecord, plane: Plane, bounds: Sequence[float | None]) -> Place | None:
    """Where a generator stands; None without finite values on both axes."""
    means = summarise(list(result.scores.get(plane.dataset, {}).values()))
    means |= result.set_scores.get(plane.dataset, {})
    values = [
        merit(means.get(column, math.nan), bound, find_metric(column).higher_is_better)
        for column, bound in zip(plane.axes, bounds, strict=True)
    ]
    return (values[0], values[1]) if all(map(math.isfinite, values)) else None


def _hr_value(store: SweepStore, dataset: str, column: str) -> float | None:
    """The value of HR itself, which a metric without reference has."""
    if find_metric(column).reference != "none":
        return None
    scores = store.read_reference_scores(dataset)
    return summarise(list(scores.of(Method.ORIGINAL).values())).get(column)
