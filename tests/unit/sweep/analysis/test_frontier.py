import math
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srgan_core.errors import ConfigError, ShapeError
from sweep.analysis.frontier import (
    contributions_2d,
    dominates,
    first_dominating,
    hypervolume_2d,
    interval_ends,
    knee,
    pareto_front,
)

BEST_LOW = ("lower", "lower")
# A coarse grid, so that ties and equal points are common.
coordinates = st.integers(-4, 4).map(float)
pairs = st.lists(st.tuples(coordinates, coordinates), max_size=12)
triples = st.lists(st.tuples(coordinates, coordinates, coordinates), max_size=12)
directions = st.tuples(*[st.sampled_from(["higher", "lower"])] * 3)


def test_the_front_of_a_known_example():
    psnr_and_lpips = [(30.0, 0.23), (29.8, 0.21), (28.4, 0.19), (26.0, 0.29), (28.4, 0.20)]
    assert pareto_front(psnr_and_lpips, ("higher", "lower")) == [0, 1, 2]


def test_equal_points_are_on_the_front_together():
    assert pareto_front([(1.0, 2.0), (2.0, 2.0), (1.0, 2.0)], BEST_LOW) == [0, 2]


def test_infinite_fidelity_dominates_every_finite_one():
    assert pareto_front([(math.inf, 0.1), (30.0, 0.1)], ("higher", "lower")) == [0]


def test_no_points_have_no_front_and_no_area():
    assert pareto_front([], BEST_LOW) == []
    assert hypervolume_2d([], (1.0, 1.0)) == 0


@given(triples, directions)
def test_nothing_dominates_a_point_of_the_front_and_something_every_other(points, wanted):
    front = pareto_front(points, wanted)
    for index, point in enumerate(points):
        beaten = any(dominates(other, point, wanted) for other in points)
        assert beaten == (index not in front)


@given(triples, directions)
def test_some_point_is_always_on_the_front(points, wanted):
    assert bool(pareto_front(points, wanted)) == bool(points)


@given(triples, directions, st.randoms(use_true_random=False))
def test_the_front_does_not_depend_on_the_order(points, wanted, random):
    shuffled = random.sample(points, len(points))
    front = sorted(points[index] for index in pareto_front(points, wanted))
    assert front == sorted(shuffled[index] for index in pareto_front(shuffled, wanted))


@given(st.tuples(coordinates, coordinates), st.tuples(coordinates, coordinates))
def test_two_points_never_dominate_each_other(first, second):
    assert not (dominates(first, second, BEST_LOW) and dominates(second, first, BEST_LOW))


@given(pairs)
def test_the_area_is_that_of_the_unit_squares_that_are_dominated(points):
    squares = sum(
        any(x <= column and y <= row for x, y in points)
        for column in range(-4, 5)
        for row in range(-4, 5)
    )
    assert hypervolume_2d(points, (5.0, 5.0)) == squares


@given(pairs, st.tuples(coordinates, coordinates))
def test_another_point_never_makes_the_area_smaller(points, extra):
    assert hypervolume_2d([*points, extra], (5.0, 5.0)) >= hypervolume_2d(points, (5.0, 5.0))


@given(pairs)
def test_only_the_front_makes_the_area(points):
    front = [points[index] for index in pareto_front(points, BEST_LOW)]
    assert hypervolume_2d(front, (5.0, 5.0)) == hypervolume_2d(points, (5.0, 5.0))


@given(pairs)
def test_directions_mirror_the_area(points):
    mirrored = [(-x, y) for x, y in points]
    assert hypervolume_2d(points, (5.0, 5.0)) == hypervolume_2d(
        mirrored, (-5.0, 5.0), ("higher", "lower")
    )


@given(pairs)
def test_along_the_front_one_objective_falls_as_the_other_rises(points):
    front = sorted({points[index] for index in pareto_front(points, BEST_LOW)})
    assert all(a[0] < b[0] and a[1] > b[1] for a, b in pairwise(front))


halves = st.lists(st.tuples(*[st.integers(0, 3).map(float)] * 2), min_size=12, max_size=12)


def _certain(points, half_widths, index, wanted=BEST_LOW):
    """Whether some point at its bad ends dominates this one at its good ends."""
    ends = [interval_ends(p, h, wanted) for p, h in zip(points, half_widths, strict=False)]
    return any(dominates(worst, ends[index][1], wanted) for worst, _ in ends)


@given(pairs)
def test_without_intervals_certain_dominance_is_plain_dominance(points):
    front = pareto_front(points, BEST_LOW)
    none = [(0.0, 0.0)] * len(points)
    for index in range(len(points)):
        assert _certain(points, none, index) == (index not in front)


@given(pairs, halves)
def test_what_is_certainly_dominated_is_dominated_by_the_means(points, half_widths):
    front = pareto_front(points, BEST_LOW)
    assert not any(_certain(points, half_widths, index) for index in front)


@given(pairs, halves)
def test_wider_intervals_never_make_dominance_more_certain(points, half_widths):
    wider = [(x + 1, y + 1) for x, y in half_widths]
    for index in range(len(points)):
        assert _certain(points, wider, index) <= _certain(points, half_widths, index)


def test_the_bad_end_is_low_where_higher_is_better():
    assert interval_ends((30.0, 0.2), (1.0, 0.1), ("higher", "lower")) == (
        pytest.approx((29.0, 0.3)),
        pytest.approx((31.0, 0.1)),
    )


@given(pairs)
def test_what_a_point_contributes_is_lost_without_it(points):
    whole = hypervolume_2d(points, (5.0, 5.0))
    for index, area in enumerate(contributions_2d(points, (5.0, 5.0))):
        rest = points[:index] + points[index + 1 :]
        assert area == whole - hypervolume_2d(rest, (5.0, 5.0))


@given(pairs)
def test_dominated_points_and_equal_ones_contribute_nothing(points):
    front = pareto_front(points, BEST_LOW)
    for index, area in enumerate(contributions_2d(points, (5.0, 5.0))):
        if index not in front or points.count(points[index]) > 1:
            assert area == 0
        else:
            assert area > 0


def test_the_knee_of_a_known_example():
    points = [(0.0, 10.0), (1.0, 4.0), (2.0, 1.0), (6.0, 0.5), (10.0, 0.0), (5.0, 5.0)]
    assert knee(points, BEST_LOW) == 2
    assert knee(points, BEST_LOW, {0, 3, 4, 5}) == 3
    assert knee(points, BEST_LOW, {0, 4, 5}) is None
    assert knee(points, BEST_LOW, ()) is None


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(1.0, 1.0)],
        [(0.0, 1.0), (1.0, 0.0)],
        [(0.0, 1.0), (1.0, 0.0), (1.0, 0.0)],
        [(0.0, 2.0), (1.0, 1.0), (2.0, 0.0)],
        [(0.0, 1.0), (0.8, 0.8), (1.0, 0.0)],
        [(0.0, 1.0), (0.2, 0.2), (1.0, -math.inf)],
    ],
)
def test_a_front_of_two_a_straight_and_a_hollow_one_have_no_knee(points):
    assert knee(points, BEST_LOW) is None


@given(pairs)
def test_the_knee_is_on_the_front_and_off_its_ends(points):
    index = knee(points, BEST_LOW)
    if index is not None:
        front = [points[i] for i in pareto_front(points, BEST_LOW)]
        assert points[index] in front
        assert points[index] not in (min(front), max(front))


@given(pairs, st.sampled_from([0.5, 2.0, 8.0]), st.randoms(use_true_random=False))
def test_the_knee_does_not_depend_on_order_or_units(points, factor, random):
    index = knee(points, BEST_LOW)
    shuffled = random.sample([(factor * x, y) for x, y in points], len(points))
    other = knee(shuffled, BEST_LOW)
    assert (index is None) == (other is None)
    if index is not None and other is not None:
        assert shuffled[other] == (factor * points[index][0], points[index][1])


@given(pairs)
def test_directions_mirror_the_knee(points):
    mirrored = [(-x, y) for x, y in points]
    assert knee(mirrored, ("higher", "lower")) == knee(points, BEST_LOW)


def test_a_knee_of_three_objectives_is_refused():
    with pytest.raises(ShapeError, match="expected 2 directions, got 3"):
        knee([], ("lower", "lower", "lower"))


def test_an_unknown_direction_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match="'up' is unknown: higher, lower"):
        pareto_front([], ("up",))


def test_a_missing_value_is_refused():
    with pytest.raises(ConfigError, match="point 1: expected numbers, got nan"):
        pareto_front([(1.0,), (math.nan,)], ("lower",))


def test_a_point_of_another_length_is_refused():
    with pytest.raises(ShapeError, match="point 0: expected 2 objectives"):
        dominates((1.0,), (1.0, 2.0), BEST_LOW)


def test_an_area_of_three_objectives_is_refused():
    with pytest.raises(ShapeError, match="expected 2 directions, got 3"):
        hypervolume_2d([], (1.0, 1.0, 1.0), ("lower", "lower", "lower"))


@given(pairs, pairs)
def test_the_first_that_dominates_is_found_without_asking_all(others, points):
    asked = [
        next((i for i, other in enumerate(others) if dominates(other, point, BEST_LOW)), None)
        for point in points
    ]
    assert first_dominating(others, points, BEST_LOW) == asked


@given(pairs)
def test_a_contribution_is_what_the_area_loses_to_the_last_digit(points):
    corner = (5.3, 4.7)
    whole = hypervolume_2d(points, corner)
    rest = [hypervolume_2d([*points[:i], *points[i + 1 :]], corner) for i in range(len(points))]
    assert contributions_2d(points, corner) == [max(0.0, whole - area) for area in rest]


def test_a_thousand_points_cost_no_comparison_of_each_with_each():
    points = [(float(x), float(1000 - x)) for x in range(1000)]
    begun = time.process_time()
    assert len(pareto_front(points, BEST_LOW)) == 1000
    assert first_dominating(points, points, BEST_LOW) == [None] * 1000
    assert time.process_time() - begun < 0.3
