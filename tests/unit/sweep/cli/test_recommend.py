from dataclasses import replace

import pytest


def test_of_several_seeds_it_is_said_which_is_named(sweep, store, usual):
    folder = store(replace(usual, seeds=(0, 1, 2)).rows())
    answer = sweep("recommend", str(folder), "--best", "lpips_alex")
    assert answer.out.startswith("vgg22-adv0.001-s0-1a2b3c4d\n")
    assert "vgg22@0.001 was judged by the means of its 3 seeds; named is seed 0" in answer.out


def test_the_recommended_trial_comes_with_the_command_that_uses_it(sweep, twelve_images):
    trial = "vgg22-adv0.0001-s0-1a2b3c4d"
    path = twelve_images / "trials" / trial / "generator.safetensors"
    path.parent.mkdir(parents=True)
    path.touch()
    answer = sweep("recommend", str(twelve_images), "--min", "psnr_y=29", "--best", "lpips_alex")
    assert answer.status == 0
    assert answer.out.startswith(f"{trial}\n")
    assert f"sweep upscale IMAGE --generator {path}\n" in answer.out
    assert "psnr_y       29.5000 dB" in answer.out
    assert answer.err == ""


def test_a_missing_generator_is_said(sweep, twelve_images):
    answer = sweep("recommend", str(twelve_images), "--best", "niqe")
    assert answer.status == 0
    assert "generator.safetensors is not here" in answer.err


def test_the_nearest_miss_is_named(sweep, twelve_images):
    answer = sweep("recommend", str(twelve_images), "--max", "lpips_alex=0.1", "--best", "psnr_y")
    assert answer.status == 1
    assert answer.out == ""
    assert "no trial meets lpips_alex <= 0.1 on set5" in answer.err
    assert "nearest: vgg22-adv0.001-s0-1a2b3c4d: lpips_alex is 0.178, 0.078 away" in answer.err


@pytest.mark.parametrize("bound", ["psnr_y", "psnr_y=", "=3", "psnr_y=high", "psnr_y=nan"])
def test_a_bound_is_a_column_and_a_number(sweep, twelve_images, bound):
    answer = sweep("recommend", str(twelve_images), "--min", bound, "--best", "niqe")
    assert answer.status == 2
    assert "expected COLUMN=NUMBER" in answer.err
