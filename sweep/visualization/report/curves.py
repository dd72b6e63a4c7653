"""Training curves from log.jsonl, thinned for the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sweep.visualization.report.values import finite, plain

MOST_POINTS = 150
"""Logged steps of a trial that the page keeps; more would not show at its charts' width."""


def read_curve(path: Path) -> dict[str, list[Any]]:
    """Reads a training log.

    Args:
        path: log.jsonl; need not exist, and its last line may be half written.

    Returns:
        Column to its values at the kept steps, None where a line lacks one; empty without a log.
    """
    records = _records(path)
    kept = _thinned(records)
    columns = dict.fromkeys(name for record in kept for name in record)
    return {name: [plain(finite(_number(record.get(name)))) for record in kept] for name in columns}


def _records(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    records = []
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            records.append(record)
    return records


def _thinned(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keeps evenly spaced records, the first and the last among them."""
    if len(records) <= MOST_POINTS:
        return records
    last = len(records) - 1
    places = [round(place * last / (MOST_POINTS - 1)) for place in range(MOST_POINTS)]
    return [records[place] for place in dict.fromkeys(places)]


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
