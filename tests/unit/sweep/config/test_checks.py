"""The adversarial coefficient, which is checked where a config is, and nowhere else."""

import contextlib
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from srgan_core.errors import ConfigError
from sweep.config.loading import load_config

hostile = st.text(st.characters(), max_size=60) | st.text("0123456789eE+-.,_ naif\x00", max_size=40)


def coefficients(*values: object) -> tuple[float, ...]:
    return load_config("smoke", {"grid.adv": values}).grid.adv


@given(values=st.lists(st.floats(0, 1e300), min_size=1, unique=True))
def test_coefficients_survive_being_written(values):
    assert coefficients(*map(repr, values)) == tuple(values)


@given(text=hostile)
@example("9" * 5000)
@example("\ud800,\x1b[31m")
def test_a_coefficient_is_finite_and_not_negative(text):
    with contextlib.suppress(ConfigError):
        (value,) = coefficients(text)
        assert math.isfinite(value)
        assert math.copysign(1, value) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-4", 1e-4), ("0", 0.0), ("1", 1.0), ("1E-3", 0.001), ("-0", 0.0), ("0e5", 0.0)],
)
def test_a_coefficient_is_read(text, value):
    (read,) = coefficients(text)
    assert (read, str(read)) == (value, str(value))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["-1"], "grid.adv.0: expected a number of 0 or above, got '-1'"),
        ([0.1, -1e-4], "grid.adv.1: expected a number of 0 or above, got -0.0001"),
        (["nan"], "finite number, got 'nan'"),
        (["1e999"], "finite number, got '1e999'"),
        (["1e-400"], "expected a number of 0 or above, got '1e-400'"),
        (["one"], "expected a valid number"),
        (["1e-3", "0.001"], "every value once, 0.001 stands twice"),
    ],
)
def test_a_wrong_coefficient_says_what_was_expected(values, message):
    with pytest.raises(ConfigError) as raised:
        coefficients(*values)
    assert message in str(raised.value)
    assert "grid.adv" in str(raised.value)
