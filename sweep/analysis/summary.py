"""Means over the seeds of a grid point: the table of `summary.csv`, and its records for print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import pandas as pd

from sweep.analysis.statistics.intervals import mean_half_width
from sweep.tables import columns as names
from sweep.tables.frames import records_of, typed_frame
from sweep.tables.ranking import Record

SEEDS = "seeds"
INTERVAL_NOTE = "± half of the 95% confidence interval of the mean over the seeds (Student's t)"


def summary_frame(results: pd.DataFrame) -> pd.DataFrame:
    """Averages over the seeds of each method, content loss, coefficient and data set.

    Args:
        results: Table as `results_frame` makes it or `read_results` reads it.

    Returns:
        Frame with the columns of `summary_columns`; `seeds` counts the scored trials in each
        mean, 0 where all of them failed, and is missing where there is no seed. Intervals are
        Student's, of the mean over the seeds at 95%, missing with one seed. `health` is not
        empty where a single seed is unhealthy: a mean over the others would be a selection.
    """
    extra = names.extra_metrics(results.columns)
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for record in records_of(results):
        key = tuple(record[column] for column in names.SUMMARY_KEY)
        groups.setdefault(key, []).append(record)
    summaries = [_summary_record(members, (*names.METRICS, *extra)) for members in groups.values()]
    return typed_frame(summaries, names.summary_columns(extra))


def mean_records(trials: Sequence[Record], summary: Sequence[Record]) -> list[Record]:
    """Completes the records of means by a state and a number of seeds in words.

    Args:
        trials: Rows of one data set, one per trial.
        summary: Their means, as `summary_frame` makes them.

    Returns:
        The means; `seeds` is `3`, or `2 of 3` where trials are missing from a mean, and
        `status` is that of the scored trials, or of the first one where none was scored.
    """
    members: dict[tuple[Any, ...], list[Record]] = {}
    for trial in trials:
        members.setdefault(_key(trial), []).append(trial)
    records = []
    for mean in summary:
        states = [trial["status"] for trial in members[_key(mean)]]
        scored = [state for state in states if state in names.SCORED_STATES]
        seeds = "" if mean["seeds"] is None else str(len(scored))
        if len(scored) < len(states):
            seeds = f"{len(scored)} of {len(states)}"
        records.append({**mean, "status": (scored or states)[0], SEEDS: seeds})
    return records


def _summary_record(members: Sequence[Mapping[str, Any]], metrics: Sequence[str]) -> dict[str, Any]:
    scored = [record for record in members if record["status"] in names.SCORED_STATES]
    seeded = any(record["seed"] is not None for record in members)
    record = {column: members[0][column] for column in (*names.SUMMARY_KEY, "images")}
    record["seeds"] = len(scored) if seeded else None
    record["health"] = _health(scored)
    for column in (*metrics, names.NIQE_DISTANCE):
        values = [member[column] for member in scored if member[column] is not None]
        # A mean over some of the seeds would stand beside means over others.
        whole = bool(values) and len(values) == len(scored)
        record[column] = fmean(values) if whole else None
        record[names.interval_column(column)] = mean_half_width(values) if whole else None
    return record


def _health(scored: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with the trials of a mean, with their seeds where there are several."""
    reasons = [(record["seed"], record.get("health")) for record in scored]
    if len(scored) == 1:
        return reasons[0][1] or ""
    return ", ".join(f"seed {seed}: {reason}" for seed, reason in reasons if reason)


def _key(record: Record) -> tuple[Any, ...]:
    return tuple(record[name] for name in names.SUMMARY_KEY)
