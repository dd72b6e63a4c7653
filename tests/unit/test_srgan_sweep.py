"""The commands begin outside the package whose name another project has too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import srgan_sweep
import sweep

START = [sys.executable, "-c", "import srgan_sweep; srgan_sweep.main()", "--version"]


def start(place: Path | None = None) -> subprocess.CompletedProcess[str]:
    known = {} if place is None else {"PYTHONPATH": str(place)}
    return subprocess.run(
        START, capture_output=True, text=True, check=False, env=os.environ | known, cwd=place
    )


def test_our_own_package_bears_the_mark_and_runs():
    assert srgan_sweep.MARK in sweep.__doc__
    assert srgan_sweep.foreign_sweep() is None
    assert start().stdout == f"sweep, version {sweep.__version__}\n"


@pytest.mark.parametrize("file", ["sweep.py", "sweep/__init__.py"])
def test_another_package_of_the_name_is_named_and_never_run(tmp_path, file):
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("raise SystemError('another project')\n")
    done = start(tmp_path)
    assert done.returncode == srgan_sweep.STATUS == 3
    assert done.stderr.startswith(f"error: {tmp_path / file}: is not srgan-sweep's package")
    assert "pip uninstall sweep" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_no_package_is_told_apart_too(tmp_path, monkeypatch):
    (tmp_path / "sweep").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(sys, "meta_path", [f for f in sys.meta_path if "editable" not in repr(f)])
    monkeypatch.delitem(sys.modules, "sweep")
    assert srgan_sweep.foreign_sweep() == str(tmp_path / "sweep")
