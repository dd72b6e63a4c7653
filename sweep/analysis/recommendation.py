"""Picks the trial of a sweep that is best under conditions; reads the tables alone."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from srgan_core.errors import ConfigError, unknown_name
from sweep.analysis.candidates import candidates
from sweep.store.folder import SweepStore
from sweep.tables import columns as names
from sweep.tables.frames import records_of
from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import Record, hr_value, is_healthy

_LEAST_LIKENESS = 0.35


@dataclass(frozen=True)
class Condition:
    """A bound on a column of `results.csv`.

    `min` keeps values of the bound or above, `max` those of the bound or below.
    """

    column: str
    kind: Literal["min", "max"]
    bound: float

    def shortfall(self, value: float | None) -> float:
        """How far a value is from meeting the condition, 0 when it does, inf when missing."""
        if value is None or math.isnan(value):
            return math.inf
        lack = self.bound - value if self.kind == "min" else value - self.bound
        # Both may be infinite, as the PSNR of equal images is.
        return 0.0 if math.isnan(lack) else max(0.0, lack)

    def __str__(self) -> str:
        """As a formula."""
        return f"{self.column} {'>=' if self.kind == 'min' else '<='} {self.bound:g}"


@dataclass(frozen=True)
class Recommendation:
    """What came of a search.

    Attributes:
        dataset: The data set that decided.
        images: Its number of images.
        chosen: Row of a trial of the best point that meets the conditions; None when none does.
            Points are ranked by the means over their seeds.
        nearest: Row of a trial of the point that misses them least, when none meets them.
        misses: What it misses, as sentences.
        unhealthy: Trials, or points of several seeds, that were left out, with their reasons.
        ties: Trials of other points with the same value.
        mean: Means of the point of the chosen or the nearest trial, with `seeds`.
    """

    dataset: str
    images: int
    chosen: Record | None
    nearest: Record | None = None
    misses: tuple[str, ...] = ()
    unhealthy: tuple[str, ...] = ()
    ties: tuple[str, ...] = ()
    mean: Record | None = None


def recommend(
    results: pd.DataFrame,
    metrics: Mapping[str, MetricColumn],
    conditions: Sequence[Condition],
    best: str,
    dataset: str | None = None,
) -> Recommendation:
    """Finds the best point among those that meet all conditions, or the nearest to meeting them.

    A point is judged by its means over the seeds, one with an unhealthy or diverged seed not at
    all; of its trials the one nearest to the mean in `best` stands for it.

    A value of a metric without reference that lies beyond HR's own counts as HR's. Of equal
    trials the one with the better values in the other metrics, in the order of the metric file,
    comes first.

    Args:
        results: Table of `read_results`.
        metrics: Column to metric, of `read_metrics`.
        conditions: Bounds on columns with numbers.
        best: Metric column to be best in.
        dataset: Data set that decides; the first in the table if None.

    Raises:
        ConfigError: when a column or the data set is unknown, or nothing was scored.
    """
    chosen_set = _dataset(results, dataset)
    records = records_of(results[results["dataset"] == chosen_set])
    _check_columns(results, metrics, conditions, best, records)
    points = candidates(records, results.columns)
    scored = [point for point in points if point.mean[best] is not None]
    fit = [point.mean for point in scored if is_healthy(point.mean)]
    unhealthy = tuple(f"{p.name} ({p.mean['health']})" for p in scored if not is_healthy(p.mean))
    if not fit:
        raise ConfigError(
            f"{best}: expected at least one healthy trial with a value on {chosen_set}, got none"
        )
    images = int(records[0]["images"])
    stands = {id(point.mean): point.standing(best) for point in scored}
    meeting = [r for r in fit if not any(c.shortfall(r[c.column]) for c in conditions)]
    if meeting:
        chosen, others = _best(meeting, metrics, best, records)
        ties = tuple(str(stands[id(other)]["trial"]) for other in others)
        row = stands[id(chosen)]
        return Recommendation(chosen_set, images, row, unhealthy=unhealthy, ties=ties, mean=chosen)
    nearest = _nearest(fit, conditions)
    misses = tuple(_misses(nearest, conditions))
    row = stands[id(nearest)]
    return Recommendation(chosen_set, images, None, row, misses, unhealthy, mean=nearest)


def generator_path(folder: Path, record: Record) -> Path:
    """Where the generator of a row's trial lies; whether it is there is not checked."""
    return SweepStore(folder).generator(str(record["trial"])).generator


def _dataset(results: pd.DataFrame, wanted: str | None) -> str:
    known = list(dict.fromkeys(results["dataset"]))
    if not known:
        raise ConfigError("results: expected at least one scored trial, got none; run the sweep")
    if wanted is not None and wanted not in known:
        raise ConfigError(unknown_name("data set", wanted, known))
    return str(wanted if wanted is not None else known[0])


def _check_columns(
    results: pd.DataFrame,
    metrics: Mapping[str, MetricColumn],
    conditions: Iterable[Condition],
    best: str,
    records: Sequence[Record],
) -> None:
    filled = [
        column
        for column in results.columns
        if column not in names.TEXT_COLUMNS and any(r[column] is not None for r in records)
    ]
    for condition in conditions:
        if condition.column not in filled:
            raise ConfigError(_unknown("column", condition.column, filled))
    known = [column for column in filled if column in metrics]
    if best not in known:
        raise ConfigError(_unknown("metric", best, known))


def _unknown(kind: str, name: str, known: Sequence[str]) -> str:
    """Names the nearest column even where it is not near: `lpips` for `lpips_alex`."""
    message = unknown_name(kind, name, known)
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=_LEAST_LIKENESS)
    if "did you mean" in message or not nearest:
        return message
    return f"{message}; did you mean {nearest[0]!r}?"


def _best(
    meeting: Sequence[Record],
    metrics: Mapping[str, MetricColumn],
    best: str,
    records: Sequence[Record],
) -> tuple[Record, list[Record]]:
    """The best record, and those that equal it."""
    order = [best, *(column for column in metrics if column != best and column in meeting[0])]
    bounds = {column: hr_value(metrics[column], records) for column in order}

    def cost(record: Record, column: str) -> float:
        if record[column] is None:
            return math.inf
        merit = metrics[column].merit(record[column], bounds[column])
        return -merit if metrics[column].higher_is_better else merit

    chosen = min(meeting, key=lambda record: [cost(record, column) for column in order])
    ties = [r for r in meeting if r is not chosen and cost(r, best) == cost(chosen, best)]
    return chosen, ties


def _nearest(fit: Sequence[Record], conditions: Sequence[Condition]) -> Record:
    """Misses least, each condition measured by the range of its column over the trials."""

    def distance(record: Record) -> float:
        return max(c.shortfall(record[c.column]) / _range(fit, c.column) for c in conditions)

    return min(fit, key=distance)


def _range(records: Sequence[Record], column: str) -> float:
    values = [r[column] for r in records if r[column] is not None and math.isfinite(r[column])]
    return (max(values) - min(values) if values else 0.0) or 1.0


def _misses(record: Record, conditions: Iterable[Condition]) -> list[str]:
    misses = []
    for condition in conditions:
        found = record[condition.column]
        lack = condition.shortfall(found)
        if found is None or math.isnan(found):
            misses.append(f"{condition.column} was not measured")
        elif lack:
            value = names.number_text(condition.column, float(found))
            if math.isinf(lack):
                misses.append(f"{condition.column} is {value}, and nothing finite is {condition}")
                continue
            misses.append(f"{condition.column} is {value}, {lack:.3g} away from {condition}")
    return misses
