import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srgan_core.errors import DataError
from sweep.scoring.sets import set_checks
from sweep.scoring.sets.set_checks import (
    larger_sets,
    niqe_blocks,
    niqe_warnings,
    refuse_equal_names,
    refuse_unfit_images,
    scored_size,
    unfit_images,
)


@pytest.fixture
def images(save):
    def write(*sizes):
        return [
            save(f"{index}.png", np.zeros((height, width, 3), np.uint8))
            for index, (width, height) in enumerate(sizes)
        ]

    return write


def test_names_that_differ_in_the_ending_alone_are_refused():
    with pytest.raises(DataError, match="2 images are called 'cat'"):
        refuse_equal_names("pets", [Path("a/cat.png"), Path("dog.png"), Path("b/cat.jpg")])
    with pytest.raises(DataError, match="2 images are called '\u00e9'"):
        refuse_equal_names("pets", [Path("e\u0301.png"), Path("\u00e9.png")])


def test_images_are_measured_once_cropped_to_the_scale(images):
    refuse_unfit_images("set", images((32, 35)), 4)
    with pytest.raises(DataError, match=r"0\.png: expected at least 32 px .* got 36 x 28"):
        refuse_unfit_images("set", images((36, 31)), 4)


def test_all_images_that_cannot_be_scored_are_named_at_once(images, tmp_path):
    paths = [*images((36, 31), (40, 40)), tmp_path / "text.png", tmp_path / "pipe.png"]
    paths[2].write_text("no image")
    os.mkfifo(paths[3])
    with pytest.raises(DataError, match="test set set: 3 of 4 images cannot be used") as raised:
        refuse_unfit_images("set", paths, 4)
    for path in (paths[0], *paths[2:]):
        assert f"  {path}: " in str(raised.value)


def test_damage_behind_the_header_is_found_by_decoding(images):
    (path,) = images((64, 64))
    path.write_bytes(path.read_bytes()[:-20])
    assert unfit_images([path], 4) == {}
    assert "the image is damaged" in unfit_images([path], 4, decode=True)[path]


def test_a_file_that_is_no_image_is_named(tmp_path):
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(DataError, match=r"text\.png: not an image in a known format"):
        scored_size(tmp_path / "text.png", 4)


def test_an_image_on_its_side_is_measured_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (80, 40)).save(tmp_path / "a.jpg", exif=exif)
    assert scored_size(tmp_path / "a.jpg", 4) == (40, 80)


def test_the_centre_crop_limits_the_size(images):
    (path,) = images((50, 200))
    assert scored_size(path, 4, crop=98) == (48, 96)


def test_a_large_set_of_large_images_gets_no_warning(images):
    assert niqe_warnings("many", images(*[(296, 296)] * 10), 4) == []


def test_few_images_are_warned_about(images):
    (warning,) = niqe_warnings("few", images(*[(296, 296)] * 3), 4)
    assert warning.startswith("few: NIQE is the mean of 3 images, fewer than 10")


def test_few_blocks_are_warned_about(images):
    (warning,) = niqe_warnings("small", images(*[(296, 296)] * 9, (295, 295)), 4)
    assert warning.startswith("small: 1 of 10 images with fewer than 9")
    assert "the smallest 4" in warning


def test_a_crop_below_one_block_shows_as_no_block_at_all(images):
    warnings = niqe_warnings("crops", images((300, 300)), 4, crop=96)
    assert "the smallest 0" in warnings[-1]


def test_a_mean_that_does_not_exist_is_not_spoken_of(images):
    (warning,) = niqe_warnings("crops", images((300, 300), (90, 90)), 4)
    assert warning.endswith("px, the smallest 0; 1 without any, so there is no mean")
    assert "NIQE is the mean" not in warning


def test_a_remedy_is_named_only_by_who_has_it(images):
    few = images(*[(296, 296)] * 3)
    assert niqe_warnings("few", few, 4)[0].endswith("so small differences mean little")
    (warning,) = niqe_warnings("few", few, 4, remedy="take more")
    assert warning.endswith("mean little; take more")


def test_a_larger_test_set_is_one_of_this_machine(monkeypatch):
    monkeypatch.setattr(set_checks, "is_on_disk", {"set14", "urban100"}.__contains__)
    assert larger_sets("set5") == "a larger test set is a word away (--eval set5,urban100)"
    assert larger_sets("photos") == "a larger test set is a word away (--eval urban100)"
    assert larger_sets("urban100").endswith("(--eval urban100,set14)")


def test_where_no_larger_test_set_is_here_none_is_promised(monkeypatch):
    monkeypatch.setattr(set_checks, "is_on_disk", lambda name: False)
    assert larger_sets("set5") == (
        "a larger test set is --eval folder:PATH, or bsd100, urban100 or set14, which are not on "
        "this machine and would be downloaded"
    )


def test_blocks_follow_from_size_border_and_crop(images):
    (path,) = images((300, 203))
    assert niqe_blocks(path, 4) == 6
    assert niqe_blocks(path, 4, crop_border=0) == 6
    assert niqe_blocks(path, 4, crop_border=8) == 2
    assert niqe_blocks(path, 4, crop=104) == 1


def test_another_border_than_the_scale_decides_about_the_warning(images):
    paths = images(*[(296, 296)] * 10)
    assert niqe_warnings("many", paths, 4) == []
    assert "10 of 10 images" in niqe_warnings("many", paths, 4, crop_border=8)[0]
