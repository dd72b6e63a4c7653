"""One grid of four trials by three roads: calm, after kills, on a cluster that loses a node.

A part of it by a fourth, as jobs that submitit starts.

Tables and generators have to be the same to the last digit, but for columns of seconds.
"""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from srgan_core.files import file_sha256

# Ray does not wait for those of its processes that it has to kill.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),
]

STEPS = 25

GRID = (
    *("run", "--config", "smoke", "--metrics", "psnr", "--jobs", "2", "--steps", str(STEPS)),
    *("--adv", "1e-3", "--start", "srresnet,srgan", "--set", "threads=1"),
)
"""One coefficient and the control, from both ends; a checkpoint every five steps."""

LIMIT_SECONDS = 240

StartSweep = Callable[..., subprocess.Popen[str]]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        lines = list(csv.DictReader(file))
    return [{k: v for k, v in line.items() if not k.endswith("_seconds")} for line in lines]


def belongings(folder: Path) -> dict[str, object]:
    """What must not depend on who ran the grid."""
    tables = ("results.csv", "per_image.csv", "summary.csv")
    files = sorted(folder.glob("*/*/generator.safetensors"))
    generators = {path.parent.name: file_sha256(path) for path in files}
    assert len(generators) == 4 + 2
    return generators | {name: table(folder / name) for name in tables}


def steps_logged(folder: Path) -> dict[str, int]:
    logs = folder.glob("trials/*/log.jsonl")
    return {path.parent.name: len(path.read_text().splitlines()) for path in logs}


def is_worked_at(trial: Path, pids: set[int]) -> bool:
    with suppress(OSError, ValueError):
        return json.loads((trial / ".run.json").read_text())["pid"] in pids
    return False


def wait_for_a_trial(
    folder: Path, process: subprocess.Popen[str], workers: Callable[[], set[int]]
) -> None:
    """Waits until one of these workers has brought a trial beyond its first checkpoint."""
    before, deadline = steps_logged(folder), time.monotonic() + LIMIT_SECONDS
    while not any(
        max(before.get(name, 0), 6) < steps < STEPS
        and is_worked_at(folder / "trials" / name, workers())
        for name, steps in steps_logged(folder).items()
    ):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, "no trial was at work"
        time.sleep(0.01)


def children(pid: int) -> set[int]:
    return {child.pid for child in psutil.Process(pid).children(recursive=True)}


def attempts(folder: Path) -> list[dict[str, object]]:
    records = [json.loads(path.read_text()) for path in folder.glob("trials/*/trial.json")]
    return [attempt for record in records for attempt in record["attempts"]]


def was_disturbed(folder: Path, kills: int) -> bool:
    """Whether so many attempts ended without a word and some other went on from a checkpoint."""
    found = attempts(folder)
    silent = sum("ended" not in attempt for attempt in found)
    return silent >= kills and any(attempt.get("resumed_from") for attempt in found)


@pytest.fixture(scope="module")
def undisturbed(sweep, tmp_path_factory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("undisturbed") / "grid"
    answer = sweep(*GRID, "--jobs", "1", "--out", folder)
    assert answer.returncode == 0, answer.stderr
    assert "4 of 4 trials done, 4 trained in this run" in answer.stdout
    assert not was_disturbed(folder, kills=0)
    return belongings(folder)


def test_a_grid_that_was_killed_and_stopped_ends_like_one_that_was_not(
    undisturbed, sweep, start_sweep: StartSweep, tmp_path
):
    arguments = (*GRID, "--out", tmp_path / "grid")
    for number, status in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 143)):
        process = start_sweep(*arguments)
        wait_for_a_trial(tmp_path / "grid", process, partial(children, process.pid))
        process.send_signal(number)
        process.communicate(timeout=LIMIT_SECONDS)
        assert process.returncode == status
    assert sweep(*arguments).returncode == 0
    assert was_disturbed(tmp_path / "grid", kills=1)
    assert belongings(tmp_path / "grid") == undisturbed


@pytest.mark.exhaustive
def test_jobs_of_submitit_end_like_worker_processes(undisturbed, sweep, tmp_path):
    pytest.importorskip("submitit")
    part = ("--start", "srresnet")
    jobs = ("--executor", "slurm", "--slurm", "cluster=local")
    answer = sweep(*GRID, *part, *jobs, "--out", tmp_path / "grid")
    assert answer.returncode == 0, answer.stderr
    found = sorted((tmp_path / "grid").glob("*/*/generator.safetensors"))
    assert len(found) == 2 + 1
    for path in found:
        assert file_sha256(path) == undisturbed[path.parent.name]
    rows = table(tmp_path / "grid" / "results.csv")
    assert len(rows) == 2 + 3
    assert all(row in undisturbed["results.csv"] for row in rows)


def test_a_cluster_that_loses_driver_and_node_ends_like_one_machine(
    undisturbed, ray_cluster, start_sweep: StartSweep, tmp_path
):
    doomed = ray_cluster.add_node()
    ray_cluster.add_node()
    cluster = ("--executor", "ray", "--address", ray_cluster.address)
    arguments = (*GRID, *cluster, "--out", tmp_path / "grid")
    killed = start_sweep(*arguments, **ray_cluster.environment)
    wait_for_a_trial(tmp_path / "grid", killed, lambda: ray_cluster.workers(doomed))
    killed.kill()
    killed.communicate()
    process = start_sweep(*arguments, **ray_cluster.environment)
    wait_for_a_trial(tmp_path / "grid", process, lambda: ray_cluster.workers(doomed))
    ray_cluster.kill_node(doomed)
    ray_cluster.add_node()
    out, err = process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 0, err
    assert "its machine was lost; it goes on from its last checkpoint elsewhere" in err
    assert "4 of 4 trials done" in out
    assert was_disturbed(tmp_path / "grid", kills=2)
    assert belongings(tmp_path / "grid") == undisturbed
