"""From the scores of single images to the score of a test set, as each metric declares it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from sweep.metrics.specs import METRICS, in_table_order


def aggregate(column: str, values: Sequence[float]) -> float:
    """Combines the values of the images of a test set.

    Args:
        column: Metric column; the arithmetic mean is taken for one that is not declared here.
        values: One value per image, at least one.

    Returns:
        The arithmetic mean, or the root of the mean of the squares where the metric says so; inf
        as soon as one image has inf, nan as soon as one has nan.
    """
    spec = METRICS.get(column)
    if spec is not None and spec.aggregation == "root mean square":
        return math.sqrt(math.fsum(value**2 for value in values) / len(values))
    return math.fsum(values) / len(values)


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
