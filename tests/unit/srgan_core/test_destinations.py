from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from srgan_core.destinations import check_file, check_folder
from srgan_core.errors import ConfigError, SrganError

AS_ROOT = os.geteuid() == 0


def test_what_is_new_or_may_be_replaced_or_written_to_is_taken(tmp_path: Path):
    (tmp_path / "old").touch()
    (tmp_path / "link").symlink_to("nowhere/yet")
    os.mkfifo(tmp_path / "pipe")
    for name in ("new", "far/below/new", "old", "link", "pipe", "x" * 240):
        check_file(tmp_path / name)
    check_file(Path("/dev/null"))
    for name in ("", "new", "far/below/new"):
        check_folder(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "old", "pipe"]


@pytest.mark.parametrize("check", [check_file, check_folder])
@pytest.mark.parametrize("name", ["file/below", "link/below", "x" * 300, "loop", "loop/below"])
def test_what_cannot_be_is_refused_by_the_name_that_was_given(tmp_path: Path, check, name):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(SrganError) as told:
        check(tmp_path / name)
    assert str(told.value).startswith(str(tmp_path / name))
    assert ".tmp" not in str(told.value)


def test_a_folder_a_socket_and_a_file_in_the_wrong_place_are_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="expected a file to write, got a folder"):
        check_file(tmp_path)
    with pytest.raises(ConfigError, match="expected a folder, got a file"):
        check_folder(tmp_path / "file")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        with pytest.raises(ConfigError, match="expected a file to write, got a socket"):
            check_file(tmp_path / "s")


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_what_is_read_is_never_replaced(tmp_path: Path, name):
    (tmp_path / "a").touch()
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "c").hardlink_to(tmp_path / "a")
    with pytest.raises(ConfigError, match="expected a new file, got one that is read"):
        check_file(tmp_path / name, [None, tmp_path / "nothing", tmp_path / "a"])


@pytest.mark.parametrize("place", ["closed/new", "closed/far/new", "protected"])
def test_what_this_user_may_not_write_is_refused(tmp_path: Path, monkeypatch, place):
    (tmp_path / "closed").mkdir(mode=0o500)
    (tmp_path / "protected").touch(mode=0o400)
    if AS_ROOT:
        # The system lets root write anywhere; the answer of others is put in its place.
        closed = (tmp_path / "closed", tmp_path / "protected")
        monkeypatch.setattr(os, "access", lambda path, mode: Path(path) not in closed)
    with pytest.raises(ConfigError, match="cannot be written to") as told:
        check_file(tmp_path / place)
    assert str(told.value).startswith(f"{tmp_path / place}: ")
