import numpy as np
import pytest

from sweep.analysis.comparison.curve_gaps import Axis, curve_gap
from sweep.analysis.statistics.bootstrap import Runs, draw
from sweep.tables.metric_file import MetricColumn

PSNR = MetricColumn("psnr_y", "PSNR (Y)", "distortion", "full", True, "dB")
NIQE = MetricColumn("niqe", "NIQE", "perception", "none", False, "")
IMAGES = 12
FIDELITY, NATURALNESS = np.array([30.0, 29.7, 29.0, 27.0]), np.array([8.0, 7.0, 6.0, 5.0])


def _values(points, seeds=2, noise=0.0, rng=None):
    """(points, seeds, images) that differ from image to image alike at every point."""
    rng = rng or np.random.default_rng(0)
    values = points[:, None, None] + np.linspace(-1, 1, IMAGES)
    return values + noise * rng.normal(size=(len(points), seeds, IMAGES))


def _axes(first, second, hr=None):
    (x1, y1), (x2, y2) = first, second
    bound = None if hr is None else np.full(IMAGES, hr)
    return Axis(PSNR, (x1, x2)), Axis(NIQE, (y1, y2), bound)


def _gap(along, judged, resamples=400, seed=0, confidence=0.95):
    names = tuple(range(along.values[0].shape[1]))
    runs = [Runs(values[0], names) for values in along.values]
    return curve_gap(along, judged, draw(*runs, resamples, seed), confidence)


def _shifted(dx=0.0, dy=0.0, noise=0.001, **options):
    rng = np.random.default_rng(1)
    one = (
        _values(FIDELITY + dx, noise=noise, rng=rng),
        _values(NATURALNESS + dy, noise=noise, rng=rng),
    )
    other = _values(FIDELITY, noise=noise, rng=rng), _values(NATURALNESS, noise=noise, rng=rng)
    return _axes(one, other, **options)


@pytest.mark.parametrize(("shift", "verdict"), [(0.5, "better"), (-0.5, "worse")])
def test_a_curve_of_more_decibels_is_ahead_at_equal_naturalness(shift, verdict):
    psnr, niqe = _shifted(dx=shift)
    found = _gap(niqe, psnr)
    assert found.difference.difference == pytest.approx(shift, abs=0.01)
    assert found.difference.low < shift < found.difference.high
    assert found.difference.verdict == verdict
    assert (found.low, found.high) == pytest.approx((5, 8), abs=0.01)
    assert found.difference.first - found.difference.second == pytest.approx(shift, abs=0.01)


@pytest.mark.parametrize(("shift", "verdict"), [(0.5, "worse"), (-0.5, "better")])
def test_the_reverse_is_judged_in_the_other_metric_s_direction(shift, verdict):
    found = _gap(*_shifted(dy=shift))
    assert found.difference.difference == pytest.approx(shift, abs=0.01)
    assert found.difference.verdict == verdict


def test_nothing_beyond_hr_s_own_value_is_a_gain():
    psnr, niqe = _shifted(dy=-0.5, hr=10.0)
    assert _gap(psnr, niqe).difference.difference == 0
    assert _gap(niqe, psnr) is None
    psnr, niqe = _shifted(dx=0.5, hr=6.5)
    assert _gap(niqe, psnr).low == pytest.approx(6.5)


def test_curves_without_a_common_range_have_no_gap():
    psnr, niqe = _shifted(dx=9)
    assert _gap(psnr, niqe) is None
    assert _gap(niqe, psnr).difference.difference == pytest.approx(9, abs=0.01)


def test_resamples_without_a_common_range_are_counted_and_may_cost_the_verdict():
    psnr, niqe = _shifted(dx=2.9, dy=-1, noise=0.3)
    found = _gap(psnr, niqe)
    assert 0.05 * 400 < found.lost < 400
    assert not found.is_certain
    assert found.difference.verdict == "indistinguishable"


def test_a_few_images_get_no_verdict():
    psnr, niqe = _shifted(dx=0.5)
    few = [Axis(a.metric, tuple(v[:, :, :9] for v in a.values)) for a in (niqe, psnr)]
    assert _gap(*few).difference.verdict == "test set too small"


def test_the_interval_covers_as_often_as_it_says():
    hits, experiments = 0, 200
    for experiment in range(experiments):
        rng = np.random.default_rng(experiment)
        sides = []
        for _ in range(2):
            seeds, images = (
                0.1 * rng.normal(size=(2, 4, 3, 1)),
                0.3 * rng.normal(size=(2, 1, 1, IMAGES)),
            )
            plain = _values(FIDELITY, 3, 0.2, rng), _values(NATURALNESS, 3, 0.2, rng)
            sides.append(np.stack(plain) + seeds + images)
        psnr, niqe = _axes(*sides)
        found = _gap(psnr, niqe, resamples=200, seed=experiment).difference
        hits += found.low <= 0 <= found.high
    # Four standard errors of a share of 95% in 200 experiments.
    assert hits / experiments == pytest.approx(0.95, abs=0.062)


def test_a_root_mean_square_is_averaged_as_in_the_tables():
    rmse = MetricColumn("rmse", "RMSE", "distortion", "full", False, "", "root mean square")
    axis = Axis(rmse, (np.array([[[3.0, 4.0]]]), np.array([[[1.0, 1.0]]])))
    assert axis.measured(0)[0] == pytest.approx([12.5**0.5])
