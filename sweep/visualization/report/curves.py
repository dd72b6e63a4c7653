"""Training curves from log.jsonl, thinned for the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sweep.store.records.log import read_log
from sweep.visualization.report.values import logged

MOST_POINTS = 150
"""Logged steps of a trial that the page keeps; more would not show at its charts' width."""


def read_curve(path: Path) -> dict[str, list[Any]]:
    """Reads a training log, which need not exist, and whose last line may be half written.

    Returns:
        Column to its values at the kept steps, None where a line lacks one; empty without a log.
    """
    records = [line.document() for line in read_log(path)]
    kept = _thinned(records)
    columns = dict.fromkeys(name for record in kept for name in record)
    return {name: [logged(record.get(name)) for record in kept] for name in columns}


def _thinned(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keeps evenly spaced records, the first and the last among them."""
    if len(records) <= MOST_POINTS:
        return records
    last = len(records) - 1
    places = [round(place * last / (MOST_POINTS - 1)) for place in range(MOST_POINTS)]
    return [records[place] for place in dict.fromkeys(places)]
