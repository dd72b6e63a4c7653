"""Holds trained generators against a curve that cost no training."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from srgan_core.wording import counted
from sweep.analysis.frontier import dominates, hypervolume_2d
from sweep.analysis.fronts import front_of
from sweep.tables.frames import records_of
from sweep.tables.metric_file import Metric
from sweep.tables.ranking import Record, hr_value

DISTORTION, PERCEPTION = "psnr_y", ("niqe", "lpips_alex")


@dataclass(frozen=True)
class Verdict:
    """How the trials of one test set stand to one curve, on one pair of axes.

    Attributes:
        dataset: The test set.
        x_label: Metric of the horizontal axis.
        y_label: Metric of the vertical axis.
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
    results: pd.DataFrame, curve: pd.DataFrame, metrics: Mapping[str, Metric]
) -> Iterator[Verdict]:
    """Compares the trials with a curve on each of its test sets and each pair of axes.

    Args:
        results: results.csv.
        curve: Rows of one curve out of interpolation.csv.
        metrics: Column to metric; a pair of which one is missing is passed over.

    Yields:
        The verdicts that can be given.
    """
    for dataset in dict.fromkeys(curve["dataset"]):
        rows, points = results[results["dataset"] == dataset], curve[curve["dataset"] == dataset]
        for column in PERCEPTION:
            if {DISTORTION, column} <= metrics.keys():
                verdict = judge(rows, points, metrics[DISTORTION], metrics[column])
                if verdict is not None:
                    yield verdict


def judge(
    results: pd.DataFrame, curve: pd.DataFrame, x_metric: Metric, y_metric: Metric
) -> Verdict | None:
    """Compares the trials with the interior points of a curve.

    The ends were trained themselves, so they are on neither side; unhealthy trials are left out.
    A metric beyond HR's own value
    counts as HR's, as everywhere.

    Args:
        results: Rows of one test set out of results.csv.
        curve: Rows of one curve on that test set out of interpolation.csv.
        x_metric: Metric of the horizontal axis.
        y_metric: Metric of the vertical axis.

    Returns:
        The verdict, or None when the curve has no interior point or no trial has both values.
    """
    records = records_of(results)
    bound = hr_value(y_metric, records)

    def point(record: Record) -> tuple[float, float] | None:
        x, y = record.get(x_metric.column), record.get(y_metric.column)
        if x is None or y is None or not (math.isfinite(x) and math.isfinite(y)):
            return None
        return x, y_metric.merit(y, bound)

    on_curve = [(record["alpha"], point(record)) for record in records_of(curve)]
    ends = {str(curve.iloc[0]["from"]), str(curve.iloc[0]["to"])}
    inside = [found for alpha, found in on_curve if found and 0 < alpha < 1]
    trained = {
        record["trial"]: found
        for record in records
        if record["method"] in ("srgan", "srresnet")
        and not record.get("health")
        and (found := point(record))
    }
    others = {trial: found for trial, found in trained.items() if trial not in ends}
    if not inside or not others:
        return None
    ways = (x_metric.direction, y_metric.direction)
    better = [t for t, p in others.items() if any(dominates(p, c, ways) for c in inside)]
    worse = [t for t, p in others.items() if any(dominates(c, p, ways) for c in inside)]
    front = front_of(results, x_metric, y_metric)
    whole_curve = [found for _, found in on_curve if found]

    return Verdict(
        dataset=str(results.iloc[0]["dataset"]),
        x_label=x_metric.label,
        y_label=y_metric.label,
        better=tuple(better),
        worse=tuple(t for t in worse if t not in better),
        neither=tuple(t for t in others if t not in better and t not in worse),
        trained_area=front.hypervolume,
        curve_area=front.reference and hypervolume_2d(whole_curve, front.reference, ways),
    )
