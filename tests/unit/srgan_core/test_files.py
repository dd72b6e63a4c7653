from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from srgan_core.files import file_sha256, write_atomically


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

    monkeypatch.setattr(*((os, "fsync") if failing == "fsync" else (Path, "replace")), fail)
    with pytest.raises(OSError, match="no space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("content", [b"", b"abc", bytes(2**18 + 1)])
def test_hash_is_that_of_the_bytes(tmp_path: Path, content: bytes):
    (tmp_path / "a").write_bytes(content)
    assert file_sha256(tmp_path / "a") == hashlib.sha256(content).hexdigest()
