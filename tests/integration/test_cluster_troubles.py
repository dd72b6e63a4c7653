"""A cluster that a driver may not join, and one that is lost under it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from sweep.store.trial_folder import TrialFolder

# Ray does not wait for those of its processes that it has to kill.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),
]

RUN = ("run", "--config", "smoke", "--adv", "1e-3", "--executor", "ray", "--jobs", "1")


WITHOUT_THE_TOKEN = [
    {"RAY_AUTH_MODE": "disabled"},
    {"RAY_AUTH_TOKEN": "another"},
    {"RAY_AUTH_TOKEN": "", "RAY_AUTH_TOKEN_PATH": "nowhere"},
]


def test_a_driver_without_the_clusters_token_is_refused(sweep, ray_cluster, tmp_path):
    address = ray_cluster.address
    arguments = (*RUN, "--address", address, "--out", tmp_path / "grid")
    for environment in WITHOUT_THE_TOKEN:
        answer = sweep(*arguments, **(ray_cluster.environment | environment))
        assert answer.returncode == 2, environment
        assert answer.stderr.splitlines()[-1].startswith(
            f"error: --address {address}: the token is missing, or not that of the cluster"
        ), environment
        assert "ray get-auth-token" in answer.stderr
        assert "Traceback" not in answer.stderr
        assert not list((tmp_path / "grid").glob("trials/*/result.json"))


@pytest.fixture
def _cluster_without_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")


@pytest.mark.usefixtures("_cluster_without_token")
def test_a_driver_with_a_token_for_a_cluster_without_one_is_told_so(sweep, ray_cluster, tmp_path):
    arguments = (*RUN, "--address", ray_cluster.address, "--out", tmp_path / "grid")
    answer = sweep(*arguments, **ray_cluster.environment, RAY_AUTH_MODE="token")
    assert answer.returncode == 2
    assert "the cluster can start nothing here" in answer.stderr
    assert "RAY_AUTH_MODE=disabled" in answer.stderr
    assert "Traceback" not in answer.stderr


def start_on_a_local_cluster(
    start_sweep: Callable[..., subprocess.Popen[str]], folder: Path
) -> subprocess.Popen[str]:
    """Starts a sweep that is at work for long, and waits until its trial is."""
    arguments = (*RUN, "--set", "grid.control=false", "--steps", "2000", "--out", folder)
    process = start_sweep(*arguments)
    deadline = time.monotonic() + 120
    while not list(folder.glob("trials/*/checkpoints/*/manifest.json")):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, "no trial was at work"
        time.sleep(0.1)
    return process


def end(process: psutil.Process, number: int) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def check_end(process: subprocess.Popen[str], folder: Path, status: int, words: str) -> None:
    _, said = process.communicate(timeout=120)
    assert process.returncode == status, said
    assert words in said
    assert "run the same command again to go on" in said
    assert "Traceback" not in said
    (trial,) = (folder / "trials").iterdir()
    assert TrialFolder(trial).state == "interrupted"


@pytest.mark.usefixtures("needs_ray")
def test_a_local_cluster_that_dies_ends_the_sweep(start_sweep, tmp_path):
    process = start_on_a_local_cluster(start_sweep, tmp_path / "grid")
    for child in psutil.Process(process.pid).children(recursive=True):
        if "raylet/raylet" in child.cmdline()[0]:
            end(child, signal.SIGKILL)
    check_end(process, tmp_path / "grid", 1, "executor ray: the Ray cluster was lost (")


@pytest.mark.usefixtures("needs_ray")
def test_a_local_cluster_that_is_stopped_with_its_sweep_leaves_it_interrupted(
    start_sweep, tmp_path
):
    """As Slurm and `timeout` stop a whole process group; here the cluster goes first."""
    process = start_on_a_local_cluster(start_sweep, tmp_path / "grid")
    for child in psutil.Process(process.pid).children(recursive=True):
        end(child, signal.SIGTERM)
    os.kill(process.pid, signal.SIGTERM)
    check_end(process, tmp_path / "grid", 143, "stopped early")
