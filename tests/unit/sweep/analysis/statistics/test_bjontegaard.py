"""Published BD-rates and SciPy's own interpolator; rates are logarithms, which the tests take."""

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from sweep.analysis.statistics.bjontegaard import Points, common_stretch

# Rate and PSNR of an anchor and of what is tested, and the BD-rate, which Netflix's VMAF holds its
# own calculator to (python/test/bd_rate_calculator_test.py), out of the sheets of JCTVC-E137.
JCTVC_E137 = [
    (
        [(108048.8736, 43.6471), (61279.976, 40.3953), (33905.6656, 37.247), (18883.6928, 34.2911)],
        [
            (108061.2784, 43.6768),
            (61299.9936, 40.4232),
            (33928.7472, 37.2761),
            (18910.912, 34.3147),
        ],
        -0.00465215420752807,
    ),
    (
        [(40433.8848, 37.5761), (7622.7456, 35.3756), (2394.488, 33.8977), (1017.6184, 32.0603)],
        [(40370.12, 37.5982), (7587.0024, 35.4025), (2390.0944, 33.9194), (1017.0984, 32.0822)],
        -0.018779823450567612,
    ),
]
# The example of VCEG-M33, where one cubic goes through all four points: 0.800713 dB and -13.261773%
# by T. Bruylants' bdcpp (example.cpp), which complies with that document.
VCEG_M33 = (
    [(90.33, 27.95), (181.03, 31.17), (332.99, 34.44), (547.79, 38.11)],
    [(127.1719, 29.9286), (186.14, 32.4165), (307.2924, 34.7013), (481.5588, 37.4561)],
)


def _points(x, y) -> Points:
    return Points(np.atleast_2d(np.asarray(x, float)), np.atleast_2d(np.asarray(y, float)))


def _gap(first, second, **limits) -> float:
    return float(common_stretch(_points(*first), _points(*second), **limits).gap[0])


def _logarithmic(curve):
    rates, quality = np.array(curve).T
    return np.log10(rates), quality


def _bd_rate(anchor, tested) -> float:
    """Share of the rate that is saved at equal quality."""
    return 10 ** _gap(_logarithmic(tested)[::-1], _logarithmic(anchor)[::-1]) - 1


@pytest.mark.parametrize(("anchor", "tested", "published"), JCTVC_E137)
def test_published_bd_rates_come_out(anchor, tested, published):
    assert _bd_rate(anchor, tested) == pytest.approx(published, abs=1e-12)


def test_the_first_example_comes_out_but_for_the_interpolation():
    anchor, tested = VCEG_M33
    assert _bd_rate(anchor, tested) == pytest.approx(-0.13261773, abs=0.0005)
    assert _gap(_logarithmic(tested), _logarithmic(anchor)) == pytest.approx(0.800713, abs=0.01)


def _reference_gap(first, second) -> float:
    """Plain transcription with SciPy's interpolator."""
    curves = [
        PchipInterpolator(*zip(*sorted(zip(*c, strict=True)), strict=True)) for c in (first, second)
    ]
    low = max(curve.x[0] for curve in curves)
    high = min(curve.x[-1] for curve in curves)
    means = [curve.integrate(low, high) / (high - low) for curve in curves]
    return means[0] - means[1] if high > low else float("nan")


@pytest.mark.parametrize("count", [2, 3, 4, 11])
def test_resamples_together_equal_scipy_one_by_one(count):
    rng = np.random.default_rng(count)
    first, second = (Points(*rng.normal(size=(2, 200, size))) for size in (count, 4))
    found = common_stretch(first, second).gap
    expected = [
        _reference_gap((a, b), (c, d))
        for a, b, c, d in zip(first.x, first.y, second.x, second.y, strict=True)
    ]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)
    assert np.isfinite(found).sum() > 100


def test_a_shifted_curve_has_the_shift_as_gap():
    x, y = np.array([25.0, 26.0, 26.3, 26.4]), np.array([4.0, 5.0, 6.5, 7.0])
    assert _gap((x, y + 0.5), (x, y)) == pytest.approx(0.5)
    assert _gap((x, y), (x, y)) == 0
    assert _gap((x, y), (x[::-1], y[::-1] + 0.5)) == pytest.approx(-0.5)


def test_only_the_common_range_counts():
    flat, step = ([0, 2], [1, 1]), ([1, 2, 3, 4], [0, 0, 9, 9])
    stretch = common_stretch(_points(*flat), _points(*step))
    assert (stretch.low[0], stretch.high[0]) == (1, 2)
    assert (stretch.first[0], stretch.second[0]) == (1, 0)


def test_a_range_can_be_limited():
    rising, level = ([0, 4], [0, 4]), ([0, 4], [0, 0])
    assert _gap(rising, level, floor=np.array([2.0])) == pytest.approx(3)
    assert _gap(rising, level, ceiling=np.array([2.0])) == pytest.approx(1)
    assert np.isnan(_gap(rising, level, floor=np.array([5.0])))


def test_curves_side_by_side_have_no_gap():
    assert np.isnan(_gap(([0, 1], [5, 6]), ([2, 3], [5, 6])))
    assert np.isnan(_gap(([0, 1], [5, 6]), ([1, 2], [5, 6])))
    assert np.isnan(_gap(([1, 1], [5, 6]), ([0, 2], [5, 6])))


def test_points_that_coincide_are_one_with_their_mean():
    merged, level = ([0, 1, 2], [0, 2, 3]), ([0, 2], [0, 0])
    assert _gap(([0, 1, 1, 2], [0, 1, 3, 3]), level) == _gap(merged, level)
    assert _gap(([1, 0, 2, 1, 1], [1, 0, 3, 2, 3]), level) == _gap(merged, level)


def test_nothing_leaves_the_range_of_the_points():
    # One cubic through these four would dip below zero.
    steep = ([0, 1, 1.01, 2], [0, 0, 1, 1])
    assert 0.49 < _gap(steep, ([0, 2], [0, 0])) < 0.51
