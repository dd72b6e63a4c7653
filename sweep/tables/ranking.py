"""Which rows may be compared, and which values of a metric are best.

For each metric and data set the trials (and external images, if any) compete; bicubic, SRResNet
and HR are references and stay unmarked, and so do unhealthy trials. Values are compared as they
are printed, so that equal looking cells share a mark. Where HR itself has a value, as for NIQE, a
value beyond it counts as HR's own: NIQE 5.1 beside an HR of 5.4 is no better than 5.4, and both
beat 5.6. When several share the first place there is no second, and a single value has no rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sweep.config.names import StartKind
from sweep.store.states import Method, State
from sweep.tables.metric_file import MetricColumn

Mark = Literal["", "best", "second"]
Record = dict[str, Any]

TRAINED_METHODS = (Method.SRRESNET, Method.PAIR, Method.SRGAN)
"""What a sweep trains: they compete for the front, and have a generator."""

START_METHODS = {StartKind.SRRESNET: Method.SRRESNET, StartKind.SRGAN: Method.PAIR}
"""What trials set out from, to the method of its own rows."""


def is_scored(record: Record) -> bool:
    """Tells whether the scores of a row, or of a mean over seeds, count."""
    return State(record["status"]).is_scored


def is_on_grid(record: Record) -> bool:
    """Tells whether a row is a trial whose coefficient and seed are known."""
    place = record["adv"], record["seed"]
    return record["method"] == Method.SRGAN and None not in place


def is_healthy(record: Record) -> bool:
    """Tells whether a row, or a mean over seeds, may be compared; see docs/health.md."""
    return not record.get("health")


def marks_of(metric: MetricColumn, records: Sequence[Record], decimals: int) -> dict[int, Mark]:
    """Marks the best and the second best trial of one data set in one metric.

    Returns:
        Row to mark, for marked rows alone.
    """
    bound = hr_value(metric, records)
    merits = {
        index: round(metric.merit(record[metric.column], bound), decimals)
        for index, record in enumerate(records)
        if not is_reference(record)
        and is_scored(record)
        and is_healthy(record)
        and record[metric.column] is not None
    }
    return rank_marks(merits, metric.higher_is_better)


def is_reference(record: Record) -> bool:
    """Tells whether a row is what trials are held against; external images are not."""
    return record["method"] in tuple(Method) and Method(record["method"]).is_reference


def rank_marks(merits: Mapping[int, float], higher_is_better: bool) -> dict[int, Mark]:
    """Marks the best and the second best of at least two comparable values, by row."""
    levels = sorted(set(merits.values()), reverse=higher_is_better)
    if len(merits) < 2:
        return {}
    marks: dict[int, Mark] = {row: "best" for row, value in merits.items() if value == levels[0]}
    if len(marks) == 1:
        marks |= {row: "second" for row, value in merits.items() if value == levels[1]}
    return marks


def hr_value(metric: MetricColumn, records: Sequence[Record]) -> float | None:
    """Looks up the value of the HR images among the rows of one data set.

    Only a metric without reference has one.
    """
    if metric.reference != "none":
        return None
    values = [record[metric.column] for record in records if record["method"] == Method.ORIGINAL]
    return next((float(value) for value in values if value is not None), None)
