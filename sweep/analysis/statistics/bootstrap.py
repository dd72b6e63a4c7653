"""Bootstrap of the difference of two methods, over seeds and images."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from srgan_core.errors import ConfigError, ShapeError
from sweep.analysis.statistics.intervals import CONFIDENCE, check_confidence, student_t_quantile
from sweep.metrics.aggregation import MEAN, Aggregation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Statistic = Callable[[Array, Array, Array], Array]

RESAMPLES = 10_000
MOST_RESAMPLES = 1_000_000
"""Beyond it the draws take gigabytes and the last digit of a verdict does not move."""

LEAST_RESAMPLES = 100
LEAST_IMAGES = 10
"""Test sets with fewer images get no verdict: their spread is not known well enough."""

Verdict = Literal["better", "worse", "indistinguishable", "test set too small"]


@dataclass(frozen=True)
class Runs:
    """Scores of one method.

    Attributes:
        values: (seeds, images), finite; a method without seeds has one row.
        seeds: Seed of each row; empty for a method without seeds.
    """

    values: Array
    seeds: tuple[int, ...] = ()


@dataclass(frozen=True)
class Draws:
    """How often each seed and each image is in each resample, as shares that add up to 1.

    Attributes:
        first: (resamples, seeds of the first method).
        second: (resamples, seeds of the second method); the same array where seeds are paired.
        images: (resamples, images), the same for both methods and all seeds.
    """

    first: Array
    second: Array
    images: Array


@dataclass(frozen=True)
class Difference:
    """The first method's value less the second one's, with its interval from low to high.

    Values are means over seeds; in the difference both count as HR's own where they lie beyond
    it. The verdict is about the first method.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    verdict: Verdict


@dataclass(frozen=True)
class Interval:
    """A measured value and its interval; `lost` counts the resamples that have no value."""

    measured: float
    low: float
    high: float
    lost: int = 0


def draw(first: Runs, second: Runs, resamples: int = RESAMPLES, seed: int = 0) -> Draws:
    """Draws the resamples for a pair of methods on the same images; metrics share them.

    Images are drawn once for both methods and all seeds, since all were scored on the same
    images. Methods with the same seeds share the draw of seeds too. Of n seeds or images n - 1
    are drawn with replacement, so that the spread of a mean is unbiased: with n it would come
    out too small by the factor (n - 1) / n. The generator is PCG64.

    Raises:
        ConfigError: when there are too few or too many resamples or the seed is negative.
        ShapeError: when the methods were not scored on the same number of images.

    Source: Rao and Wu 1988 (n - 1 of n); Owen 2007 (seeds and images crossed).
    """
    import numpy as np

    if not LEAST_RESAMPLES <= resamples <= MOST_RESAMPLES:
        raise ConfigError(
            f"resamples: expected a number from {LEAST_RESAMPLES} to {MOST_RESAMPLES}, "
            f"got {resamples}"
        )
    if seed < 0:
        raise ConfigError(f"seed: expected a whole number of 0 or above, got {seed}")
    _check_shapes(first, second)
    generator = np.random.Generator(np.random.PCG64(seed))

    def shares(count: int) -> Array:
        if count == 1:
            return np.ones((resamples, 1))
        drawn = generator.multinomial(count - 1, np.full(count, 1 / count), size=resamples)
        return drawn / (count - 1)

    images = shares(first.values.shape[1])
    one = shares(len(first.values))
    paired = bool(first.seeds) and first.seeds == second.seeds
    return Draws(one, one if paired else shares(len(second.values)), images)


def bootstrap_difference(
    first: Runs,
    second: Runs,
    draws: Draws,
    *,
    higher_is_better: bool,
    aggregate: Aggregation = MEAN,
    confidence: float = CONFIDENCE,
    hr: Array | None = None,
) -> Difference:
    """Compares two methods in one metric.

    The interval is the measured difference plus and minus Student's quantile times the standard
    deviation of the resampled differences. Percentiles of the resamples would be too narrow: of
    three seeds no resample leaves the range of the three. The degrees of freedom are Welch and
    Satterthwaite's, of the spread over seeds and the spread over images.

    Args:
        first: Scores of one method.
        second: Scores of the other one on the same images.
        draws: From `draw` for these two.
        higher_is_better: Direction of the metric.
        aggregate: How images become a test set's value.
        confidence: Probability that the interval covers the true difference, in (0, 1).
        hr: (images,) values of the HR images themselves; a value better than HR's counts as
            HR's, in each resample. None where the metric has none.

    Returns:
        The difference; with fewer than 10 images its verdict is always `test set too small`.

    Raises:
        ConfigError: when the confidence is not in (0, 1).
        ShapeError: when the methods were not scored on the same number of images.

    Source: Efron and Tibshirani 1993, chapter 12 (t interval with a bootstrap standard error).
    """
    import numpy as np

    _check_shapes(first, second)

    def values(runs: Runs, shares: Array) -> Array:
        """Value of each seed in each draw of images, (draws, seeds)."""
        return aggregate.backward(shares @ aggregate.forward(runs.values).T)

    def differences(shares: Array, one: Array, other: Array) -> Array:
        means = [(values(first, shares) * one).sum(1), (values(second, shares) * other).sum(1)]
        if hr is not None:
            bound = aggregate.backward(shares @ aggregate.forward(hr))
            limit = np.minimum if higher_is_better else np.maximum
            means = [limit(mean, bound) for mean in means]
        return np.asarray(means[0] - means[1])

    found = bootstrap_interval(differences, draws, confidence)
    everything = equal_shares(first.values.shape[1])
    return Difference(
        float(values(first, everything).mean()),
        float(values(second, everything).mean()),
        found.measured,
        found.low,
        found.high,
        verdict_of(found, first.values.shape[1], higher_is_better),
    )


def bootstrap_interval(
    statistic: Statistic, draws: Draws, confidence: float = CONFIDENCE
) -> Interval:
    """Finds the interval of any statistic of two methods; see `bootstrap_difference` for how.

    Args:
        statistic: Given the shares of images, of the first method's seeds and of the second
            one's, (resamples, images or seeds) each, its values, (resamples,); nan where a
            resample has none.
        draws: From `draw` for these methods.
        confidence: Probability that the interval covers the true value, in (0, 1).

    Returns:
        The interval; all of it is nan where the measured statistic is.

    Raises:
        ConfigError: when the confidence is not in (0, 1).
    """
    check_confidence(confidence)
    counts = [shares.shape[1] for shares in (draws.images, draws.first, draws.second)]
    images, one, other = (equal_shares(count) for count in counts)
    measured = float(statistic(images, one, other)[0])
    if math.isnan(measured):
        return Interval(measured, math.nan, math.nan, len(draws.images))
    freedom = _freedom(
        (statistic(images, draws.first, draws.second), _seed_freedom(counts[1:])),
        (statistic(draws.images, one, other), counts[0] - 1),
    )
    resampled = statistic(draws.images, draws.first, draws.second)
    half = student_t_quantile(freedom, confidence) * _variance(resampled) ** 0.5
    lost = int((resampled != resampled).sum())
    return Interval(measured, measured - half, measured + half, lost)


def equal_shares(count: int) -> Array:
    """The draw that has each of some images or seeds once, (1, count)."""
    import numpy as np

    return np.full((1, count), 1 / count)


def verdict_of(found: Interval, images: int, higher_is_better: bool) -> Verdict:
    """Judges a difference between the first and the second method, for the first."""
    if images < LEAST_IMAGES:
        return "test set too small"
    if found.low <= 0 <= found.high:
        return "indistinguishable"
    return "better" if (found.low > 0) == higher_is_better else "worse"


def _freedom(*parts: tuple[Array, int]) -> float:
    """Degrees of freedom of a sum of spreads, each given by resamples and its own degrees."""
    known = [(_variance(values), freedom) for values, freedom in parts if freedom]
    total = sum(variance for variance, _ in known)
    if total == 0:
        return math.inf
    return total**2 / sum(variance**2 / freedom for variance, freedom in known)


def _variance(values: Array) -> float:
    """Variance over the resamples that have a value."""
    there = values[values == values]
    return float(there.var()) if len(there) else 0.0


def _seed_freedom(counts: Sequence[int]) -> int:
    """Degrees of freedom of the spread over seeds, those of the method with fewer."""
    return min((count - 1 for count in counts if count > 1), default=0)


def _check_shapes(first: Runs, second: Runs) -> None:
    if first.values.shape[1] != second.values.shape[1]:
        raise ShapeError(
            f"bootstrap: expected both methods on the same images, got {first.values.shape[1]} "
            f"and {second.values.shape[1]}"
        )
