from dataclasses import replace

import pytest

from sweep.analysis.fronts import front_of
from sweep.analysis.summary import scores_by_dataset
from sweep.tables.frames import results_frame
from sweep.tables.metric_file import read_metrics
from sweep.visualization.plots.remarks import any_beyond_hr, left_out, not_drawn


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
