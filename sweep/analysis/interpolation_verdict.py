"""Holds trained generators against a curve that cost no training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from srgan_core.wording import counted
from sweep.analysis.exchange import short_label
from sweep.analysis.frontier import dominates, hypervolume_2d
from sweep.analysis.fronts import Place, front_of
from sweep.analysis.summary import DatasetScores, scores_by_dataset
from sweep.metrics.axes import DISTORTION, USUAL_AXES
from sweep.store.states import Method
from sweep.tables.frames import records_of
from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import Record, is_healthy, is_scored


@dataclass(frozen=True)
class Verdict:
    """How the trials of one test set stand to one curve, on one pair of axes.

    Attributes:
        better: Trials that dominate a point between the ends and that none of them dominates.
        worse: Trials that such a point dominates and that dominate none.
        neither: The others.
        x: Each of these trials to its value on the horizontal axis.
        x_unit: Unit of these values; empty for plain numbers.
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
    x: Mapping[str, float]
    x_unit: str
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

    def takeaway(self) -> str:
        """How many trials beat the curve and where: `2 of 11 trials (30.1 to 30.6 dB), 8 worse`."""
        winners = f"{len(self.better) or 'none'} of {len(self.x)} trials{self._range(self.better)}"
        return f"{winners}, {len(self.worse) or 'none'} worse{self._range(self.worse)}"

    def _range(self, trials: Sequence[str]) -> str:
        if not trials:
            return ""
        values = [self.x[trial] for trial in trials]
        ends = dict.fromkeys(f"{value:.1f}" for value in (min(values), max(values)))
        return f" ({' to '.join(ends)} {self.x_unit or self.x_label})"


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


def interpolation_takeaway(
    scores: DatasetScores, table: pd.DataFrame | None, metrics: Mapping[str, MetricColumn]
) -> str:
    """Says whether the trials beat all curves of a test set together; empty without curves."""
    points = None if table is None else table[table["dataset"] == scores.name]
    if points is None or points.empty or DISTORTION not in metrics:
        return ""
    found = []
    for metric in (metrics[column] for column in USUAL_AXES if column in metrics):
        verdict = judge(scores, points, metrics[DISTORTION], metric)
        if verdict is not None:
            found.append(f"{short_label(metric)}: {verdict.takeaway()}")
    return f"Better than interpolation, which is free: {'; '.join(found)}." if found else ""


def judge(
    scores: DatasetScores, curve: pd.DataFrame, x_metric: MetricColumn, y_metric: MetricColumn
) -> Verdict | None:
    """Compares the trials with the interior points of a curve, or of several together.

    The ends were trained themselves, so they are on neither side; unhealthy trials are left out.
    A metric beyond HR's own value counts as HR's, as everywhere.

    Args:
        scores: What was scored on one test set.
        curve: Rows of the curves on that test set out of interpolation.csv.
        x_metric: Metric of the horizontal axis.
        y_metric: Metric of the vertical axis.

    Returns:
        None when no curve has an interior point or no trial has both values.
    """
    front = front_of(scores, x_metric, y_metric)
    axes, ways = front.axes, front.axes.directions

    def merits(records: Iterable[Record]) -> list[tuple[Record, Place]]:
        places = [(record, axes.place(record)) for record in records]
        return [(record, axes.merit(place)) for record, place in places if place]

    on_curve = merits(records_of(curve))
    inside = [merit for record, merit in on_curve if 0 < record["alpha"] < 1]
    ends = {*curve["from"], *curve["to"]}
    others = {
        record["trial"]: merit
        for record, merit in merits(scores.rows)
        if record["method"] == Method.SRGAN
        and is_scored(record)
        and is_healthy(record)
        and record["trial"] not in ends
    }
    if not inside or not others:
        return None
    winners = [t for t, p in others.items() if any(dominates(p, c, ways) for c in inside)]
    losers = [t for t, p in others.items() if any(dominates(c, p, ways) for c in inside)]
    area = None
    if front.reference is not None:
        area = hypervolume_2d([merit for _, merit in on_curve], front.reference, ways)
    return Verdict(
        dataset=scores.name,
        x_label=x_metric.label,
        y_label=y_metric.label,
        better=tuple(t for t in winners if t not in losers),
        worse=tuple(t for t in losers if t not in winners),
        neither=tuple(t for t in others if (t in winners) == (t in losers)),
        x={trial: place[0] for trial, place in others.items()},
        x_unit=x_metric.unit,
        trained_area=front.hypervolume,
        curve_area=area,
    )
