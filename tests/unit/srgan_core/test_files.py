from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from srgan_core.files import (
    drop_folder,
    file_sha256,
    is_disk_error,
    leftovers,
    publish_folder,
    publish_once,
    size_on_disk,
    temporary_name,
    write_atomically,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_file_and_its_folders_are_made(tmp_path: Path):
    write_atomically(tmp_path / "a" / "b" / "c.bin", b"content")
    assert (tmp_path / "a" / "b" / "c.bin").read_bytes() == b"content"
    assert names(tmp_path / "a" / "b") == ["c.bin"]


def test_older_file_is_replaced_as_a_whole(tmp_path: Path):
    path = tmp_path / "a"
    path.write_bytes(b"long old content")
    reader = path.open("rb")
    write_atomically(path, b"new")
    with reader:
        assert reader.read() == b"long old content"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_failed_write_leaves_the_older_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os if failing == "fsync" else Path, failing, fail)
    with pytest.raises(OSError, match="no space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("content", [b"", b"abc", bytes(2**18 + 1)])
def test_hash_is_that_of_the_bytes(tmp_path: Path, content: bytes):
    (tmp_path / "a").write_bytes(content)
    assert file_sha256(tmp_path / "a") == hashlib.sha256(content).hexdigest()


def test_of_several_writers_one_publishes(tmp_path: Path):
    path = tmp_path / "below" / "result.json"
    assert publish_once(path, b"first")
    assert not publish_once(path, b"second")
    assert path.read_bytes() == b"first"
    assert names(path.parent) == ["result.json"]


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_file_system_without_links_publishes_once_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
):
    def refuse(*_: object) -> None:
        raise OSError(number, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert publish_once(tmp_path / "a", b"first")
    assert not publish_once(tmp_path / "a", b"second")
    assert (tmp_path / "a").read_bytes() == b"first"
    assert names(tmp_path) == ["a"]


def test_a_folder_gets_its_name_whole_and_replaces_another(tmp_path: Path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "x").touch()
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "y").touch()
    publish_folder(tmp_path / "new", tmp_path / "target")
    assert names(tmp_path) == ["target"]
    assert names(tmp_path / "target") == ["x"]


def test_dropping_what_is_not_there_is_nothing(tmp_path: Path):
    drop_folder(tmp_path / "none")
    assert names(tmp_path) == []


def test_leftovers_are_told_by_their_names_and_listed_once(tmp_path: Path):
    folder, file = temporary_name(tmp_path / "below" / "a"), temporary_name(tmp_path / "b.json")
    folder.mkdir(parents=True)
    temporary_name(folder / "inner").write_bytes(b"123")
    file.write_bytes(b"12")
    (tmp_path / "notes.tmp").touch()
    (tmp_path / ".b.json.0123abcd.tmpx").touch()
    assert leftovers(tmp_path) == sorted([folder, file])
    assert (size_on_disk(folder), size_on_disk(file)) == (3, 2)
    assert size_on_disk(tmp_path / "none") == 0


def test_disk_errors_are_told_from_others():
    assert all(is_disk_error(OSError(getattr(errno, n), "")) for n in ("ENOSPC", "EDQUOT", "EROFS"))
    assert not is_disk_error(OSError(errno.ENOENT, ""))
    assert not is_disk_error(ValueError())
