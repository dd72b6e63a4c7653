"""Confidence intervals of a mean over a few seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import stdev

from srgan_core.errors import ConfigError

CONFIDENCE = 0.95


def mean_half_width(values: Sequence[float], confidence: float = CONFIDENCE) -> float | None:
    """Half the width of Student's confidence interval of a mean.

    Seeds are taken as independent draws from one normal distribution. With two seeds the
    quantile is 12.7, so the interval is honest and wide; three give 4.3, five 2.8.

    Args:
        values: One value per seed.
        confidence: Probability that the interval covers the mean over all seeds, in (0, 1).

    Returns:
        Half width in the unit of the values; None for fewer than two values and where one of
        them is not finite.

    Raises:
        ConfigError: when the confidence is not in (0, 1).

    Source: Student 1908, t times the standard error with n - 1 degrees of freedom.
    """
    check_confidence(confidence)
    if len(values) < 2 or not all(math.isfinite(value) for value in values):
        return None
    error = stdev(values) / math.sqrt(len(values))
    return student_t_quantile(len(values) - 1, confidence) * error


def student_t_quantile(freedom: float, confidence: float = CONFIDENCE) -> float:
    """Two-sided quantile of Student's t distribution.

    Args:
        freedom: Degrees of freedom, above 0; infinity gives the normal distribution.
        confidence: Probability between the quantile and its negative, in (0, 1).

    Raises:
        ConfigError: when the confidence is not in (0, 1).
    """
    from scipy.special import ndtri, stdtrit

    check_confidence(confidence)
    upper = (1 + confidence) / 2
    return float(ndtri(upper) if math.isinf(freedom) else stdtrit(freedom, upper))


def check_confidence(confidence: float) -> None:
    """Raises ConfigError for a confidence that is no probability between 0 and 1."""
    if not 0 < confidence < 1:
        raise ConfigError(
            f"confidence: expected a number between 0 and 1, got {confidence}; 0.95 is usual"
        )
