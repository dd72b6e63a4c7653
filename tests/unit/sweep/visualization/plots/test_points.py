from dataclasses import replace

import pytest

from sweep.analysis.fronts import front_of
from sweep.analysis.summary import scores_by_dataset
from sweep.tables.frames import results_frame
from sweep.tables.metric_file import read_metrics
from sweep.visualization.plots.points import any_beyond_hr, left_out, not_drawn


def _scores(rows):
    return scores_by_dataset(results_frame(rows))[0]


@pytest.fixture
def metrics(tmp_path, describe):
    describe(tmp_path)
    return read_metrics(tmp_path)


@pytest.fixture
def panel(metrics):
    def collect(rows, column="lpips_alex"):
        return front_of(_scores(rows), metrics["psnr_y"], metrics[column])

    return collect


def test_each_loss_is_a_line_in_the_order_of_the_coefficient(panel, usual):
    lines = panel(usual.rows()[::-1]).lines
    assert set(lines) == {"mse", "vgg22", "vgg54"}
    for points in lines.values():
        assert [point.adv for point in points] == [0.0, 1e-4, 1e-3, 1e-2]


def test_references_are_apart(panel, usual):
    data = panel(usual.rows())
    assert [point.method for point in data.references] == ["srresnet", "bicubic"]
    assert data.references[0].x == pytest.approx(30.01)
    assert [point.content for point in data.others] == ["bicubic"]


def test_only_a_metric_without_reference_has_a_line_for_hr(panel, usual):
    assert panel(usual.rows(), "niqe").axes.y_hr == pytest.approx(5.459)
    assert panel(usual.rows()).axes.y_hr is None


def test_the_front_is_that_of_the_trained_generators(panel, usual):
    data = panel(usual.rows())
    front = {(point.content, point.adv) for point in data.candidates if point.on_front}
    losses = {("vgg22", 1e-3), ("vgg22", 1e-4), ("vgg22", 0.0), ("vgg54", 0.0)}
    assert front == {*losses, ("srresnet", None)}
    assert not any(point.on_front for point in data.others)


def test_the_front_is_a_staircase_from_high_fidelity_down(panel, usual):
    corners = panel(usual.rows()).staircase()
    assert corners[0] == (30.01, 0.2312)
    assert corners[1] == (pytest.approx(30.0), 0.2312)
    assert [x for x, _ in corners] == sorted((x for x, _ in corners), reverse=True)
    assert [y for _, y in corners] == sorted((y for _, y in corners), reverse=True)


def test_niqe_below_hr_does_not_win_the_front(panel, usual):
    better = {"psnr_y": 29.0, "lpips_alex": 0.3, "niqe": 5.0}
    faithful = {"psnr_y": 31.0, "lpips_alex": 0.3, "niqe": 5.2}
    base = usual.rows()[-1]
    rows = [replace(base, adv=2.0, scores=better), replace(base, adv=3.0, scores=faithful)]
    data = panel([*usual.rows()[:3], *rows], "niqe")
    assert {p.adv for p in data.candidates if p.on_front} == {3.0}


def test_seeds_become_one_point(panel, usual):
    data = panel(replace(usual, seeds=(0, 1, 2)).rows())
    assert len(data.lines["mse"]) == 4
    assert data.lines["vgg22"][0].x == pytest.approx(29.83)


def test_dominance_within_the_intervals_is_told_apart(panel, usual):
    rows = [
        replace(row, scores={**row.scores, "psnr_y": row.scores["psnr_y"] + row.seed})
        for row in replace(usual, seeds=(0, 1, 2)).rows()
        if row.method == "srgan"
    ]
    states = {point.state for point in panel(rows).candidates}
    assert states >= {"front", "dominated by the means"}
    assert {point.state for point in panel(usual.rows()).candidates} == {"front", "dominated"}


def test_unhealthy_points_are_drawn_and_not_on_the_front(panel, usual):
    rows = [replace(r, health="grid") if r.content == "vgg22" else r for r in usual.rows()]
    data = panel(rows)
    assert len(data.lines["vgg22"]) == 4
    assert not any(point.on_front for point in data.lines["vgg22"])
    assert left_out(_scores(rows))[0] == "vgg22 λ 0 (grid)"


def test_trials_without_scores_are_named_and_not_drawn(panel, usual):
    rows = replace(usual, diverged=(("vgg54", 1e-2),)).rows()
    assert len(panel(rows).lines["vgg54"]) == 3
    assert not_drawn(_scores(rows)) == ["vgg54 λ 0.01 (diverged)"]


def test_several_seeds_are_named_together(usual):
    rows = replace(usual, seeds=(0, 1), diverged=(("vgg54", 1e-2),)).rows()
    assert not_drawn(_scores(rows)) == ["vgg54 λ 0.01 seed 0 + 1 (diverged)"]


def test_infinite_values_are_not_drawn(panel, usual):
    rows = usual.rows()
    rows[-1] = replace(rows[-1], scores={**rows[-1].scores, "psnr_y": float("inf")})
    assert len(panel(rows).lines["vgg54"]) == 3


def test_values_beyond_hr_are_noticed(metrics, usual):
    rows = usual.rows()
    assert not any_beyond_hr(_scores(rows), metrics["niqe"])
    rows[-1] = replace(rows[-1], scores={**rows[-1].scores, "niqe": 5.0})
    assert any_beyond_hr(_scores(rows), metrics["niqe"])
    assert not any_beyond_hr(_scores(rows), metrics["lpips_alex"])
