import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.config.numbers import shortest_decimal


@given(value=st.floats(min_value=5e-324, max_value=1e300, allow_nan=False))
def test_the_text_is_the_same_number_without_an_exponent(value):
    text = shortest_decimal(value)
    assert float(text) == value
    assert re.fullmatch(r"\d+(\.\d*[1-9])?", text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[(0.0, "0"), (0, "0"), (1e-5, "0.00001"), (1e-4, "0.0001"), (0.001, "0.001")],
        *[(1.0, "1"), (10.0, "10"), (2.5, "2.5"), (-0.5, "-0.5")],
    ],
)
def test_coefficients_stand_as_their_shortest_decimal(value, text):
    assert shortest_decimal(value) == text
