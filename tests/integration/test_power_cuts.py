"""What a power cut leaves of what is written: on a disk that keeps only what was flushed.

`test_reliability.py` cuts a whole training; here are the writers one by one, and bad ones, which
the disk has to tell from good ones.
"""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from lossy_disk import LossyDisk

from srgan_core.files import drop_folder, publish_once, sync_folder, write_atomically
from srgan_core.training.log import TrainingLog
from srgan_core.weights import hub
from srgan_core.weights.catalogue import PublishedFile
from sweep.scoring.sets.archives import extract_images

NEW = b"the new content"

Found = set[bytes | None]


@pytest.fixture
def cut(tmp_path: Path) -> Callable[..., tuple[Found, Found]]:
    """Runs a writer and tells what a file may hold after a cut: ever, and once it has returned."""

    def run(write: Callable[[Path], object], *parts: str) -> tuple[Found, Found]:
        disk = LossyDisk(tmp_path)
        with disk.watching():
            write(tmp_path)
            disk.say("returned")
        found = [(dict(state).get(parts), said) for state, said in disk.states.items()]
        return {held for held, _ in found}, {held for held, said in found if said}

    return run


def write_and_flush(path: Path) -> None:
    with path.open("wb") as file:
        file.write(NEW)
        file.flush()
        os.fsync(file.fileno())


def test_content_that_was_not_flushed_may_be_missing_under_its_name(cut):
    def write(root):
        (root / "new").write_bytes(NEW)
        (root / "new").rename(root / "a")
        sync_folder(root)

    assert cut(write, "a")[1] == {b"", NEW[:7], bytes(len(NEW)), NEW}


def test_an_overwritten_file_may_be_the_old_one_or_nothing(cut, tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    assert cut(lambda root: (root / "a").write_bytes(NEW), "a")[1] == {
        *(b"old", b"", NEW[:7], bytes(len(NEW)), NEW),
    }


def test_an_appended_line_leaves_what_was_before_it(cut, tmp_path):
    (tmp_path / "a").write_bytes(b"12")

    def write(root):
        with (root / "a").open("ab") as file:
            file.write(b"3456")

    assert cut(write, "a")[1] == {b"12", b"1234", b"12\0\0\0\0", b"123456"}


def test_a_name_may_be_lost_until_its_folder_is_flushed(cut):
    assert cut(lambda root: write_and_flush(root / "a"), "a")[1] == {None, NEW}


def test_a_folder_may_be_lost_with_all_that_is_in_it(cut):
    def write(root):
        (root / "below").mkdir()
        write_and_flush(root / "below" / "a")
        sync_folder(root / "below")

    assert cut(write, "below", "a")[1] == {None, NEW}


def test_a_rename_is_done_or_not_done(cut, tmp_path):
    (tmp_path / "a").write_bytes(NEW)
    (tmp_path / "a").rename(tmp_path / "b")
    disk = LossyDisk(tmp_path)
    with disk.watching():
        (tmp_path / "b").rename(tmp_path / "c")
    assert set(disk.states) == {frozenset({((name,), NEW)}) for name in "bc"}


def test_deletions_reach_the_disk_in_any_order(cut, tmp_path):
    for name in "ab":
        (tmp_path / name).write_bytes(NEW)
    disk = LossyDisk(tmp_path)
    with disk.watching():
        (tmp_path / "a").unlink()
        (tmp_path / "b").unlink()
    assert {frozenset(name for (name,), _ in state) for state in disk.states} == {
        *(frozenset("ab"), frozenset("a"), frozenset("b"), frozenset()),
    }


def test_a_file_is_replaced_whole_and_for_good(cut, tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    assert cut(lambda root: write_atomically(root / "a", NEW), "a") == ({b"old", NEW}, {NEW})


@pytest.mark.parametrize("write", [write_atomically, publish_once])
def test_a_file_in_new_folders_is_there_for_good(cut, write):
    parts = ("x", "y", "a")
    assert cut(lambda root: write(root.joinpath(*parts), NEW), *parts) == ({None, NEW}, {NEW})


def test_a_dropped_folder_is_whole_or_gone(tmp_path):
    for name in "ab":
        write_atomically(tmp_path / "doomed" / name, NEW)
    disk = LossyDisk(tmp_path)
    with disk.watching():
        drop_folder(tmp_path / "doomed")
    left = {frozenset(p for p, _ in state if p[0] == "doomed") for state in disk.states}
    assert left == {frozenset(), frozenset({("doomed",), ("doomed", "a"), ("doomed", "b")})}


def test_a_flushed_line_of_the_log_is_there_for_good(cut):
    def write(root):
        with TrainingLog(root / "trial" / "log.jsonl", 0) as log:
            log.write({"iteration": 1})
            log.flush()

    assert cut(write, "trial", "log.jsonl")[1] == {b'{"iteration": 1}\n'}


def test_an_unpacked_test_set_has_all_of_its_images(cut, tmp_path):
    with tarfile.open(tmp_path / "images.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("a.png")
        member.size = len(NEW)
        tar.addfile(member, io.BytesIO(NEW))

    def write(root):
        extract_images(root / "images.tar.gz", root / "sets" / "pets")

    assert cut(write, "sets", "pets", "a.png") == ({None, NEW}, {NEW})


def test_a_downloaded_file_is_whole_or_not_there(cut, tmp_path, monkeypatch):
    published = PublishedFile("vgg19", "vgg19-0.pth", "https://example.org", "0")
    monkeypatch.setattr(hub, "hub_folder", lambda: tmp_path / "hub")
    monkeypatch.setattr(hub, "why_unreachable", lambda url: None)
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))

    def download(url, target, **_):
        Path(target).write_bytes(NEW)

    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    found = cut(lambda root: hub.download_to_hub(published), "hub", published.name)
    assert found == ({None, NEW}, {NEW})
