from __future__ import annotations

import os
from pathlib import Path

import pytest

from srgan_core.data import listing
from srgan_core.data.images import SUFFIXES
from srgan_core.data.listing import Skipped, count_images, describe_unusable, list_images
from srgan_core.errors import DataError


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_images_are_listed_by_relative_path_at_any_depth(tmp_path: Path):
    names = ["b.png", "a/z.JPG", "a/c.webp", "notes.txt", ".hidden.png", ".git/x.png", "a.PNG"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    found = [path.relative_to(tmp_path).as_posix() for path in list_images(tmp_path).images]
    assert found == ["a.PNG", "a/c.webp", "a/z.JPG", "b.png"]


def test_folder_below_a_hidden_one_can_be_listed(tmp_path: Path):
    folder = tmp_path / ".cache" / "images"
    folder.mkdir(parents=True)
    (folder / "a.png").touch()
    assert list_images(folder).images == (folder / "a.png",)


def test_folder_without_images_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match=f"holds no image; known endings: {SUFFIXES[0]}"):
        list_images(tmp_path)
    with pytest.raises(DataError, match="expected a folder of images, found none"):
        list_images(tmp_path / "missing")


def test_what_is_no_image_by_its_ending_is_named(tmp_path: Path):
    touch(tmp_path / "a.png", tmp_path / "b.pgm", tmp_path / "c.gif", tmp_path / "below" / "d.txt")
    found = list_images(tmp_path)
    assert [path.name for path in found.images] == ["a.png", "b.pgm"]
    assert found.skipped == (
        Skipped("below/d.txt", "no image by its ending"),
        Skipped("c.gif", "no image by its ending"),
    )
    assert count_images(len(found.images), found.skipped) == (
        "2 images, 2 skipped: below/d.txt, c.gif (no image by its ending)"
    )


def test_links_to_folders_are_followed(tmp_path: Path):
    touch(tmp_path / "photos" / "a.png", tmp_path / "other" / "b.png", tmp_path / "other" / "c.png")
    (tmp_path / "photos" / "more").symlink_to(tmp_path / "other")
    found = list_images(tmp_path / "photos")
    assert [path.name for path in found.images] == ["a.png", "b.png", "c.png"]
    assert found.skipped == ()


def test_a_loop_and_a_second_way_to_a_folder_are_left_out_and_said(tmp_path: Path):
    touch(tmp_path / "z" / "a.png", tmp_path / "b.png")
    (tmp_path / "a-link").symlink_to(tmp_path / "z")
    (tmp_path / "z" / "loop").symlink_to(tmp_path)
    found = list_images(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in found.images] == ["b.png", "z/a.png"]
    assert [(each.name, each.reason) for each in found.skipped] == [
        ("a-link", "a link to z, whose images are taken already"),
        ("z/loop", "a link to the folder itself, whose images are taken already"),
    ]


def test_a_folder_that_cannot_be_read_is_left_out_and_said(tmp_path: Path, monkeypatch):
    touch(tmp_path / "a.png", tmp_path / "locked" / "b.png")
    scan = os.scandir

    def refuse(folder: Path):
        if folder.name == "locked":
            raise PermissionError(13, "Permission denied", str(folder))
        return scan(folder)

    monkeypatch.setattr(listing.os, "scandir", refuse)
    found = list_images(tmp_path)
    assert [path.name for path in found.images] == ["a.png"]
    assert found.skipped == (Skipped("locked", "cannot be read: Permission denied"),)
    with pytest.raises(DataError, match="locked: cannot be read: Permission denied; make it"):
        list_images(tmp_path / "locked")


def test_folders_below_are_left_out_and_said_where_they_are_not_searched(tmp_path: Path):
    touch(tmp_path / "a.png", tmp_path / "lr" / "a.png")
    found = list_images(tmp_path, deep=False)
    assert [path.name for path in found.images] == ["a.png"]
    assert [each.name for each in found.skipped] == ["lr"]


def test_names_that_are_not_utf_8_are_refused_all_at_once(tmp_path: Path):
    for name in (b"r\xfc.png", b"s\xfc.png", b"good.png"):
        (tmp_path / os.fsdecode(name)).touch()
    with pytest.raises(DataError, match="2 of 3 images cannot be used") as raised:
        list_images(tmp_path)
    assert r"r\udcfc.png: its name is not UTF-8; rename it" in str(raised.value)
    str(raised.value).encode()


def test_what_lies_in_a_folder_without_images_is_named(tmp_path: Path):
    touch(tmp_path / "c.gif")
    with pytest.raises(DataError, match=r"holds no image; .*; left out: c\.gif"):
        list_images(tmp_path)


def test_ten_unusable_images_are_named_and_all_are_counted():
    text = describe_unusable("folder:x", 3000, [f"{n}.png: bad" for n in range(12)], "mend them")
    assert text.startswith("folder:x: 12 of 3000 images cannot be used; mend them:\n  0.png: bad\n")
    assert text.endswith("  9.png: bad\n  and 2 more")
    assert describe_unusable("x", 9, ["a.png: bad"]) == "a.png: bad"
