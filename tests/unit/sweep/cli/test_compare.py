"""`sweep compare` and `sweep recommend`, end to end."""

from dataclasses import replace

import pytest

from sweep.tables.rows import ImageScore


@pytest.fixture
def folder(store, usual):
    """Twelve images that differ alike for every method."""
    rows = []
    for row in usual.rows():
        images = tuple(
            ImageScore(
                f"im{i}", {name: value * (1 + i / 100) for name, value in row.scores.items()}
            )
            for i in range(12 if row.scores else 0)
        )
        rows.append(replace(row, per_image=images, images=12))
    return store(rows)


def test_worse_fails_only_when_asked_to(sweep, folder):
    pair = (f"{folder}:mse@0.01", ":mse@0", "--metric", "psnr_y,niqe", "--resamples", "200")
    assert sweep("compare", *pair).status == 0
    answer = sweep("compare", *pair, "--fail-if-worse")
    assert answer.status == 1
    assert answer.err.splitlines() == ["worse on set5: psnr_y", "worse on set5: niqe"]
    assert [line.split()[-1] for line in answer.out.splitlines() if line.strip()].count(
        "worse"
    ) == 2
    assert "200 resamples of images, seed 0" in answer.out


def test_what_is_better_does_not_fail(sweep, folder):
    answer = sweep(
        "compare", f"{folder}:mse@0", ":bicubic", "--metric", "psnr_y", "--fail-if-worse"
    )
    assert answer.status == 0
    assert "better" in answer.out


def test_a_small_test_set_cannot_tell_and_does_not_fail(sweep, store, usual):
    folder = store(usual.rows())
    answer = sweep("compare", f"{folder}:mse@0.01", ":mse@0", "--fail-if-worse")
    assert answer.status == 0
    assert answer.err == "cannot tell on set5: the test set is too small\n"
    assert "test set too small" in answer.out


def test_two_sweeps_are_compared_with_their_areas(sweep, folder):
    answer = sweep("compare", str(folder), str(folder), "--metric", "niqe", "--resamples", "200")
    assert answer.status == 0
    assert answer.out.count("indistinguishable") == 13
    assert "hypervolume" in answer.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere", "nowhere"], "error: 'nowhere': expected a results folder"),
        (["nowhere:a", ":b"], "no such table"),
        (["{}:mse@0", ":bicubik"], "did you mean 'bicubic'"),
        (["{}:mse@0", ":bicubic", "--metric", "psnr"], "metric 'psnr' is unknown"),
        (["{}:mse@0", ":bicubic", "--resamples", "3"], "--resamples"),
        (["{}:mse@0", ":bicubic", "--resamples", "99999999999"], "--resamples"),
        (["{}:mse@0", ":bicubic", "--confidence", "95"], "--confidence"),
    ],
)
def test_wrong_operands_end_with_one_message(sweep, folder, arguments, message):
    answer = sweep("compare", *(argument.format(folder) for argument in arguments))
    assert answer.status == 2
    assert message in answer.err
    assert "Traceback" not in answer.err


def test_the_recommended_trial_comes_with_the_command_that_uses_it(sweep, folder):
    trial = "vgg22-adv0.0001-s0-1a2b3c4d"
    path = folder / "trials" / trial / "generator.safetensors"
    path.parent.mkdir(parents=True)
    path.touch()
    answer = sweep("recommend", str(folder), "--min", "psnr_y=29", "--best", "lpips_alex")
    assert answer.status == 0
    assert answer.out.startswith(f"{trial}\n")
    assert f"sweep upscale IMAGE --generator {path}\n" in answer.out
    assert "psnr_y       29.5000 dB" in answer.out
    assert answer.err == ""


def test_a_missing_generator_is_said(sweep, folder):
    answer = sweep("recommend", str(folder), "--best", "niqe")
    assert answer.status == 0
    assert "generator.safetensors is not here" in answer.err


def test_the_nearest_miss_is_named(sweep, folder):
    answer = sweep("recommend", str(folder), "--max", "lpips_alex=0.1", "--best", "psnr_y")
    assert answer.status == 1
    assert answer.out == ""
    assert "no trial meets lpips_alex <= 0.1 on set5" in answer.err
    assert "nearest: vgg22-adv0.001-s0-1a2b3c4d: lpips_alex is 0.178, 0.078 away" in answer.err


@pytest.mark.parametrize("bound", ["psnr_y", "psnr_y=", "=3", "psnr_y=high", "psnr_y=nan"])
def test_a_bound_is_a_column_and_a_number(sweep, folder, bound):
    answer = sweep("recommend", str(folder), "--min", bound, "--best", "niqe")
    assert answer.status == 2
    assert "expected COLUMN=NUMBER" in answer.err
