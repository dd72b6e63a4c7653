"""How converged a sweep is: what trials of one grid point differ by that set out from both ends.

Training from the SRResNet loses fidelity, training from a pair loses realism; both would end at
the same place if they went on. The two trials bracket it, and their gap is what the length of the
sweep leaves open.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pandas as pd

from sweep.analysis.comparison.methods import Scored
from sweep.analysis.comparison.report import Resampling
from sweep.analysis.comparison.resampling import Resampler
from sweep.analysis.comparison.shared import SET_ALONE
from sweep.analysis.statistics.bootstrap import LEAST_IMAGES, Interval, Runs, bootstrap_difference
from sweep.config.names import StartKind
from sweep.metrics.aggregation import aggregation
from sweep.metrics.axes import DISTORTION, axes_beside_distortion
from sweep.tables.columns import START
from sweep.tables.curve_names import curve_name, has_both_starts, with_curves, without_start
from sweep.tables.curves import read_path
from sweep.tables.files import read_per_image
from sweep.tables.frames import records_of
from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import Record, is_healthy, is_on_grid, is_scored

Verdict = Literal["met", "test set too small", "closing", "open", "one end only"]
Point = tuple[str, str, float]
"""Test set, content loss with its setting where the grid has further axes, coefficient."""


@dataclass(frozen=True)
class Bracket:
    """The two ends of one grid point in one metric on one test set.

    Attributes:
        dataset: Name of the test set.
        content: Content loss, and its setting where the grid has further axes.
        adv: Adversarial coefficient.
        metric: What the gap is in.
        faithful: Seed to the value of the trial that set out from the SRResNet.
        realistic: Seed to that of the trial that set out from the pair.
        gap: Mean over the seeds of the realistic value less the faithful one, with its interval
            over seeds and images; None where an end is missing.
        verdict: `met` when the interval holds 0, `test set too small` when it does with fewer
            than 10 images, and for one seed on one image. Else `closing` when the paths of the
            trials drew nearer to each other in their last half, `open` when they did not or left
            no path.
        steps_left: Steps in which the gap would shrink to half of its interval at the rate of
            that half; None unless closing.
        reason: Why there is one end only.
    """

    dataset: str
    content: str
    adv: float
    metric: MetricColumn
    faithful: Mapping[int, float]
    realistic: Mapping[int, float]
    gap: Interval | None
    verdict: Verdict
    steps_left: int | None = None
    reason: str = ""


def read_brackets(
    folder: Path, results: pd.DataFrame, metrics: Mapping[str, MetricColumn]
) -> list[Bracket]:
    """Finds the brackets of a results folder, whose other tables are read where it has any.

    Raises:
        StoreError: when one of these is missing or damaged.
    """
    if not has_both_starts(records_of(results)):
        return []
    return find_brackets(results, read_per_image(folder), metrics, read_path(folder))


def find_brackets(
    results: pd.DataFrame,
    images: pd.DataFrame,
    metrics: Mapping[str, MetricColumn],
    path: pd.DataFrame | None,
) -> list[Bracket]:
    """Finds the brackets of a sweep, by test set, grid point and metric.

    Args:
        results: Table of `read_results`.
        images: Table of `read_per_image`.
        metrics: What their columns mean.
        path: Table of `read_path`.

    Returns:
        None of them where all trials set out from one end, nor in a metric that has no finite
        value for a single image.
    """
    trials = [row for row in with_curves(records_of(results)) if is_on_grid(row)]
    if not has_both_starts(trials):
        return []
    session = _Session(images, metrics, path)
    points: dict[Point, list[Record]] = {}
    for row in trials:
        point = row["dataset"], without_start(curve_name(row)), row["adv"]
        points.setdefault(point, []).append(row)
    return [found for point, rows in points.items() for found in session.brackets(point, rows)]


class _Session:
    """A folder's tables, and the draws that all of its brackets share."""

    def __init__(
        self,
        images: pd.DataFrame,
        metrics: Mapping[str, MetricColumn],
        path: pd.DataFrame | None,
    ) -> None:
        self._images, self._metrics, self._path = images, metrics, path
        self._resampler = Resampler(Resampling())

    def brackets(self, point: Point, rows: Sequence[Record]) -> Iterator[Bracket]:
        """The brackets of one grid point, one per metric."""
        metrics = self._metrics
        pairs = _pairs(rows)
        for column in (DISTORTION, *axes_beside_distortion(metrics)):
            if column not in metrics or column not in rows[0]:
                continue
            if metrics[column].aggregation == SET_ALONE:
                continue
            values = {
                kind: {seed: ends[kind][column] for seed, ends in pairs.items()}
                for kind in StartKind
            }
            faithful, realistic = values[StartKind.SRRESNET], values[StartKind.SRGAN]
            known = [value for end in (faithful, realistic) for value in end.values()]
            if pairs and any(value is None or not math.isfinite(value) for value in known):
                continue
            found = Bracket(*point, metrics[column], faithful, realistic, None, "one end only")
            judged = self._judged(found, pairs) if pairs else _explained(found, rows)
            if judged is not None:
                yield judged

    def _judged(self, found: Bracket, pairs: Mapping[int, Mapping[str, Record]]) -> Bracket | None:
        column, seeds = found.metric.column, tuple(pairs)
        ends = [
            self._scored(found.dataset, [pairs[seed][kind]["trial"] for seed in seeds], seeds)
            for kind in (StartKind.SRGAN, StartKind.SRRESNET)
        ]
        theirs = set(ends[1].images(column))
        images = [name for name in ends[0].images(column) if name in theirs]
        if not images:
            return None
        first, second = (Runs(end.values(column, images, seeds), seeds) for end in ends)
        result = bootstrap_difference(
            first,
            second,
            self._resampler.drawn(first, second),
            higher_is_better=found.metric.higher_is_better,
            aggregate=aggregation(found.metric.aggregation),
        )
        gap = Interval(result.difference, result.low, result.high)
        verdict: Verdict = "met" if len(images) >= LEAST_IMAGES else "test set too small"
        left = None
        # One seed on one image has no spread, and so no interval.
        if len(images) * len(seeds) > 1 and not gap.low <= 0 <= gap.high:
            rate = self._rate(column, found.dataset, list(pairs.values()))
            verdict = "closing" if rate > 0 else "open"
            left = _steps_left(gap, rate)
        return replace(found, gap=gap, verdict=verdict, steps_left=left)

    def _scored(self, dataset: str, trials: Sequence[str], seeds: tuple[int, ...]) -> Scored:
        images = self._images
        rows = images[(images["dataset"] == dataset) & images["trial"].isin(trials)]
        return Scored(rows, seeds)

    def _rate(self, column: str, dataset: str, pairs: Sequence[Mapping[str, Record]]) -> float:
        """By how much a step narrowed the gap, over the last half of the paths; 0 without any."""
        if self._path is None or column not in self._path:
            return 0.0
        rows = self._path[self._path["dataset"] == dataset]
        table = rows.pivot(index="step", columns="trial", values=column)
        names = {kind: [pair[kind]["trial"] for pair in pairs] for kind in StartKind}
        if not {*names[StartKind.SRGAN], *names[StartKind.SRRESNET]} <= {*table.columns}:
            return 0.0
        means = {kind: table[names[kind]].mean(axis=1, skipna=False) for kind in StartKind}
        gaps = (means[StartKind.SRGAN] - means[StartKind.SRRESNET]).abs().dropna()
        late = gaps[gaps.index >= gaps.index.max() / 2] if len(gaps) else gaps
        if len(late) < 2:
            return 0.0
        return float((late.iloc[0] - late.iloc[-1]) / (late.index[-1] - late.index[0]))


def _steps_left(gap: Interval, rate: float) -> int | None:
    """Steps until the gap is half of its interval; None when it does not shrink."""
    if rate <= 0:
        return None
    return math.ceil((abs(gap.measured) - (gap.high - gap.low) / 2) / rate)


def _pairs(rows: Sequence[Record]) -> dict[int, dict[str, Record]]:
    """Seed to both of its trials, where both are scored and healthy."""
    seeds: dict[int, dict[str, Record]] = {}
    for row in rows:
        if _is_fit(row):
            seeds.setdefault(int(row["seed"]), {})[row[START]] = row
    return {seed: ends for seed, ends in sorted(seeds.items()) if len(ends) == len(StartKind)}


def _explained(found: Bracket, rows: Sequence[Record]) -> Bracket:
    """Says of a point without a pair what its ends lack."""
    reasons = []
    for kind in StartKind:
        trials = [row for row in rows if row[START] == kind]
        states = [row["health"] or row["status"] for row in trials if not _is_fit(row)]
        if not trials:
            reasons.append(f"none from {kind}")
        elif len(states) == len(trials):
            reasons.append(f"from {kind}: {', '.join(dict.fromkeys(states))}")
    reason = "; ".join(reasons) or "no seed has both"
    return replace(found, reason=reason)


def _is_fit(row: Record) -> bool:
    return is_scored(row) and is_healthy(row)
