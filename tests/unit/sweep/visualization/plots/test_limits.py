import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.visualization.plots.limits import axis_limits

values = st.lists(st.floats(min_value=-50, max_value=50), min_size=1, max_size=6)


def test_a_near_reference_is_included():
    limits = axis_limits([0.19, 0.29], [(0.34, 1.6)])
    assert limits.contains(0.34)


def test_a_far_reference_stays_outside_and_changes_nothing():
    limits = axis_limits([0.10, 0.20], [(0.34, 1.5)])
    assert not limits.contains(0.34)
    assert limits == axis_limits([0.10, 0.20])


def test_one_reference_can_be_inside_and_another_outside():
    limits = axis_limits([8.0, 11.0], [(20.0, 1.5), (5.46, 2.5)])
    assert limits.contains(5.46)
    assert not limits.contains(20.0)


def test_a_single_point_has_nothing_to_squash():
    limits = axis_limits([8.0], [(8.4, 1.5), (5.46, 2.5)])
    assert limits.contains(8.4)
    assert limits.contains(5.46)


@pytest.mark.parametrize("value", [0.0, 8.0, -3.0])
def test_equal_values_still_have_room(value):
    limits = axis_limits([value, value])
    assert limits.low < value < limits.high


@given(values)
def test_trained_points_are_always_inside(trained):
    limits = axis_limits(trained, [(1000.0, 1.5)])
    assert all(limits.contains(value) for value in trained)


def test_clamping_moves_to_the_nearer_end():
    limits = axis_limits([0.0, 10.0])
    assert limits.low < limits.clamp(-99.0, 0.05) < 0.5
    assert 9.5 < limits.clamp(99.0, 0.05) < limits.high
    assert limits.clamp(5.0, 0.05) == 5.0
