import math
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from srgan_core.errors import ConfigError, DataError, ShapeError
from sweep.metrics.builtin.psnr import psnr_y
from sweep.scoring.evaluate import Scorer


@pytest.fixture
def pair(save, photograph):
    return save("sr/cat.png", np.roll(photograph, 1, axis=1)), save("hr/cat.png", photograph)


def test_columns_come_in_table_order(pair):
    scores = Scorer(["niqe", "psnr_rgb", "psnr_y"], 4).score(*pair)
    assert list(scores) == ["psnr_y", "psnr_rgb", "niqe"]


@pytest.mark.usefixtures("alexnet")
def test_every_column_can_be_asked_for_at_once(pair):
    columns = ("psnr_y", "ssim_y", "psnr_rgb", "lpips_alex", "niqe", "rmse", "ms_ssim", "gmsd")
    scores = Scorer(columns, 4).score(*pair)
    assert all(math.isfinite(value) for value in scores.values())
    assert tuple(scores) == columns


def test_the_border_may_differ_from_the_scale(pair, photograph):
    sr = np.roll(photograph, 1, axis=1)
    scorer = Scorer(["psnr_y"], 4, crop_border=1)
    assert scorer.score(*pair) == {"psnr_y": psnr_y(sr, photograph, 1)}


def test_a_set_has_the_scores_of_its_images_one_by_one_in_any_order(save, photograph):
    paths = [
        (save(f"sr/{name}.png", np.roll(part, 1, axis=1)), save(f"hr/{name}.png", part))
        for name, part in (("a", photograph[:, :150]), ("b", photograph[:, 150:]))
    ]
    columns = ("psnr_y", "ssim_y", "psnr_rgb", "niqe", "rmse", "gmsd")
    single = [Scorer(columns, 4).score(*pair) for pair in paths]
    scorer = Scorer(columns, 4)
    assert scorer.score_set(*zip(*paths, strict=True)) == single
    assert scorer.score_set(*zip(*paths[::-1], strict=True)) == single[::-1]


def test_an_image_too_small_for_one_metric_keeps_the_scores_of_the_others(save, photograph):
    sr, hr = save("sr/a.png", photograph[2:98, :96]), save("hr/a.png", photograph[:96, :96])
    scorer = Scorer(["psnr_y", "ms_ssim"], 4)
    scores = scorer.score(sr, hr)
    assert math.isfinite(scores["psnr_y"])
    assert math.isnan(scores["ms_ssim"])
    assert scorer.warnings[0].startswith("a.png: no MS-SSIM (Y): sr: expected at least 161 px")


def test_the_scale_is_the_border(pair, photograph):
    sr = np.roll(photograph, 1, axis=1)
    for scale in (2, 4):
        assert Scorer(["psnr_y"], scale).score(*pair) == {"psnr_y": psnr_y(sr, photograph, scale)}


def test_without_a_reference_only_the_columns_that_need_none_are_given(pair):
    assert list(Scorer(["psnr_y", "niqe"], 4).score(pair[1])) == ["niqe"]


def test_scores_come_from_the_files_as_they_are_at_the_time(pair, save, photograph):
    scorer = Scorer(["psnr_y"], 4)
    assert scorer.score(*pair)["psnr_y"] < 40
    save("sr/cat.png", photograph)
    assert scorer.score(*pair)["psnr_y"] == math.inf


def test_an_image_too_small_for_niqe_keeps_its_other_scores(save, photograph):
    sr, hr = save("sr/a.png", photograph[2:98, :96]), save("hr/a.png", photograph[:96, :96])
    scorer = Scorer(["psnr_y", "niqe"], 4)
    scores = scorer.score(sr, hr)
    assert math.isfinite(scores["psnr_y"])
    assert math.isnan(scores["niqe"])
    scorer.score(hr)
    assert len(scorer.warnings) == 1
    assert scorer.warnings[0].startswith("a.png: no NIQE: image: expected at least 96 px")


def test_a_flat_image_keeps_its_other_scores(save, photograph):
    flat = save("sr/a.png", np.full_like(photograph, 90))
    scorer = Scorer(["psnr_y", "niqe"], 4)
    assert math.isnan(scorer.score(flat, save("hr/a.png", photograph))["niqe"])
    assert "flat" in scorer.warnings[0]


def test_a_reference_that_is_not_cropped_to_the_scale_is_cropped(save, photograph):
    sr = save("sr/a.png", photograph[:96, :100])
    hr = save("hr/a.png", photograph[:99, :103])
    assert Scorer(["psnr_y"], 4).score(sr, hr) == {"psnr_y": math.inf}


def test_sizes_that_differ_are_an_error_that_names_both_files(save, photograph):
    sr, hr = save("sr/a.png", photograph[:96]), save("hr/b.png", photograph)
    with pytest.raises(
        ShapeError, match=r"a\.png: expected 304 x 208 px as in .*b\.png, got 304 x"
    ):
        Scorer(["psnr_y"], 4).score(sr, hr)


def test_images_are_compared_upright(save, photograph, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.fromarray(photograph).transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / "turned.png", exif=exif)
    upright = save("upright.png", photograph)
    scorer = Scorer(["psnr_y"], 4)
    assert scorer.score(upright, tmp_path / "turned.png") == {"psnr_y": math.inf}
    assert scorer.score(tmp_path / "turned.png", upright) == {"psnr_y": math.inf}


def test_an_odd_reference_fits_as_it_is_and_cropped_and_is_named_with_its_own_size(
    save, photograph
):
    hr = save("hr/o.png", photograph[:125, :125])
    scorer = Scorer(["psnr_y"], 4)
    for side in (124, 125):
        assert scorer.score(save(f"sr/{side}.png", photograph[:side, :side]), hr)
    with pytest.raises(
        ShapeError,
        match=r"expected 125 x 125 px as in .*o\.png, or 124 x 124 as cropped to a multiple of 4, "
        "got 120 x 120",
    ):
        scorer.score(save("sr/120.png", photograph[:120, :120]), hr)


def test_an_unknown_column_is_shown_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"'psnr_z' is unknown: psnr_y, .*did you mean"):
        Scorer(["psnr_z"], 4)


def test_a_set_is_scored_in_order_and_reported_image_by_image(save, photograph):
    paths = [
        save(f"{name}.png", photograph[:, shift : shift + 200]) for shift, name in enumerate("ba")
    ]
    seen = []
    rows = Scorer(["psnr_y"], 4).score_set(paths, [paths[0]] * 2, on_image=seen.append)
    assert seen == ["b", "a"]
    assert rows[0]["psnr_y"] == math.inf > rows[1]["psnr_y"]


def test_a_set_without_references_has_the_columns_that_need_none(pair):
    assert [list(row) for row in Scorer(["psnr_y", "niqe"], 4).score_set([pair[1]])] == [["niqe"]]


def test_as_many_references_as_images_are_needed(pair):
    with pytest.raises(DataError, match="got 1 for 2"):
        Scorer(["psnr_y"], 4).score_set([pair[0]] * 2, [pair[1]])


def test_default_scores_need_neither_the_packages_of_others_nor_the_compiler():
    names = ("lpips", "pyiqa", "torchvision", "torch._dynamo")
    script = (
        "import sys; from sweep.metrics.lpips_network import LpipsNetwork; "
        "from sweep.scoring.evaluate import Scorer; Scorer(['psnr_y', 'ssim_y', 'niqe'], 4); "
        f"print([m for m in {names} if m in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"
