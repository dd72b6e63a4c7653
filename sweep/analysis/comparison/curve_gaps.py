"""The mean gap between two curves in one metric at equal values of another, with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.statistics.bjontegaard import Points, Stretch, common_stretch
from sweep.analysis.statistics.bootstrap import (
    Difference,
    Draws,
    bootstrap_interval,
    equal_shares,
    verdict_of,
)
from sweep.metrics.aggregation import aggregation
from sweep.tables.metric_file import MetricColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """One metric of two curves on the same images.

    Attributes:
        metric: What it measures.
        values: Values of either curve, (points, seeds, images), finite.
        hr: (images,) values of the HR images themselves; None where the metric has none.
    """

    metric: MetricColumn
    values: tuple[Array, Array]
    hr: Array | None = None

    def means(self, side: int, images: Array, seeds: Array) -> Array:
        """Averages over images and seeds by the shares of each draw: (draws, points)."""
        rule = aggregation(self.metric.aggregation)
        of_seeds = rule.backward(rule.forward(self.values[side]) @ images.T)
        return np.asarray(np.einsum("psr,rs->rp", of_seeds, seeds))

    def merits(self, side: int, images: Array, seeds: Array) -> Array:
        """The same, where a value better than HR's own counts as HR's."""
        means, bound = self.means(side, images, seeds), self.bound(images)
        if bound is None:
            return means
        limit = np.minimum if self.metric.higher_is_better else np.maximum
        return np.asarray(limit(means, bound[:, None]))

    def bound(self, images: Array) -> Array | None:
        """HR's own value in each draw, (draws,)."""
        if self.hr is None:
            return None
        rule = aggregation(self.metric.aggregation)
        return rule.backward(images @ rule.forward(self.hr))

    def measured(self, side: int) -> tuple[Array, Array]:
        """Means and merits of the points with each image and each seed once, (points,) each."""
        _, seeds, images = self.values[side].shape
        shares = equal_shares(images), equal_shares(seeds)
        return self.means(side, *shares)[0], self.merits(side, *shares)[0]


@dataclass(frozen=True)
class CurveGap:
    """What two curves differ by, where both have a value.

    Attributes:
        difference: Means of either curve over the range, and their difference.
        low: Where the range begins, in the metric along which they were compared.
        high: Where it ends.
        lost: Number of resamples without a common range, which the interval leaves out.
        is_certain: Whether those are few enough for the interval to cover what it says; if not,
            nothing is called better or worse.
    """

    difference: Difference
    low: float
    high: float
    lost: int
    is_certain: bool


def curve_gap(along: Axis, judged: Axis, draws: Draws, confidence: float) -> CurveGap | None:
    """Finds the mean gap of two curves, Bjøntegaard's delta, with its bootstrap interval.

    Each resample makes two new curves, with a common range of their own. Along a metric that HR
    itself has a value in, the range ends there.

    Args:
        along: The metric of equal values.
        judged: The metric of the gap, on the same images.
        draws: From `draw` for a point of either curve.
        confidence: Probability that the interval covers the true gap, in (0, 1).

    Returns:
        None where the measured curves have no common range.

    Raises:
        ConfigError: when the confidence is not in (0, 1).
    """

    def stretch(images: Array, *seeds: Array) -> Stretch:
        first, second = (
            Points(along.means(side, images, shares), judged.merits(side, images, shares))
            for side, shares in enumerate(seeds)
        )
        bound = along.bound(images)
        limits = (None, bound) if along.metric.higher_is_better else (bound, None)
        return common_stretch(first, second, *limits)

    count = draws.images.shape[1]
    measured = stretch(
        *(equal_shares(n.shape[1]) for n in (draws.images, draws.first, draws.second))
    )
    if np.isnan(measured.gap[0]):
        return None
    found = bootstrap_interval(lambda *shares: stretch(*shares).gap, draws, confidence)
    is_certain = found.lost <= (1 - confidence) * len(draws.images)
    verdict = verdict_of(found, count, judged.metric.higher_is_better)
    if not is_certain and verdict in ("better", "worse"):
        verdict = "indistinguishable"
    ends = measured.first, measured.second, measured.low, measured.high
    first, second, low, high = (float(values[0]) for values in ends)
    difference = Difference(first, second, found.measured, found.low, found.high, verdict)
    return CurveGap(difference, low, high, found.lost, is_certain)
