"""Means over the seeds of a grid point: the table of `summary.csv`, the points of charts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import pandas as pd

from sweep.analysis.statistics.intervals import mean_half_width
from sweep.tables import columns as names
from sweep.tables.columns import CURVE
from sweep.tables.curve_names import with_curves
from sweep.tables.frames import records_of, typed_frame
from sweep.tables.ranking import START_METHODS, Record, is_scored

SEEDS = "seeds"
INTERVAL_NOTE = "± half of the 95% confidence interval of the mean over the seeds (Student's t)"


@dataclass(frozen=True)
class DatasetScores:
    """Everything that was scored on one data set.

    There is a row per trial, in the order of the table, with its `curve`; means are as
    `seed_means` gives them.
    """

    name: str
    rows: tuple[Record, ...]
    means: tuple[Record, ...]

    @property
    def scale(self) -> int:
        """Magnification."""
        return int(self.rows[0]["scale"])

    @property
    def images(self) -> int:
        """Number of images."""
        return int(self.rows[0]["images"])


def scores_by_dataset(results: pd.DataFrame) -> list[DatasetScores]:
    """Splits the table of `read_results` by data set, in its order, and averages over seeds."""
    columns = _averaged(results)
    rows: dict[str, list[Record]] = {}
    for record in with_curves(records_of(results)):
        rows.setdefault(record["dataset"], []).append(record)
    return [
        DatasetScores(name, tuple(listed), tuple(seed_means(listed, columns)))
        for name, listed in rows.items()
    ]


def summary_frame(results: pd.DataFrame) -> pd.DataFrame:
    """Makes the table of `summary.csv` from that of `results.csv`, by the rule of `seed_means`."""
    means = seed_means(records_of(results), _averaged(results))
    extra, axes = names.extra_metrics(results.columns), names.axis_columns(results.columns)
    return typed_frame(means, names.summary_columns(extra, axes))


def seed_means(rows: Iterable[Record], columns: Sequence[str]) -> list[Record]:
    """Averages over the seeds of each method, content loss, coefficient, start and data set.

    Where the grid has further axes, each of their settings stands for itself.

    A mean over some of the seeds would stand beside means over others, so a column has a mean
    where every scored trial has a value, and none otherwise.

    Args:
        rows: Records of `results.csv`.
        columns: Columns to average.

    Returns:
        Records in the order of first appearance. `trials` names all of its trials and `scored`
        those in the mean; `seeds` counts the latter, 0 where all of them failed, None where there
        is no seed, and 1 where the start of every seed is one and the same file; `status` is that
        of the scored trials, or of the first one where none was scored. Intervals are Student's,
        of the mean over the seeds at 95%, None with one seed.
        `health` is not empty where a single seed is unhealthy: a mean over the others would be a
        selection.
    """
    groups: dict[tuple[Any, ...], list[Record]] = {}
    for row in with_curves(rows):
        groups.setdefault(tuple(row.get(name) for name in names.point_key(row)), []).append(row)
    return [_mean(members, columns) for members in groups.values()]


def counted_seeds(means: Iterable[Record]) -> list[Record]:
    """Puts `seeds` of means in words: `3`, or `2 of 3` where trials are missing from a mean."""
    worded = []
    for mean in means:
        seeds = "" if mean[SEEDS] is None else str(mean[SEEDS])
        if len(mean["scored"]) < len(mean["trials"]):
            seeds = f"{len(mean['scored'])} of {len(mean['trials'])}"
        worded.append({**mean, SEEDS: seeds})
    return worded


def _averaged(results: pd.DataFrame) -> tuple[str, ...]:
    return (*names.METRICS, names.NIQE_DISTANCE, *names.extra_metrics(results.columns))


def _mean(members: Sequence[Record], columns: Sequence[str]) -> Record:
    scored = [record for record in members if is_scored(record)]
    distinct = _distinct(scored)
    seeded = any(record["seed"] is not None for record in members)
    kept = (*names.point_key(members[0]), CURVE, "images")
    mean: Record = {name: members[0].get(name) for name in kept}
    mean |= {n: members[0][n] for n in names.COSTS if members[0].get(n) is not None}
    mean["trials"] = tuple(record["trial"] for record in members)
    mean["scored"] = tuple(record["trial"] for record in scored)
    mean[SEEDS] = len(distinct) if seeded else None
    mean["status"] = (scored or members)[0]["status"]
    mean["health"] = _health(distinct)
    for column in (name for name in columns if name not in mean):
        values = [float(member[column]) for member in distinct if member[column] is not None]
        whole = bool(values) and len(values) == len(distinct)
        value = fmean(values) if whole else math.nan
        mean[column] = None if math.isnan(value) else value
        mean[names.interval_column(column)] = mean_half_width(values) if whole else None
    return mean


def _distinct(scored: Sequence[Record]) -> Sequence[Record]:
    """A start that is one file for every seed counts once: its spread would be none."""
    files = {record.get("generator_sha256") for record in scored}
    is_start = all(record["method"] in START_METHODS.values() for record in scored)
    return scored[:1] if is_start and len(files) == 1 and all(files) else scored


def _health(scored: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with the trials of a mean, with their seeds where there are several."""
    reasons = [(record["seed"], record.get("health")) for record in scored]
    if len(scored) == 1:
        return reasons[0][1] or ""
    return ", ".join(f"seed {seed}: {reason}" for seed, reason in reasons if reason)
