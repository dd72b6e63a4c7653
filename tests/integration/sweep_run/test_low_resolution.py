"""A smoke sweep on pairs and photographs, with a degradation: every place says which LR it has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from srgan_core.data.images import read_rgb, write_png
from srgan_core.data.resize import downsample_uint8, upsample_uint8

pytestmark = pytest.mark.slow

SETS = ("skimage3-degraded", "skimage3", "camera-from-LR")
DEGRADATION = "degradation={blur: {sigma: [0.5, 2]}, noise: {sigma: 8}, jpeg: {quality: [40, 80]}}"


@pytest.fixture(scope="module")
def arguments(tmp_path_factory) -> tuple[str, ...]:
    folder = tmp_path_factory.mktemp("pairs")
    photograph = np.ascontiguousarray(skimage.data.immunohistochemistry())
    for kind, cut in (("camera", np.s_[:96, :96]), ("train", np.s_[200:280, 200:280])):
        hr = photograph[cut]
        write_png(folder / kind / "HR" / "cells.png", hr)
        write_png(folder / kind / "LR" / "cells_x4.png", 255 - downsample_uint8(hr, 4))
    own = f"pairs:{folder}/train/LR,{folder}/train/HR"
    sets = f"skimage3,bicubic:skimage3,pairs:{folder}/camera/LR,{folder}/camera/HR"
    return (
        *("run", "--config", "smoke", "--metrics", "psnr", "--adv", "0", "--steps", "2"),
        *("--set", f'data.sources={{"{own}": 0.5, skimage: 0.5}}', "--eval", sets),
    )


@pytest.fixture(scope="module")
def degraded(sweep, arguments, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("degraded") / "smoke"
    answer = sweep(*arguments, "--set", DEGRADATION, "--out", folder)
    assert answer.returncode == 0, answer.stderr
    assert "1 of 1 trial done, 1 trained in this run" in answer.stdout
    assert "LR is degraded: blur (isotropic or anisotropic Gaussian, sigma 0.5 to 2" in " ".join(
        answer.stdout.split()
    )
    return folder


def test_every_kind_of_lr_has_its_own_test_set(degraded, rows):
    assert tuple(dict.fromkeys(row["dataset"] for row in rows(degraded))) == SETS
    bicubic = {r["dataset"]: float(r["psnr_y"]) for r in rows(degraded) if r["method"] == "bicubic"}
    assert bicubic["skimage3-degraded"] < bicubic["skimage3"] - 0.5
    trained = [row for row in rows(degraded) if row["method"] == "srgan"]
    assert [bool(row["lr_psnr"]) for row in trained] == [False, True, False]


def test_reference_images_are_what_their_records_say(degraded):
    for name in SETS:
        folder = degraded / "reference" / name
        (first, *_) = sorted((folder / "hr").glob("*.png"))
        hr, lr, bicubic = (read_rgb(folder / part / first.name) for part in ("hr", "lr", "bicubic"))
        assert np.array_equal(bicubic, upsample_uint8(lr, 4))
        plain = downsample_uint8(hr, 4)
        assert np.array_equal(lr, plain) == (name == "skimage3")
        assert np.array_equal(lr, 255 - plain) == (name == "camera-from-LR")


def test_protocol_and_specs_say_which_lr_it_was(degraded):
    datasets = json.loads((degraded / "metrics.json").read_text())["datasets"]
    kinds = [datasets[name].get("low_resolution", "").partition(":")[0] for name in SETS]
    assert kinds == ["degraded", "", "given"]
    (trial,) = (degraded / "trials").iterdir()
    spec = json.loads((trial / "trial.json").read_text())["spec"]
    assert spec["degradation"]["noise"] == {"sigma": [8.0, 8.0]}


def test_the_same_command_finds_nothing_to_do_and_another_degradation_is_refused(
    sweep, degraded, arguments
):
    again = sweep(*arguments, "--set", DEGRADATION, "--out", degraded)
    assert again.returncode == 0, again.stderr
    assert "0 trained in this run" in again.stdout
    other = sweep(*arguments, "--set", "degradation={noise: {sigma: 9}}", "--out", degraded)
    assert other.returncode == 2
    assert "degradation.noise.sigma (was [8.0, 8.0], now [9.0, 9.0])" in other.stderr
