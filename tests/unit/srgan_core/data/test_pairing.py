from pathlib import Path

import numpy as np
import pytest

from srgan_core.data.images import write_png
from srgan_core.data.pairing import bare_name, pair_images
from srgan_core.errors import DataError


@pytest.fixture
def folder(tmp_path):
    def make(name: str, *files: str) -> Path:
        for file in files:
            write_png(tmp_path / name / file, np.zeros((2, 2, 3), np.uint8))
        return tmp_path / name

    return make


def names(pairs):
    return [(pair.image, pair.sr.name, pair.hr and pair.hr.name) for pair in pairs]


@pytest.mark.parametrize(
    ("stem", "bare"),
    [
        ("baby", "baby"),
        ("baby_x4", "baby"),
        ("0801x4", "0801"),
        ("baby-4x", "baby"),
        ("baby_SR", "baby"),
        ("baby-HR", "baby"),
        ("GT_baby", "baby"),
        ("baby_x4_bicubic", "baby"),
        ("img_001_SRF_4_HR", "img_001"),
        ("baby_mynet_x4", "baby"),
        ("x4", "x4"),
        ("sr", "sr"),
        ("overhead", "overhead"),
        ("img_2", "img_2"),
    ],
)
def test_what_marks_scale_role_or_method_is_taken_off(stem, bare):
    assert bare_name(stem, method="MyNet") == bare


def test_images_are_paired_whatever_their_names_carry(folder):
    sr = folder("sr", "baby_x4.png", "Bird.png", "SR-head.png")
    hr = folder("hr", "baby.png", "bird_GT.png", "head.png")
    assert names(pair_images(sr, hr)) == [
        ("baby", "baby_x4.png", "baby.png"),
        ("bird_GT", "Bird.png", "bird_GT.png"),
        ("head", "SR-head.png", "head.png"),
    ]


def test_an_exact_name_goes_before_a_similar_one(folder):
    sr = folder("sr", "a.png", "a_x2.png")
    hr = folder("hr", "a.png", "a_x2.png")
    assert [pair.sr.name for pair in pair_images(sr, hr)] == ["a.png", "a_x2.png"]
    assert all(pair.sr.name == pair.hr.name for pair in pair_images(sr, hr))


def test_without_references_every_image_stands_alone(folder):
    sr = folder("sr", "b_x4.png", "a.png")
    assert names(pair_images(sr)) == [("a", "a.png", None), ("b_x4", "b_x4.png", None)]


def test_two_restored_images_of_one_reference_are_refused_by_name(folder):
    sr = folder("sr", "a_x2.png", "a_x4.png")
    with pytest.raises(DataError, match=r"one restored image, got a_x2\.png and a_x4\.png"):
        pair_images(sr, folder("hr", "a.png"))


def test_two_references_for_one_image_are_refused_by_name(folder):
    with pytest.raises(DataError, match=r"one reference, got a_GT\.png and a_HR\.png"):
        pair_images(folder("sr", "a.png"), folder("hr", "a_GT.png", "a_HR.png"))


def test_two_endings_of_one_name_are_refused(folder):
    with pytest.raises(DataError, match=r"one file called 'a', got a\.bmp and a\.png"):
        pair_images(folder("sr", "a.bmp", "a.png"))


def test_names_without_a_counterpart_are_listed_from_both_sides(folder):
    sr = folder("sr", *(f"n{i}.png" for i in range(5)), "a.png")
    with pytest.raises(DataError) as raised:
        pair_images(sr, folder("hr", "a.png", "b.png"))
    message = str(raised.value)
    assert "n0.png, n1.png, n2.png and 2 more" in message
    assert "b.png of" in message
    assert "for each of the 2" in message
    assert "got 6" in message


def test_folders_below_are_not_searched(folder):
    folder("sr/lr", "a.png")
    with pytest.raises(DataError, match="folders below it are not searched"):
        pair_images(folder("sr"))


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(DataError, match="expected a folder"):
        pair_images(tmp_path / "nowhere")


def test_names_are_one_name_however_the_file_system_composes_them(folder):
    sr, hr = folder("sr", "e\u0301te\u0301_x4.png"), folder("hr", "\u00e9t\u00e9.png")
    assert names(pair_images(sr, hr)) == [
        ("\u00e9t\u00e9", "e\u0301te\u0301_x4.png", "\u00e9t\u00e9.png")
    ]
    assert [pair.image for pair in pair_images(sr)] == ["\u00e9t\u00e9_x4"]


def test_one_name_in_two_compositions_is_two_files_of_one_name(folder):
    sr = folder("sr", "e\u0301.png", "\u00e9.png")
    with pytest.raises(DataError, match="expected one file called '\u00e9'"):
        pair_images(sr)
