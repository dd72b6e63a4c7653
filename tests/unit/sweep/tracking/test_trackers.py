"""Trackers by name: none is imported unless it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from srgan_core.errors import MissingDependencyError
from sweep.tracking.trackers import TRACKERS, require_trackers

STUBS = Path(__file__).resolve().parents[3] / "support" / "trackers"

SCRIPT = """
import sys
import sweep.cli.run
import sweep.tracking
from sweep.tracking.trackers import require_trackers
require_trackers(["wandb"])
print([name for name in ("wandb", "mlflow") if name in sys.modules])
import wandb
print([name for name in ("wandb", "mlflow") if name in sys.modules])
"""


def test_no_tracker_is_imported_before_there_is_a_trial_to_tell_of():
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=os.environ | {"PYTHONPATH": str(STUBS)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.splitlines() == ["[]", "['wandb']"]


@pytest.mark.parametrize("name", TRACKERS)
def test_without_its_package_the_message_says_how_to_get_it(monkeypatch, name):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    for module in TRACKERS[name].modules():
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependencyError, match=rf"--track {name}: .*srgan-sweep\[{name}\]"):
        require_trackers([name])


def test_mlflow_needs_a_database_unless_there_is_a_server(monkeypatch):
    monkeypatch.syspath_prepend(STUBS)
    monkeypatch.setitem(sys.modules, "alembic", None)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://localhost:5000")
    require_trackers(["mlflow"])
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    with pytest.raises(MissingDependencyError, match="alembic"):
        require_trackers(["mlflow"])


def test_a_folder_that_a_tracker_left_behind_is_no_package(monkeypatch, tmp_path):
    (tmp_path / "wandb").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    # Another test may have imported the package.
    monkeypatch.delitem(sys.modules, "wandb", raising=False)
    with pytest.raises(MissingDependencyError, match="not installed: wandb"):
        require_trackers(["wandb"])
