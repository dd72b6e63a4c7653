"""Holds trained generators against a curve that cost no training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from srgan_core.wording import counted
from sweep.analysis.frontier import dominates, hypervolume_2d
from sweep.analysis.fronts import DISTORTION, USUAL_AXES, Place, front_of
from sweep.analysis.summary import DatasetScores, scores_by_dataset
from sweep.tables.frames import records_of
from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import TRAINED_METHODS, Record, is_healthy, is_scored


@dataclass(frozen=True)
class Verdict:
    """How the trials of one test set stand to one curve, on one pair of axes.

    Attributes:
        better: Trials that dominate a point between the ends.
        worse: Trials that such a point dominates.
        neither: The others.
        trained_area: Area that the front of the trained generators dominates, up to the usual
            reference point; None without bicubic.
        curve_area: Area that the curve with its ends dominates.
    """

    dataset: str
    x_label: str
    y_label: str
    better: tuple[str, ...]
    worse: tuple[str, ...]
    neither: tuple[str, ...]
    trained_area: float | None
    curve_area: float | None

    def sentence(self) -> str:
        """The verdict in words."""
        text = (
            f"{self.dataset}, {self.y_label} over {self.x_label}: "
            f"{counted(len(self.better), 'trial')} better than the curve, {len(self.worse)} worse, "
            f"{len(self.neither)} neither"
        )
        if self.trained_area is None or self.curve_area is None:
            return text
        return (
            f"{text}; area dominated by the trials {self.trained_area:.4g}, "
            f"by the curve {self.curve_area:.4g}"
        )


def judge_all(
    results: pd.DataFrame, curve: pd.DataFrame, metrics: Mapping[str, MetricColumn]
) -> Iterator[Verdict]:
    """Compares the trials with a curve on each of its test sets and each pair of axes.

    Args:
        results: results.csv.
        curve: Rows of one curve out of interpolation.csv.
        metrics: Column to metric; a pair of which one is missing is passed over.

    Yields:
        The verdicts that can be given.
    """
    for scores in scores_by_dataset(results):
        points = curve[curve["dataset"] == scores.name]
        for column in USUAL_AXES if len(points) else ():
            if {DISTORTION, column} <= metrics.keys():
                verdict = judge(scores, points, metrics[DISTORTION], metrics[column])
                if verdict is not None:
                    yield verdict


def judge(
    scores: DatasetScores, curve: pd.DataFrame, x_metric: MetricColumn, y_metric: MetricColumn
) -> Verdict | None:
    """Compares the trials with the interior points of a curve.

    The ends were trained themselves, so they are on neither side; unhealthy trials are left out.
    A metric beyond HR's own value counts as HR's, as everywhere.

    Args:
        scores: What was scored on one test set.
        curve: Rows of one curve on that test set out of interpolation.csv.
        x_metric: Metric of the horizontal axis.
        y_metric: Metric of the vertical axis.

    Returns:
        None when the curve has no interior point or no trial has both values.
    """
    front = front_of(scores, x_metric, y_metric)
    axes, ways = front.axes, front.axes.directions

    def merits(records: Iterable[Record]) -> list[tuple[Record, Place]]:
        places = [(record, axes.place(record)) for record in records]
        return [(record, axes.merit(place)) for record, place in places if place]

    on_curve = merits(records_of(curve))
    inside = [merit for record, merit in on_curve if 0 < record["alpha"] < 1]
    ends = {str(curve.iloc[0]["from"]), str(curve.iloc[0]["to"])}
    others = {
        record["trial"]: merit
        for record, merit in merits(scores.rows)
        if record["method"] in TRAINED_METHODS
        and is_scored(record)
        and is_healthy(record)
        and record["trial"] not in ends
    }
    if not inside or not others:
        return None
    better = [t for t, p in others.items() if any(dominates(p, c, ways) for c in inside)]
    worse = [t for t, p in others.items() if any(dominates(c, p, ways) for c in inside)]
    area = None
    if front.reference is not None:
        area = hypervolume_2d([merit for _, merit in on_curve], front.reference, ways)
    return Verdict(
        dataset=scores.name,
        x_label=x_metric.label,
        y_label=y_metric.label,
        better=tuple(better),
        worse=tuple(t for t in worse if t not in better),
        neither=tuple(t for t in others if t not in better and t not in worse),
        trained_area=front.hypervolume,
        curve_area=area,
    )
