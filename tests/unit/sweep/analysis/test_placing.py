"""Coefficients go where the largest gap of a curve is, towards equal spacing along it."""

import math
from itertools import pairwise

import pytest

from sweep.analysis.placing import CurvePoint, Frame, Gap, frame_of, is_noise, open_gaps, place
from sweep.config.names import StartKind

MSE, VGG = (StartKind.SRRESNET, "mse", ()), (StartKind.SRRESNET, "vgg22", ())
AXES = ("higher", "lower")
UNIT = Frame((30.0, 4.0), (29.0, 5.0))


def at(adv: float, x: float, y: float, **fields: object) -> CurvePoint:
    return CurvePoint(adv, {0: (x, y)}, **fields)


def straight(share: float, adv: float) -> CurvePoint:
    """A point on the way from the ideal's fidelity to the ideal's realism."""
    return at(adv, 30 - share, 5 - share)


def test_the_largest_gap_gets_the_geometric_mean_of_its_ends():
    curve = [straight(0, 0.0), straight(0.1, 1e-4), straight(0.9, 1e-2), straight(1, 1e-1)]
    (gap,) = place({MSE: curve}, UNIT, 1)
    assert (gap.low, gap.high, gap.adv) == (1e-4, 1e-2, 1e-3)
    assert gap.length == pytest.approx(0.8 * math.sqrt(2))


def test_of_all_curves_the_one_with_the_largest_gap_comes_first():
    near = [straight(0.4, 1e-3), straight(0.6, 1e-2)]
    far = [straight(0, 1e-3), straight(1, 1e-2)]
    assert [gap.curve for gap in place({MSE: near, VGG: far}, UNIT, 1)] == [VGG]


def test_several_at_once_share_out_what_the_first_one_leaves():
    curve = [straight(0, 1e-4), straight(1, 1)]
    gaps = place({MSE: curve}, UNIT, 3)
    assert [gap.adv for gap in gaps] == [1e-2, 1e-3, 1e-1]
    assert gaps[1].length == gaps[2].length == pytest.approx(gaps[0].length / 2)


def test_above_the_control_it_goes_down_by_half_a_decade_but_not_for_ever():
    curve = [straight(0, 0.0), straight(1, 1e-3)]
    below = [gap.adv for gap in place({MSE: curve}, UNIT, 40) if gap.low == 0]
    assert below[:3] == [3.2e-4, 1e-4, 3.2e-5]
    assert min(below) >= 1e-7


def test_neighbours_come_no_closer_than_by_a_factor():
    curve = [straight(0, 1e-3), straight(1, 1e-2)]
    gaps = place({MSE: curve}, UNIT, 40)
    values = sorted([1e-3, 1e-2, *(gap.adv for gap in gaps)])
    assert len(gaps) == 7
    assert min(b / a for a, b in pairwise(values)) > 1.25
    assert not Gap(MSE, 1e-3, 1.5e-3, 1.0, 0.0).is_wide


def test_a_diverged_coefficient_bounds_the_range():
    broken = CurvePoint(1e-2, {}, diverged=True)
    curve = [straight(0, 0.0), straight(0.2, 1e-4), broken, straight(1, 1e-1)]
    assert [(gap.low, gap.high) for gap in open_gaps(MSE, curve, UNIT)] == [(0.0, 1e-4)]
    assert open_gaps(MSE, [CurvePoint(0.0, {}, diverged=True), *curve], UNIT) == []


def test_a_gap_that_holds_a_coefficient_without_scores_is_left_alone():
    curve = [straight(0, 1e-4), CurvePoint(1e-3, {}), straight(0.9, 1e-2), straight(1, 1e-1)]
    assert [(gap.low, gap.high) for gap in open_gaps(MSE, curve, UNIT)] == [(1e-2, 1e-1)]


def seeds(adv: float, *places: tuple[float, float]) -> CurvePoint:
    return CurvePoint(adv, dict(enumerate(places)))


def test_neighbours_within_the_noise_of_their_seeds_are_left_alone():
    low = seeds(1e-3, (30.0, 5.0), (30.4, 5.2), (29.8, 4.9))
    # What both share of a seed is no noise of their difference.
    apart = seeds(1e-2, (29.9, 4.8), (30.3, 5.0), (29.7, 4.71))
    same = seeds(1e-2, (30.1, 4.9), (30.3, 5.3), (29.8, 4.9))
    assert not is_noise(low, apart)
    assert is_noise(low, same)
    assert open_gaps(MSE, [low, same], UNIT) == []
    assert not is_noise(straight(0, 0.0), straight(0, 1e-3))


def test_a_difference_on_one_axis_is_enough():
    low = seeds(1e-3, (30.0, 5.0), (30.0, 5.1))
    assert not is_noise(low, seeds(1e-2, (29.0, 5.1), (29.0, 5.0)))


def test_the_plane_is_scaled_to_the_front_of_what_is_healthy():
    front = [at(0.0, 30, 6), at(1e-3, 29, 5), at(1e-2, 28, 4)]
    worse = [at(1e-1, 20, 9), at(1, 31, 3, healthy=False), CurvePoint(2, {})]
    assert frame_of([*front, *worse], AXES) == Frame((30, 4), (28, 6))
    assert frame_of(worse[2:], AXES) is None


def test_a_front_of_one_point_leaves_the_range_of_all():
    assert frame_of([at(0.0, 30, 4), at(1e-3, 29, 5)], AXES) == UNIT
    broken = at(1.0, 25, 9, healthy=False)
    assert frame_of([at(0.0, 30, 4), broken], AXES) == Frame((30, 4), (25, 9))
    alone = frame_of([at(0.0, 30, 4), at(1e-3, 30, 4)], AXES)
    assert alone.distance((30, 4), (25, 9)) == 0
    assert place({MSE: [at(0.0, 30, 4), at(1e-3, 30, 4)]}, alone, 1) == []


def test_spacing_becomes_more_even_than_that_of_a_grid():
    def curve(advs: list[float]) -> list[CurvePoint]:
        return [straight(adv / (adv + 2e-2), adv) for adv in sorted(advs)]

    def largest(advs: list[float]) -> float:
        points = curve(advs)
        return max(UNIT.distance(a.mean, b.mean) for a, b in pairwise(points))

    placed = [0.0, 1e-4, 1.0]
    while len(placed) < 9:
        placed.append(place({MSE: curve(placed)}, UNIT, 1)[0].adv)
    grid = [0.0, *(10 ** (-4 + 4 * k / 7) for k in range(8))]
    assert largest(placed) < largest(grid)
