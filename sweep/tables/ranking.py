"""Which values of a metric are best.

For each metric and data set the trials (and external images, if any) compete; bicubic, SRResNet
and HR are references and stay unmarked. Values are compared as they are printed, so that equal
looking cells share a mark. Where HR itself has a value, as for NIQE, a value beyond it counts as
HR's own: NIQE 5.1 beside an HR of 5.4 is no better than 5.4, and both beat 5.6. When several
share the first place there is no second, and a single value has no rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sweep.tables import columns as names
from sweep.tables.metric_file import Metric

Mark = Literal["", "best", "second"]
Record = dict[str, Any]


def marks_of(metric: Metric, records: Sequence[Record], decimals: int) -> dict[int, Mark]:
    """Marks the best and the second best trial of one metric.

    Args:
        metric: The metric.
        records: Rows of one data set.
        decimals: Decimals in print.

    Returns:
        Row to mark, for marked rows alone.
    """
    bound = hr_value(metric, records)
    merits = {
        index: round(metric.merit(record[metric.column], bound), decimals)
        for index, record in enumerate(records)
        if record["method"] not in names.REFERENCE_METHODS
        and record["status"] in names.SCORED_STATES
        and record[metric.column] is not None
    }
    return rank_marks(merits, metric.higher_is_better)


def rank_marks(merits: Mapping[int, float], higher_is_better: bool) -> dict[int, Mark]:
    """Marks the best and the second best of at least two values.

    Args:
        merits: Row to comparable value.
        higher_is_better: Direction.

    Returns:
        Row to mark, for marked rows alone.
    """
    levels = sorted(set(merits.values()), reverse=higher_is_better)
    if len(merits) < 2:
        return {}
    marks: dict[int, Mark] = {row: "best" for row, value in merits.items() if value == levels[0]}
    if len(marks) == 1:
        marks |= {row: "second" for row, value in merits.items() if value == levels[1]}
    return marks


def hr_value(metric: Metric, records: Sequence[Record]) -> float | None:
    """Looks up the value of the HR images themselves.

    Args:
        metric: Metric; only one without reference has a value for HR.
        records: Rows of one data set.

    Returns:
        The value in the row of method `original`, or None.
    """
    if metric.reference != "none":
        return None
    values = [record[metric.column] for record in records if record["method"] == "original"]
    return next((float(value) for value in values if value is not None), None)
