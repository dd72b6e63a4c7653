from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from srgan_core.inputs import escaped, irregularity, unwritable


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


def test_a_name_that_is_not_utf_8_is_told_and_shown():
    assert unwritable(Path("r\u00fc")) == ""
    assert escaped("r\u00fc") == "r\u00fc"
    assert unwritable(Path("r\udcfc")) == "its name is not UTF-8; rename it"
    assert escaped("r\udcfc") == r"r\udcfc"


def test_a_locale_that_does_not_know_letters_is_blamed_and_not_the_name():
    program = "import sys; from srgan_core.inputs import unwritable; print(unwritable(sys.argv[1]))"
    ascii_alone = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for word, blamed in ((b"r\xc3\xbc", "this locale"), (b"r\xfc", "its name is not UTF-8")):
        answer = subprocess.run(
            [sys.executable, "-c", program, word],
            env=os.environ | ascii_alone,
            capture_output=True,
            text=True,
            check=True,
        )
        assert blamed in answer.stdout
