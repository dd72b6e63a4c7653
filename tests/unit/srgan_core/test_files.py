from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from srgan_core.errors import ConfigError, DiskError
from srgan_core.files import (
    described,
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


def test_behind_a_link_the_file_that_it_leads_to_is_replaced(tmp_path: Path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to("second")
    (tmp_path / "second").symlink_to("far/file")
    (tmp_path / "open").symlink_to("far/new")
    write_atomically(tmp_path / "link", b"new")
    write_atomically(tmp_path / "open", b"made")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "second").is_symlink()
    assert (tmp_path / "far" / "file").read_bytes() == b"new"
    assert (tmp_path / "far" / "new").read_bytes() == b"made"
    assert names(tmp_path / "far") == ["file", "new"]


def test_a_named_pipe_is_written_to_and_stays_one(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    # One that nobody writes to holds its reader for ever; a daemon does not hold the tests.
    reader = Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_atomically(pipe, b"content" * 20_000)
    reader.join(20)
    assert read == [b"content" * 20_000]
    assert pipe.is_fifo()
    assert names(tmp_path) == ["pipe"]


def test_a_device_is_written_to_and_stays_one(tmp_path: Path):
    (tmp_path / "link").symlink_to(os.devnull)
    write_atomically(tmp_path / "link", b"content")
    write_atomically(Path(os.devnull), b"content")
    assert Path(os.devnull).is_char_device()
    assert (tmp_path / "link").is_symlink()


def test_a_folder_or_a_loop_is_never_replaced(tmp_path: Path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="loop"):
        write_atomically(tmp_path / "loop", b"content")
    with pytest.raises(ConfigError, match="got a folder"):
        write_atomically(tmp_path, b"content")
    assert (tmp_path / "loop").is_symlink()


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path):
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    write_atomically(path, b"content")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_disk_that_takes_no_more_is_named_by_the_file_that_was_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
):
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(OSError, match=re.escape(os.strerror(number))) as raised:
        write_atomically(tmp_path / "page.html", b"content")
    known = described(raised.value)
    assert isinstance(known, DiskError)
    assert str(known) == (
        f"{tmp_path / 'page.html'}: {os.strerror(number)}; make room there, or choose another place"
    )


def test_other_refusals_of_the_system_are_wrong_usage_and_the_network_is_not():
    assert described(PermissionError(errno.EACCES, "no", "x")).EXIT_STATUS == 2
    assert described(TimeoutError(errno.ETIMEDOUT, "timed out")).EXIT_STATUS == 3


def test_folders_are_not_opened_where_the_system_does_not_let_them_be(tmp_path, monkeypatch):
    monkeypatch.setattr("srgan_core.files.sys", SimpleNamespace(platform="win32"))
    opened = os.open
    monkeypatch.setattr(
        os, "open", lambda path, *given: opened(path, *given) if Path(path) != tmp_path else 1 / 0
    )
    write_atomically(tmp_path / "a", b"content")
    assert (tmp_path / "a").read_bytes() == b"content"
