import math

import pytest
from scipy import stats

from srgan_core.errors import ConfigError
from sweep.analysis.statistics.intervals import mean_half_width, student_t_quantile


def test_the_interval_is_students():
    values = [28.1, 28.4, 27.9, 28.6]
    low, high = stats.t.interval(0.95, 3, stats.tmean(values), stats.sem(values))
    assert mean_half_width(values) == pytest.approx((high - low) / 2)


def test_three_seeds_take_the_quantile_of_two_degrees_of_freedom():
    assert mean_half_width([1.0, 2.0, 3.0]) == pytest.approx(4.302653 / math.sqrt(3))


@pytest.mark.parametrize("values", [[], [28.0], [28.0, math.inf], [28.0, math.nan]])
def test_what_has_no_spread_has_no_interval(values):
    assert mean_half_width(values) is None


def test_equal_seeds_have_an_interval_of_no_width():
    assert mean_half_width([0.25, 0.25]) == 0


def test_many_degrees_of_freedom_are_normal():
    assert student_t_quantile(math.inf) == pytest.approx(1.959964)
    assert student_t_quantile(1e9) == pytest.approx(1.959964)


@pytest.mark.parametrize("confidence", [0, 1, -0.1, 95])
def test_a_confidence_is_a_probability(confidence):
    with pytest.raises(ConfigError, match="confidence: expected a number between 0 and 1"):
        mean_half_width([1.0, 2.0], confidence)
