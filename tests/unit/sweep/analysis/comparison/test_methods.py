from dataclasses import replace

import pytest

from srgan_core.errors import ConfigError
from sweep.analysis.comparison.methods import find_methods, read_tables

LOGSPACE = {10**power: (28.0, 0.2, 8.0) for power in (-4, -3.5, -3, -2.5, -2)}


def test_a_point_has_the_name_of_its_curve_though_the_other_end_has_no_scores(
    tmp_path, trial, write
):
    failed = trial("srgan", 28.0, images=0, status="failed")
    tables = read_tables(write(tmp_path, [trial("srresnet", 28.0), failed]))
    assert tables.points == ["mse/srresnet@0.001"]


@pytest.fixture
def logarithmic(store, usual):
    return read_tables(store(replace(usual, values=LOGSPACE).rows()))


@pytest.mark.parametrize("name", ["mse@3.16e-4", "mse@0.0003162", "mse@0.00031622776601683794"])
def test_a_coefficient_is_found_by_the_digits_that_are_shown(logarithmic, name):
    ((_, scored),) = find_methods(logarithmic, name).items()
    assert set(scored.rows["point"]) == {"mse@0.00031622776601683794"}


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("mse@0.0003", "mse@0.000316"), ("mse@3.17e-4", "mse@0.000316"), ("vgg22@5", "vgg22@0.01")],
)
def test_an_unknown_coefficient_is_refused_with_the_nearest(logarithmic, name, nearest):
    with pytest.raises(ConfigError, match=f"did you mean '{nearest}'") as refused:
        find_methods(logarithmic, name)
    assert "22776" not in str(refused.value)


def test_two_coefficients_of_the_same_digits_are_no_match(store, usual):
    close = {3.1622e-4: (28.0, 0.2, 8.0), 3.1623e-4: (28.0, 0.2, 8.0)}
    tables = read_tables(store(replace(usual, values=close).rows()))
    with pytest.raises(ConfigError, match="unknown"):
        find_methods(tables, "mse@3.16e-4")
    assert find_methods(tables, "mse@3.1622e-4")
