"""Brackets of grid points whose trials set out from both ends."""

from dataclasses import replace

import pytest

from sweep.analysis.convergence import read_brackets
from sweep.tables.files import read_results
from sweep.tables.metric_file import read_metrics


def found_in(folder):
    return read_brackets(folder, read_results(folder), read_metrics(folder))


def test_ends_within_the_interval_have_met(tmp_path, trial, write):
    rows = [trial("srresnet", 28.0), trial("srgan", 28.0)]
    (found,) = found_in(write(tmp_path, rows))
    assert found.verdict == "met"
    assert found.gap is not None
    assert found.gap.low < 0 < found.gap.high
    assert (found.faithful, found.realistic) == ({0: 28.0}, {0: pytest.approx(28.0)})


def test_ends_far_apart_are_open_where_no_path_says_more(tmp_path, trial, write):
    rows = [trial("srresnet", 28.5), trial("srgan", 28.0)]
    (found,) = found_in(write(tmp_path, rows))
    assert (found.verdict, found.steps_left) == ("open", None)
    assert found.gap is not None
    assert found.gap.measured == pytest.approx(-0.5)


def test_the_rate_of_the_last_half_gives_the_steps_that_are_left(tmp_path, trial, write):
    rows = [trial("srresnet", 28.5), trial("srgan", 28.0)]
    paths = {rows[0].trial: [40, 29, 28.7, 28.5], rows[1].trial: [27, 27, 27.8, 28.0]}
    (found,) = found_in(write(tmp_path, rows, paths))
    assert found.verdict == "closing"
    # 2.0 dB after 20 steps, 0.5 dB after 40; from there to half of the interval.
    assert found.gap is not None
    half = (found.gap.high - found.gap.low) / 2
    assert found.steps_left == pytest.approx((0.5 - half) / (1.5 / 20), abs=1)


def test_paths_that_part_leave_the_bracket_open(tmp_path, trial, write):
    rows = [trial("srresnet", 28.5), trial("srgan", 28.0)]
    paths = {rows[0].trial: [28, 28, 28.2, 28.5], rows[1].trial: [28, 28, 28, 28.0]}
    (found,) = found_in(write(tmp_path, rows, paths))
    assert (found.verdict, found.steps_left) == ("open", None)


def test_a_few_images_cannot_say_that_ends_have_met(tmp_path, trial, write):
    rows = [trial("srresnet", 28.0, images=5), trial("srgan", 28.0, images=5)]
    (found,) = found_in(write(tmp_path, rows))
    assert found.verdict == "test set too small"


@pytest.mark.parametrize(
    ("faithful", "realistic", "reason"),
    [
        ({}, {"status": "diverged"}, "from srgan: diverged"),
        ({"health": "colour shift 9"}, {}, "from srresnet: colour shift 9"),
        ({"adv": 0.0}, {"adv": 1e-2}, "none from srgan"),
        ({}, {"seed": 1}, "no seed has both"),
    ],
)
def test_a_bracket_with_one_end_says_what_the_other_lacks(
    tmp_path, trial, write, faithful, realistic, reason
):
    rows = [trial("srresnet", 28.0, **faithful), trial("srgan", 28.0, **realistic)]
    found = found_in(write(tmp_path, rows))[0]
    assert (found.verdict, found.reason, found.gap) == ("one end only", reason, None)


def test_only_seeds_with_both_ends_count(tmp_path, trial, write):
    rows = [
        trial("srresnet", 28.0),
        trial("srgan", 28.2),
        trial("srresnet", 20.0, seed=1),
        trial("srresnet", 28.1, seed=2),
        trial("srgan", 28.2, seed=2),
    ]
    (found,) = found_in(write(tmp_path, rows))
    assert list(found.faithful) == [0, 2]


@pytest.mark.parametrize("metric", ["kid_patches", "niqe"])
def test_a_metric_without_values_of_single_images_has_no_bracket(tmp_path, trial, write, metric):
    rows = [trial("srresnet", 28.0), trial("srgan", 28.0)]
    rows = [replace(row, scores=row.scores | {metric: 0.1}) for row in rows]
    (found,) = found_in(write(tmp_path, rows, metrics=("psnr", metric)))
    assert found.metric.column == "psnr_y"


def test_one_seed_on_one_image_gets_no_verdict(tmp_path, trial, write):
    rows = [trial("srresnet", 28.5, images=1), trial("srgan", 28.0, images=1)]
    (found,) = found_in(write(tmp_path, rows))
    assert (found.verdict, found.steps_left) == ("test set too small", None)


@pytest.mark.parametrize("lacking", ["adv", "seed"])
def test_a_trial_without_a_place_in_the_grid_is_no_end(tmp_path, trial, write, lacking):
    rows = [trial("srresnet", 28.0), trial("srgan", 28.0)]
    stray = replace(trial("srgan", 20.0, adv=1e-2), **{lacking: None})
    assert len(found_in(write(tmp_path, [*rows, stray]))) == 1


def test_one_start_has_no_brackets(tmp_path, trial, write):
    assert found_in(write(tmp_path, [trial("srgan", 28.0)])) == []


def test_the_ends_of_each_setting_are_held_against_each_other(tmp_path, trial, write):
    rows = [
        replace(
            trial(start, psnr - place),
            trial=f"{start}-{rate}",
            axes={"adversarial.learning_rate": rate},
        )
        for place, rate in enumerate((5e-5, 1e-4))
        for start, psnr in (("srresnet", 28.0), ("srgan", 28.0 - place))
    ]
    first, second = found_in(write(tmp_path, rows))
    assert (first.content, second.content) == (
        "mse/learning_rate=0.00005",
        "mse/learning_rate=0.0001",
    )
    assert (first.verdict, second.verdict) == ("met", "open")
    assert second.gap is not None
    assert second.gap.measured == pytest.approx(-1)
