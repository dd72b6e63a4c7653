"""Curves come from the records of trials: their means, their states, their health."""

import pytest

from sweep.placing.curves import Plane, read_curves, read_starts
from sweep.store.records.result import ResultRecord
from sweep.store.records.scores import ReferenceScores

PLANE = Plane("skimage3", ("psnr_y", "niqe"))


@pytest.fixture
def sweep(scored):
    return scored(lambda trial: (30 - trial.adv, 0.3))


def test_a_point_has_its_seeds_and_none_of_them_where_one_is_missing(sweep):
    plan = sweep.plan(8, grid__seeds=[0, 1])
    sweep.score(plan)
    sweep.store.trial(plan.asked[-1].name).update_trial(state="failed")
    plane = Plane("skimage3", ("psnr_y", "lpips_alex"))
    curves = read_curves(sweep.store, plan.asked, plane)
    (points,) = curves.values()
    assert [point.adv for point in points] == [0.0, 1e-4, 1.0]
    assert points[0].places == {0: (30.0, 0.3), 1: (30.0, 0.3)}
    assert points[2].places == {}
    assert not points[2].diverged


def test_what_diverged_and_what_is_unhealthy_is_told(sweep):
    plan = sweep.plan()
    sweep.score(plan)
    control, _, high = (sweep.store.trial(trial.name) for trial in plan.asked)
    control.write_result(control.read_result().with_health({}, "skimage3", {"colour_shift": 30.0}))
    high.update_trial(state="diverged")
    plane = Plane("skimage3", ("psnr_y", "lpips_alex"))
    (points,) = read_curves(sweep.store, plan.asked, plane).values()
    assert [point.healthy for point in points] == [False, True, True]
    assert [point.diverged for point in points] == [False, False, True]


def test_beyond_hr_counts_as_hr(sweep):
    plan = sweep.plan()
    original = {"chelsea": {"niqe": 5.0}}
    sweep.store.write_reference_scores("skimage3", ReferenceScores(original=original))
    for trial, niqe in zip(plan.asked, (7.0, 3.0, float("nan")), strict=True):
        files = sweep.store.trial(trial.name)
        files.update_trial(state="done")
        scores = {"skimage3": {"chelsea": {"psnr_y": 30.0, "niqe": niqe}}}
        files.write_result(ResultRecord(steps=1, scores=scores))
    (points,) = read_curves(sweep.store, plan.asked, PLANE).values()
    assert [point.places for point in points] == [{0: (30.0, 7.0)}, {0: (30.0, 5.0)}, {}]


def test_what_the_curves_set_out_from_is_one_point_a_kind(sweep):
    plan = sweep.plan(8, grid__seeds=[0, 1])
    for seed in (0, 1):
        files = sweep.store.start("srresnet", seed)
        files.update_trial(state="done")
        scores = {"skimage3": {"chelsea": {"psnr_y": 31.0 + seed, "niqe": 8.0}}}
        files.write_result(ResultRecord(steps=None, scores=scores))
    (point,) = read_starts(sweep.store, plan.starts, PLANE)
    assert point.mean == (31.5, 8.0)
