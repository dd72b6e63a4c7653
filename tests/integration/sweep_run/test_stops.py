"""`sweep run` stopped by signals and kills goes on as if nothing had been."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.slow

LONG = (
    *("run", "--config", "smoke", "--metrics", "psnr", "--steps", "90"),
    *("--adv", "1e-3", "--set", "grid.control=false"),
)
"""One trial that is at work long enough to be stopped three times."""

STOP_SECONDS = 10

StartSweep = Callable[..., subprocess.Popen[str]]
Rows = Callable[[Path], list[dict[str, str]]]


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, "nothing happened for two minutes"
        time.sleep(0.02)


def wait_for_step(folder: Path, step: int, process: subprocess.Popen[str]) -> None:
    """Waits until a step was logged; the log has a line a step."""

    def reached() -> bool:
        logs = list(folder.glob("trials/*/log.jsonl"))
        return bool(logs) and len(logs[0].read_text().splitlines()) >= step

    wait_for(reached, process)


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that train for a run, which multiprocessing's server forks."""
    children = psutil.Process(process.pid).children()
    return [worker for child in children for worker in child.children()]


def is_at_work(process: psutil.Process) -> bool:
    """Not so a dead process that nobody has waited for, as in a container without an init."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@dataclass(frozen=True)
class Stop:
    """How a run ended that was stopped, and what stood on disk right after."""

    status: int
    err: str
    record: dict[str, Any]
    statuses: list[str]
    checkpoints: int


@dataclass(frozen=True)
class Story:
    """One sweep that was stopped three times and then run to its end."""

    folder: Path
    kept_out: subprocess.CompletedProcess[str]
    ctrl_c: Stop
    sigterm: Stop
    killed: Stop
    workers: list[psutil.Process]
    orphans: list[psutil.Process]
    end: subprocess.CompletedProcess[str]


def look(folder: Path, process: subprocess.Popen[str], rows: Rows) -> Stop:
    err = process.communicate(timeout=STOP_SECONDS)[1]
    (trial,) = (folder / "trials").iterdir()
    return Stop(
        status=process.returncode,
        err=err,
        record=json.loads((trial / "trial.json").read_text()),
        statuses=[row["status"] for row in rows(folder) if row["method"] == "srgan"],
        checkpoints=len(list((trial / "checkpoints").iterdir())),
    )


@contextmanager
def at_work(start_sweep: StartSweep, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that is ten steps beyond what was logged before."""
    logged = [len(path.read_text().splitlines()) for path in folder.glob("trials/*/log.jsonl")]
    process = start_sweep(*LONG, "--out", folder)
    try:
        wait_for_step(folder, sum(logged) + 10, process)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def story(sweep, start_sweep, rows, tmp_path_factory) -> Story:
    folder = tmp_path_factory.mktemp("story") / "smoke"
    with at_work(start_sweep, folder) as process:
        os.killpg(process.pid, signal.SIGSTOP)
        kept_out = sweep(*LONG, "--out", folder)
        os.killpg(process.pid, signal.SIGCONT)
        # A terminal sends it to every process of the group.
        os.killpg(process.pid, signal.SIGINT)
        ctrl_c = look(folder, process, rows)
    with at_work(start_sweep, folder) as process:
        process.send_signal(signal.SIGTERM)
        sigterm = look(folder, process, rows)
    with at_work(start_sweep, folder) as process:
        workers = workers_of(process)
        process.kill()
        killed = look(folder, process, rows)
        deadline = time.monotonic() + STOP_SECONDS
        while (orphans := list(filter(is_at_work, workers))) and time.monotonic() < deadline:
            time.sleep(0.05)
    end = sweep(*LONG, "--out", folder)
    return Story(folder, kept_out, ctrl_c, sigterm, killed, workers, orphans, end)


def test_a_second_run_is_kept_out_of_a_folder_at_work(story):
    assert story.kept_out.returncode == 2
    assert "another `sweep run` is at work there" in story.kept_out.stderr
    assert "Traceback" not in story.kept_out.stderr


def test_ctrl_c_leaves_a_checkpoint_and_tables(story):
    assert story.ctrl_c.status == 130
    assert "run the same command again to go on" in story.ctrl_c.err
    assert "Traceback" not in story.ctrl_c.err
    assert story.ctrl_c.record["state"] == "interrupted"
    assert story.ctrl_c.statuses == ["interrupted"]
    assert story.ctrl_c.checkpoints >= 1


def test_sigterm_does_the_same_to_a_run_that_went_on(story):
    assert story.sigterm.status == 143
    assert "Traceback" not in story.sigterm.err
    assert story.sigterm.record["state"] == "interrupted"
    assert story.sigterm.record["attempts"][-1]["resumed_from"] >= 10


def test_workers_end_with_a_supervisor_that_is_killed(story):
    assert story.killed.status == -signal.SIGKILL
    assert story.killed.record["state"] == "running"
    assert len(story.workers) == 1
    assert story.orphans == []


def test_a_run_that_was_stopped_ends_like_one_that_was_not(
    story, sweep, tmp_path, rows, generators
):
    assert story.end.returncode == 0, story.end.stderr
    assert sweep(*LONG, "--out", tmp_path).returncode == 0
    assert generators(story.folder) == generators(tmp_path)
    assert rows(story.folder) == rows(tmp_path)
    (trial,) = (story.folder / "trials").iterdir()
    resumed = [
        attempt["resumed_from"]
        for attempt in json.loads((trial / "trial.json").read_text())["attempts"]
        if attempt.get("ended")
    ]
    assert resumed[0] is None
    assert resumed[1:] == sorted(resumed[1:])
    log = (trial / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in log] == list(range(1, 91))
    assert not (trial / "checkpoints").exists()


def test_a_worker_that_is_killed_fails_its_trial_alone(sweep, start_sweep, tmp_path, smoke, rows):
    arguments = (*smoke, "--jobs", "2", "--steps", "40", "--out", tmp_path)
    process = start_sweep(*arguments)
    wait_for(lambda: len(list(tmp_path.glob("trials/*/log.jsonl"))) == 2, process)
    workers = workers_of(process)
    assert len(workers) == 2
    workers[0].kill()
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "1 of 2 trials done" in out
    statuses = sorted(row["status"] for row in rows(tmp_path) if row["method"] == "srgan")
    assert statuses == ["done", "failed"]
    answer = sweep(*arguments)
    assert answer.returncode == 0
    assert "2 of 2 trials done, 1 trained in this run" in answer.stdout
