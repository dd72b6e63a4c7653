"""Bootstrap of the difference of two methods, over seeds and images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from srgan_core.errors import ConfigError, ShapeError
from sweep.analysis.statistics.intervals import CONFIDENCE, check_confidence, student_t_quantile
from sweep.metrics.aggregation import MEAN, Aggregation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

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

    check_confidence(confidence)
    _check_shapes(first, second)
    images = first.values.shape[1]
    everything = np.full((1, images), 1 / images)

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

    one, other = (np.full((1, len(runs.values)), 1 / len(runs.values)) for runs in (first, second))
    measured = float(differences(everything, one, other)[0])
    freedom = _freedom(
        (differences(everything, draws.first, draws.second), _seed_freedom(first, second)),
        (differences(draws.images, one, other), images - 1),
    )
    error = float(differences(draws.images, draws.first, draws.second).std())
    half = student_t_quantile(freedom, confidence) * error
    low, high = measured - half, measured + half
    return Difference(
        float(values(first, everything).mean()),
        float(values(second, everything).mean()),
        measured,
        low,
        high,
        _verdict(low, high, images, higher_is_better),
    )


def _freedom(*parts: tuple[Array, int]) -> float:
    """Degrees of freedom of a sum of spreads, each given by resamples and its own degrees."""
    known = [(float(values.var()), freedom) for values, freedom in parts if freedom]
    total = sum(variance for variance, _ in known)
    if total == 0:
        return float("inf")
    return total**2 / sum(variance**2 / freedom for variance, freedom in known)


def _seed_freedom(first: Runs, second: Runs) -> int:
    """Degrees of freedom of the spread over seeds, those of the method with fewer."""
    counts = [len(runs.values) - 1 for runs in (first, second) if len(runs.values) > 1]
    return min(counts, default=0)


def _verdict(low: float, high: float, images: int, higher_is_better: bool) -> Verdict:
    if images < LEAST_IMAGES:
        return "test set too small"
    if low <= 0 <= high:
        return "indistinguishable"
    return "better" if (low > 0) == higher_is_better else "worse"


def _check_shapes(first: Runs, second: Runs) -> None:
    if first.values.shape[1] != second.values.shape[1]:
        raise ShapeError(
            f"bootstrap: expected both methods on the same images, got {first.values.shape[1]} "
            f"and {second.values.shape[1]}"
        )
