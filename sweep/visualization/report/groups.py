"""Points of the report's chart: generators averaged over their seeds, and the fronts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from sweep.analysis.exchange import exchange_sentence
from sweep.analysis.front_report import front_summary
from sweep.analysis.fronts import Front, Standing, front_of
from sweep.analysis.summary import SEEDS, DatasetScores
from sweep.config.axis_names import axis_label, axis_text
from sweep.store.states import Method
from sweep.tables import columns as names
from sweep.tables.columns import CURVE
from sweep.tables.curve_names import point_name, setting_of
from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import TRAINED_METHODS, Record
from sweep.visualization.report.values import cell

Group = dict[str, Any]

BY_THE_MEANS: Standing = "dominated by the means"


def groups_of(scores: DatasetScores, columns: Sequence[str]) -> list[Group]:
    """Describes the means over the seeds, HR left out, with the columns that may be an axis.

    Returns:
        One group per method, content loss, setting and coefficient in the order of the table.
        `mean` and `half` map columns to numbers: the mean, and half of its 95% interval where there
        is one. `trials` lists the members.
    """
    states = {row["trial"]: row["status"] for row in scores.rows}
    return [_group(mean, columns, states) for mean in _shown(scores)]


def _shown(scores: DatasetScores) -> list[Record]:
    return [mean for mean in scores.means if mean["method"] != Method.ORIGINAL]


def _group(mean: Record, columns: Sequence[str], states: dict[str, str]) -> Group:
    halves = {column: mean.get(names.interval_column(column)) for column in columns}
    return {
        "method": mean["method"],
        "content": mean[CURVE],
        "adv": cell("adv", mean["adv"]),
        "setting": {axis_label(axis): axis_text(value) for axis, value in setting_of(mean)},
        "trials": list(mean["trials"]),
        "seeds": mean[SEEDS] or 0,
        "status": ", ".join(dict.fromkeys(states[trial] for trial in mean["trials"])),
        "health": mean["health"],
        "mean": {c: cell(c, mean[c]) for c in columns if mean[c] is not None},
        "half": {c: cell(c, half) for c, half in halves.items() if half is not None},
    }


@dataclass(frozen=True)
class Pair:
    """What a pair of metrics says of the groups, x across and y up.

    Attributes:
        front: Places in `groups_of` of what is on the Pareto front.
        unsure: Places of what is dominated by the means, but not beyond the intervals.
        knee: Place of the knee of the front; None where it has none.
        summary: A sentence on the dominated area and the knee; empty without a front.
        exchange: A sentence on what λ buys; empty where no curve has a control.
    """

    front: tuple[int, ...]
    unsure: tuple[int, ...]
    knee: int | None
    summary: str
    exchange: str


def pairs_of(scores: DatasetScores, metrics: Sequence[MetricColumn]) -> dict[str, Pair]:
    """Judges the groups on every ordered pair of metrics, by the rules of `sweep.analysis`.

    Returns:
        `x|y` to what holds there, the same front either way.
    """
    fronts = {(x.column, y.column): front_of(scores, x, y) for x, y in permutations(metrics, 2)}
    shown = enumerate(_shown(scores))
    places = {point_name(mean): place for place, mean in shown if mean["method"] in TRAINED_METHODS}
    return {f"{x}|{y}": _pair(front, fronts[y, x], places) for (x, y), front in fronts.items()}


def _pair(front: Front, turned: Front, places: Mapping[str, int]) -> Pair:
    # An area needs decibels across, which may stand upwards here.
    measured = turned if front.reference is None and turned.reference is not None else front
    exchange = exchange_sentence(front).replace("\n", " ")
    summary = front_summary(measured) if front.on_front else ""
    return Pair(
        front=tuple(places[point.name] for point in front.candidates if point.on_front),
        unsure=tuple(places[p.name] for p in front.candidates if p.state == BY_THE_MEANS),
        knee=places[front.knee] if front.knee else None,
        summary=f"{summary[0].upper()}{summary[1:]}." if summary else "",
        exchange=f"{exchange}." if exchange else "",
    )
