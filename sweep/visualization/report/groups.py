"""Points of the report's chart: generators averaged over their seeds, and the fronts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import fmean
from typing import Any

from sweep.analysis.frontier import pareto_front
from sweep.tables import columns as names
from sweep.tables.metric_file import Metric
from sweep.tables.ranking import Record, hr_value
from sweep.visualization.report.values import finite, plain

Group = dict[str, Any]
HEALTHY = ("", "ok", "healthy")
"""Values of the column `health` that speak against nothing."""


def groups_of(
    records: Sequence[Record],
    columns: Sequence[str],
    intervals: Mapping[tuple[Any, ...], Mapping[str, float]],
) -> list[Group]:
    """Averages the trials of one data set over their seeds.

    Args:
        records: Rows of one data set.
        columns: Numeric columns that may be an axis.
        intervals: Key of a summary row to column and half-width of its 95% interval.

    Returns:
        One group per method, content loss and coefficient in the order of the table. `mean` and
        `low`/`high` map columns to numbers: the interval where the tables have one, else the
        range over the seeds. `trials` lists the members.
    """
    members: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        if record["method"] != "original":
            key = tuple(record[column] for column in names.SUMMARY_KEY)
            members.setdefault(key, []).append(record)
    return [_group(rows, columns, intervals.get(key, {})) for key, rows in members.items()]


def _group(rows: Sequence[Record], columns: Sequence[str], half: Mapping[str, float]) -> Group:
    first = rows[0]
    scored = [row for row in rows if row["status"] in names.SCORED_STATES]
    mean, low, high = {}, {}, {}
    for column in columns:
        values = [v for v in (finite(row.get(column)) for row in scored) if v is not None]
        if not values:
            continue
        centre = fmean(values)
        mean[column] = plain(centre)
        if column in half:
            low[column], high[column] = plain(centre - half[column]), plain(centre + half[column])
        elif len(values) > 1:
            low[column], high[column] = plain(min(values)), plain(max(values))
    return {
        "method": first["method"],
        "content": first["content"],
        "adv": plain(first["adv"]),
        "trials": [row["trial"] for row in rows],
        "seeds": sum(row["seed"] is not None for row in scored),
        "status": _common(row["status"] for row in rows),
        "health": _common(row.get("health") or "" for row in rows),
        "mean": mean,
        "low": low,
        "high": high,
    }


def _common(values: Iterable[str]) -> str:
    """The one value of all members, or each once."""
    return ", ".join(dict.fromkeys(value for value in values if value))


def fronts_of(
    groups: Sequence[Group], metrics: Sequence[Metric], records: Sequence[Record]
) -> dict[str, list[int]]:
    """Finds the Pareto front of every pair of metrics.

    Candidates are the generators that the sweep trained; unhealthy ones are left out. A value
    beyond HR's own counts as HR's (see `Metric.merit`).

    Args:
        groups: Groups of one data set.
        metrics: Metrics that have values here.
        records: Rows of the same data set, for HR's own values.

    Returns:
        `x|y` to the indices of the groups on the front, x before y in the order of `metrics`.
    """
    bounds = {metric.column: hr_value(metric, records) for metric in metrics}
    return {
        f"{x.column}|{y.column}": _front(groups, x, y, bounds) for x, y in combinations(metrics, 2)
    }


def _front(
    groups: Sequence[Group], x: Metric, y: Metric, bounds: Mapping[str, float | None]
) -> list[int]:
    indices, points = [], []
    for index, group in enumerate(groups):
        mean = group["mean"]
        if not _competes(group) or x.column not in mean or y.column not in mean:
            continue
        indices.append(index)
        points.append([m.merit(mean[m.column], bounds[m.column]) for m in (x, y)])
    front = pareto_front(points, (x.direction, y.direction))
    return [indices[position] for position in front]


def _competes(group: Group) -> bool:
    return group["method"] in ("srresnet", "srgan") and group["health"] in HEALTHY
