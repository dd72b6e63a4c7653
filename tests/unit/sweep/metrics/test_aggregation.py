import math

import numpy as np
import pytest

from srgan_core.errors import ConfigError
from sweep.metrics.aggregation import aggregation


def test_a_mean_leaves_the_values_alone():
    values = np.array([1.0, 4.0])
    mean = aggregation("mean")
    assert mean.backward(mean.forward(values).mean()) == 2.5


def test_an_rmse_is_the_root_of_the_mean_of_the_squares():
    rms = aggregation("root mean square")
    assert rms.backward(rms.forward(np.array([3.0, 4.0])).mean()) == pytest.approx(np.sqrt(12.5))


def test_an_unknown_aggregation_names_the_known_ones():
    with pytest.raises(ConfigError, match="'median' is unknown: mean, root mean square"):
        aggregation("median")


@pytest.mark.parametrize(("name", "value"), [("mean", 3.5), ("root mean square", math.sqrt(12.5))])
def test_one_rule_for_numbers_and_for_arrays(name, value):
    rule = aggregation(name)
    array = np.array([3.0, 4.0])
    assert rule.of([3.0, 4.0]) == value
    assert rule.backward(rule.forward(array).mean()) == pytest.approx(value)
