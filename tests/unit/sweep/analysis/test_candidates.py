"""Points are judged by their means, and a trial stands for each."""

from dataclasses import replace

import pytest

from sweep.analysis.candidates import candidates
from sweep.tables.frames import records_of, results_frame


def listed(rows):
    frame = results_frame(rows)
    return {each.name: each for each in candidates(records_of(frame), frame.columns)}


@pytest.fixture
def seeded(usual):
    """Three seeds; seed 2 of mse@0.001 is lucky, so that the mean lies nearest to seed 1."""

    def lucky(row):
        if (row.content, row.adv, row.seed) != ("mse", 1e-3, 2):
            return row
        return replace(row, scores={**row.scores, "psnr_y": 40.0})

    return [lucky(row) for row in replace(usual, seeds=(0, 1, 2)).rows()]


def test_a_point_has_the_mean_of_its_seeds_and_the_trial_nearest_to_it(seeded):
    point = listed(seeded)["mse@0.001"]
    values = [row["psnr_y"] for row in point.rows]
    assert point.mean["psnr_y"] == pytest.approx(sum(values) / 3)
    assert (point.mean["seeds"], point.standing("psnr_y")["seed"]) == (3, 1)


def test_a_point_of_one_seed_has_the_name_of_its_trial(usual):
    assert "mse-adv0.001-s0-1a2b3c4d" in listed(usual.rows())


def test_a_seed_that_diverged_spoils_its_point(seeded):
    gone = [
        replace(row, status="diverged", scores={}, per_image=())
        if (row.content, row.adv, row.seed) == ("mse", 1e-3, 2)
        else row
        for row in seeded
    ]
    assert listed(gone)["mse@0.001"].mean["health"] == "seed 2 diverged"


def test_what_was_not_scored_is_no_candidate(usual):
    found = listed(replace(usual, diverged=(("mse", 1e-3),)).rows())
    assert not any("mse-adv0.001" in name for name in found)
    assert not {"bicubic", "original"} & {*found}


def test_each_setting_is_a_point_of_its_own(rated):
    found = listed(rated)
    first, second = (found[f"mse/learning_rate={rate}@0"].mean for rate in ("0.00005", "0.0001"))
    assert first["psnr_y"] - second["psnr_y"] == pytest.approx(1)
    assert first["seeds"] == second["seeds"] == 3
