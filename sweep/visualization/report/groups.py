"""Points of the report's chart: generators averaged over their seeds, and the fronts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations
from typing import Any

from sweep.analysis.exchange import exchange_sentence
from sweep.analysis.fronts import Axes, front_names, front_of, points_of
from sweep.analysis.summary import SEEDS, DatasetScores
from sweep.store.states import Method
from sweep.tables import columns as names
from sweep.tables.columns import CURVE
from sweep.tables.curve_names import point_name
from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import TRAINED_METHODS, Record
from sweep.visualization.report.values import cell

Group = dict[str, Any]


def groups_of(scores: DatasetScores, columns: Sequence[str]) -> list[Group]:
    """Describes the means over the seeds, HR left out, with the columns that may be an axis.

    Returns:
        One group per method, content loss and coefficient in the order of the table. `mean` and
        `half` map columns to numbers: the mean, and half of its 95% interval where there is one.
        `trials` lists the members.
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
        "trials": list(mean["trials"]),
        "seeds": mean[SEEDS] or 0,
        "status": ", ".join(dict.fromkeys(states[trial] for trial in mean["trials"])),
        "health": mean["health"],
        "mean": {c: cell(c, mean[c]) for c in columns if mean[c] is not None},
        "half": {c: cell(c, half) for c, half in halves.items() if half is not None},
    }


def fronts_of(scores: DatasetScores, metrics: Sequence[MetricColumn]) -> dict[str, list[int]]:
    """Finds the Pareto front of every pair of metrics, by the rule of `sweep.analysis.fronts`.

    Returns:
        `x|y` to the places in `groups_of` of what is on the front, x before y in the order of
        `metrics`.
    """
    shown = enumerate(_shown(scores))
    places = {point_name(mean): place for place, mean in shown if mean["method"] in TRAINED_METHODS}
    fronts = {}
    for x, y in combinations(metrics, 2):
        axes = Axes.of(scores, x, y)
        found = front_names(points_of(scores, axes), axes)
        fronts[f"{x.column}|{y.column}"] = [places[name] for name in found]
    return fronts


def exchanges_of(scores: DatasetScores, metrics: Sequence[MetricColumn]) -> dict[str, str]:
    """Says what λ buys on every pair of metrics, as the drawn charts do above their panels.

    Returns:
        `x|y` to a sentence, x across and y up; pairs without one are left out.
    """
    sentences = {
        f"{x.column}|{y.column}": exchange_sentence(front_of(scores, x, y)).replace("\n", " ")
        for x, y in permutations(metrics, 2)
    }
    return {pair: f"{sentence}." for pair, sentence in sentences.items() if sentence}
