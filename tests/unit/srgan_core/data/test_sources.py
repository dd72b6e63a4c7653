from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srgan_core.data.dead_leaves import DeadLeavesConfig
from srgan_core.data.images import write_png
from srgan_core.data.sources import (
    SKIMAGE_PHOTOGRAPHS,
    FileSource,
    check_source_name,
    open_source,
    skimage_files,
    source_folders,
)
from srgan_core.errors import ConfigError, DataError, UnavailableDataError
from srgan_core.files import file_sha256

LEAVES = DeadLeavesConfig(images=2, size=128)


def write_jpeg(path: Path, width: int, height: int, level: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), (level, level, level)).save(path)
    return path


@pytest.mark.parametrize(
    "name", ["dead-leaves", "skimage", "voc2012", "folder:x", "folder:/a b", "pairs:x,y"]
)
def test_known_names_are_accepted(name: str):
    check_source_name(name)


@pytest.mark.parametrize("name", ["", "folder:", "skimage3", "set5", "VOC2012"])
def test_unknown_names_list_the_known_ones(name: str):
    known = "dead-leaves, skimage, voc2012, folder:PATH"
    with pytest.raises(ConfigError, match=f"is unknown: {known}"):
        check_source_name(name)


def test_misspelt_name_gets_a_suggestion():
    with pytest.raises(ConfigError, match=r"'deadleaves' is unknown: .*did you mean 'dead-leaves'"):
        open_source("deadleaves", LEAVES)


def test_dead_leaves_are_made_from_their_config():
    source = open_source("dead-leaves", LEAVES)
    assert source.images == ["dead-leaves-0", "dead-leaves-1"]
    assert all(source.read(index).shape == (128, 128, 3) for index in range(2))


@pytest.mark.parametrize("change", [{"seed": 1}, {"images": 3}, {"size": 129}, {"textured": 0.4}])
def test_fingerprint_of_dead_leaves_changes_with_every_parameter(change: dict[str, float]):
    other = LEAVES.model_copy(update=change)
    first = open_source("dead-leaves", LEAVES).fingerprint()
    assert first == open_source("dead-leaves", LEAVES).fingerprint()
    assert first != open_source("dead-leaves", other).fingerprint()


def test_photographs_of_scikit_image_are_installed_and_readable():
    source = open_source("skimage", LEAVES)
    assert len(source.images) == len(SKIMAGE_PHOTOGRAPHS) == 7
    assert source.images[0].endswith("astronaut.png")
    assert source.read(0).shape == (512, 512, 3)


def test_photographs_that_are_scored_are_never_trained_on():
    trained = {Path(name).stem for name in SKIMAGE_PHOTOGRAPHS}
    assert trained.isdisjoint({"chelsea", "coffee", "rocket"})


def test_photograph_that_is_not_installed_names_the_remedy():
    with pytest.raises(
        UnavailableDataError, match=r"nope\.png: not inside .* \d+\.\d+.*; reinstall"
    ):
        skimage_files(["nope.png"])


def test_folder_is_listed_in_order(tmp_path: Path):
    for name in ("b.png", "a.png"):
        write_png(tmp_path / name, np.zeros((4, 5, 3), dtype=np.uint8))
    source = open_source(f"folder:{tmp_path}", LEAVES)
    assert source.name == f"folder:{tmp_path}"
    assert [Path(name).name for name in source.images] == ["a.png", "b.png"]


def test_home_is_expanded_in_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    write_png(tmp_path / "photos" / "a.png", np.zeros((4, 5, 3), dtype=np.uint8))
    assert len(open_source("folder:~/photos", LEAVES).images) == 1


def test_fingerprint_of_files_changes_with_content_and_order_but_not_with_place(tmp_path: Path):
    first, second = (write_jpeg(tmp_path / f"{level}.jpg", 8, 8, level) for level in (0, 99))
    moved = Path(shutil.copy(first, tmp_path / "moved.jpg"))
    fingerprint = FileSource("x", (first, second)).fingerprint()
    assert FileSource("y", (moved, second)).fingerprint() == fingerprint
    assert FileSource("x", (second, first)).fingerprint() != fingerprint
    write_jpeg(second, 8, 8, 98)
    assert FileSource("x", (first, second)).fingerprint() != fingerprint


def test_link_to_nowhere_is_named(tmp_path: Path):
    (tmp_path / "gone.png").symlink_to(tmp_path / "nothing")
    with pytest.raises(DataError, match=r"gone\.png: no such file"):
        open_source(f"folder:{tmp_path}", LEAVES).read(0)


def test_fingerprint_tells_files_that_cannot_be_read_and_waits_for_none(tmp_path: Path):
    path = tmp_path / "a.png"
    os.mkfifo(path)
    without = FileSource("x", (path,)).fingerprint()
    path.unlink()
    assert FileSource("x", (path,)).fingerprint() == without
    write_png(path, np.zeros((4, 5, 3), dtype=np.uint8))
    assert FileSource("x", (path,)).fingerprint() != without


def test_fingerprint_of_upright_images_is_that_of_their_bytes_and_that_of_turned_ones_is_not(
    tmp_path: Path,
):
    """Packed copies and results folders of upright photographs stay valid."""
    exif = Image.Exif()
    fingerprints = []
    for orientation in (1, 6):
        exif[0x0112] = orientation
        Image.new("RGB", (8, 4)).save(tmp_path / "a.jpg", exif=exif)
        digest = hashlib.sha256(file_sha256(tmp_path / "a.jpg").encode()).hexdigest()
        source = FileSource("x", (tmp_path / "a.jpg",))
        fingerprints.append(source.fingerprint() == digest)
    assert fingerprints == [True, False]


def test_what_is_left_out_of_a_folder_stands_in_the_source(tmp_path: Path):
    write_png(tmp_path / "a.png", np.zeros((4, 5, 3), dtype=np.uint8))
    (tmp_path / "list.txt").touch()
    source = open_source(f"folder:{tmp_path}", LEAVES)
    assert [each.name for each in source.skipped] == ["list.txt"]


def test_pairs_are_hr_images_with_lr_images_in_the_same_order(tmp_path):
    for file in ("lr/b_x4.png", "lr/a_x4.png", "hr/a.png", "hr/b.png"):
        write_png(tmp_path / file, np.zeros((2, 2, 3), np.uint8))
    source = open_source(f"pairs:{tmp_path}/lr,{tmp_path}/hr", LEAVES)
    assert [Path(name).name for name in source.images] == ["a.png", "b.png"]
    assert [Path(name).name for name in source.lr.images] == ["a_x4.png", "b_x4.png"]


@pytest.mark.parametrize(
    ("name", "folders"),
    [("folder:x", ["x"]), ("pairs:x,y", ["x", "y"]), ("skimage", []), ("folder:", [])],
)
def test_the_folders_of_a_source_are_the_users(name, folders):
    assert source_folders(name) == tuple(map(Path, folders))
