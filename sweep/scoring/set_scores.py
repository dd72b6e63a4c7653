"""Scores of whole test sets among the records of a results folder.

They stand beside the scores of single images, under `set_scores`: a distance between two sets of
images has no value for one image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.metrics.specs import set_columns

if TYPE_CHECKING:
    from sweep.scoring.evaluate import Scorer

KEY = "set_scores"
"""Name of the section in result.json and in the scores of a reference."""


def read_set_scores(record: Mapping[str, Any], name: str) -> dict[str, float]:
    """Reads the scores of one test set or method.

    Args:
        record: A result.json, or the scores of a reference.
        name: Name of the test set in the former, of the method in the latter.

    Returns:
        Column to value, empty when there is none; infinity and nan are text in the records.
    """
    return {column: float(value) for column, value in record.get(KEY, {}).get(name, {}).items()}


def missing_set_columns(
    record: Mapping[str, Any], name: str, columns: Iterable[str]
) -> tuple[str, ...]:
    """Lists the columns of whole test sets that a record lacks.

    Args:
        record: As for `read_set_scores`.
        name: Likewise.
        columns: Columns that are asked for; those of single images are passed over.

    Returns:
        The missing ones, in the order given.
    """
    present = record.get(KEY, {}).get(name, {})
    return tuple(column for column in set_columns(columns) if column not in present)


def add_set_scores(
    record: dict[str, Any],
    name: str,
    pairs: Sequence[tuple[Path, Path]],
    scorer: Callable[[], Scorer],
) -> list[str]:
    """Scores a test set as a whole and puts the values into a record.

    Args:
        record: As for `read_set_scores`; changed in place.
        name: Likewise.
        pairs: Restored image and reference of each image.
        scorer: Loads the missing columns, and those alone.

    Returns:
        Sentences about scores that could not be computed.
    """
    metrics = scorer()
    found = metrics.score_distribution([sr for sr, _ in pairs], [hr for _, hr in pairs])
    section = record.setdefault(KEY, {})
    section[name] = section.get(name, {}) | found
    return metrics.warnings
