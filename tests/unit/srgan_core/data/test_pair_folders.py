from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from srgan_core.data.images import write_png
from srgan_core.data.pair_folders import (
    PAIRS_PREFIX,
    PairSize,
    describe_other_scale,
    describe_pairs,
    find_pairs,
    pair_folders,
    scale_of_pairs,
)
from srgan_core.errors import ConfigError, DataError
from sweep.config import names


def size(image: str, lr: tuple[int, int], hr: tuple[int, int]) -> PairSize:
    return PairSize(image, lr, hr)


def write(path: Path) -> None:
    write_png(path, np.zeros((2, 2, 3), np.uint8))


def test_the_prefix_is_that_of_the_config():
    assert PAIRS_PREFIX == names.PAIRS_PREFIX


def test_a_name_holds_two_folders_lr_first(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert pair_folders("pairs:a b/LR , ~/HR") == (Path("a b/LR"), tmp_path / "HR")


@pytest.mark.parametrize("name", ["pairs:", "pairs:a", "pairs:a,", "pairs:,b", "pairs:a,b,c"])
def test_a_name_without_two_folders_is_refused(name):
    with pytest.raises(ConfigError, match="expected pairs:LR,HR with two folders"):
        pair_folders(name)


def test_files_are_paired_by_the_rules_of_scoring_in_one_order(tmp_path):
    for file in ("lr/b_x4.png", "lr/a-LR.png", "hr/a.png", "hr/b.png", "hr/notes.txt"):
        write(tmp_path / file)
    found = find_pairs(f"pairs:{tmp_path}/lr,{tmp_path}/hr")
    assert [path.name for path in found.lr] == ["a-LR.png", "b_x4.png"]
    assert [path.name for path in found.hr] == ["a.png", "b.png"]
    assert [each.name for each in found.skipped] == ["notes.txt"]


def test_a_file_without_a_partner_is_named(tmp_path):
    for file in ("lr/a.png", "lr/c.png", "hr/a.png", "hr/b.png"):
        write(tmp_path / file)
    with pytest.raises(DataError, match=r"c\.png of .*; b\.png of .*/hr without its LR image"):
        find_pairs(f"pairs:{tmp_path}/lr,{tmp_path}/hr")


def test_the_scale_is_deduced():
    sizes = [size("a", (10, 20), (40, 80)), size("b", (7, 5), (28, 20))]
    assert scale_of_pairs("pairs", sizes) == 4


@pytest.mark.parametrize(
    ("lr", "hr"),
    [
        ((30, 30), (100, 100)),
        ((24, 24), (97, 96)),
        ((24, 24), (96, 48)),
        ((24, 24), (24, 24)),
        ((96, 96), (24, 24)),
        ((24, 48), (192, 96)),
    ],
)
def test_hr_that_is_no_multiple_of_lr_is_refused(lr, hr):
    with pytest.raises(DataError, match=r"b: LR .* px, HR .* px; HR has to be LR times a whole"):
        scale_of_pairs("pairs", [size("a", (2, 2), (8, 8)), size("b", lr, hr)])


def test_mixed_scales_are_refused_with_an_example_of_each():
    sizes = [size("a", (2, 2), (8, 8)), size("b", (2, 2), (4, 4)), size("c", (2, 2), (4, 4))]
    with pytest.raises(DataError, match=r"got 2 \(x2 in c: .*; x4 in a: LR 2 x 2 px, HR 8 x 8 px"):
        scale_of_pairs("pairs", sizes)


def test_another_scale_than_asked_for_is_worded_with_what_can_be_set():
    assert describe_other_scale("set", 4, 4) == ""
    assert "(--scale 2)" in describe_other_scale("set", 2, 4)
    assert "--scale" not in describe_other_scale("set", 3, 4)


def test_pairs_are_counted():
    assert describe_pairs(1, 2) == "1 pair of scale 2"
