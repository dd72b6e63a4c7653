"""From the scores of single images to the score of a test set, as each metric declares it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sweep.metrics.aggregation import AGGREGATIONS, MEAN
from sweep.metrics.registry import METRICS, in_table_order


def aggregate(column: str, values: Sequence[float]) -> float:
    """Combines the values of the images of a test set, at least one.

    As the metric declares it; the arithmetic mean for a column that is not declared here.
    """
    spec = METRICS.get(column)
    return (AGGREGATIONS.get(spec.aggregation, MEAN) if spec else MEAN).of(values)


def summarise(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Combines the scores of the images of a test set.

    Args:
        rows: Scores of its images.

    Returns:
        Column to value, in the order of the tables, of the columns that every image has.
    """
    if not rows:
        return {}
    shared = set.intersection(*(set(row) for row in rows))
    return {
        column: aggregate(column, [row[column] for row in rows])
        for column in in_table_order(shared)
    }
