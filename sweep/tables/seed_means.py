"""Records of means over seeds, for printed tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sweep.tables import columns as names
from sweep.tables.ranking import Record

SEEDS = "seeds"
INTERVAL_NOTE = "± half of the 95% confidence interval of the mean over the seeds (Student's t)"


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


def _key(record: Record) -> tuple[Any, ...]:
    return tuple(record[name] for name in names.SUMMARY_KEY)
