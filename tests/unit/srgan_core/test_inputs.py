from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from srgan_core.inputs import escaped, irregularity, is_writable_name


def test_regular_files_and_what_is_not_there_have_no_irregularity(tmp_path: Path):
    (tmp_path / "a").touch()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    for name in ("a", "link", "missing"):
        assert irregularity(tmp_path / name) == ""


def test_what_is_no_regular_file_is_called_by_its_kind(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("door")
        assert irregularity(Path("door")) == "not a regular file but a socket"
    assert irregularity(Path("pipe")) == "not a regular file but a FIFO"
    assert irregularity(Path("/dev/null")) == "not a regular file but a device"
    assert irregularity(tmp_path) == "not a regular file but a folder"


@pytest.mark.parametrize(("name", "writable"), [("rü", True), ("r\udcfc", False)])
def test_a_name_that_is_not_utf_8_is_told_and_shown(name: str, writable: bool):
    assert is_writable_name(Path(name)) is writable
    assert escaped(name) == (name if writable else r"r\udcfc")
