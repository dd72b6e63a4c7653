"""`sweep run` on damaged files, with either executor: state, message, exit status, bytes.

They are damaged before a sweep goes on, or when its worker comes to them. docs/reliability.md lists
the faults by their names here.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from meddling import (
    Meddler,
    Outcome,
    check,
    check_bytes,
    newest_checkpoint,
    sweep,
    trial_in,
    undocumented,
)

from sweep.execution.jobs.failing import Job
from sweep.execution.jobs.trial import TrainJob
from sweep.store.folder import SweepStore

# Ray does not wait for those of its processes that it has to kill.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),
]

MANIFEST, REFERENCE = "manifest.json", "reference/skimage3/reference.json"


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "checkpoint": lambda folder: halve(newest_checkpoint(folder) / "state.safetensors"),
    "checkpoint's spec": lambda folder: edit(newest_checkpoint(folder) / MANIFEST, spec="0"),
    "start": lambda folder: halve(folder / "shared/srresnet-s0/generator.safetensors"),
    "training images": lambda folder: edit(folder / "shared/data.json", skimage="others"),
    "test image": lambda folder: halve(folder / "reference/skimage3/lr/chelsea.png"),
    "result": lambda folder: (trial_in(folder).path / "result.json").write_text("{"),
    "record": lambda folder: halve(trial_in(folder).path / "trial.json"),
    "config": lambda folder: (folder / "sweep.yaml").write_text("grid: ["),
    "test images": lambda folder: edit(folder / REFERENCE, source_sha256={}),
}

FOUND_BY_WORKER = {
    "checkpoint": Outcome("done", "was damaged and is set aside as damaged-00000", 0),
    "checkpoint's spec": Outcome("failed", "belongs to another training spec; go on with", 1),
    "start": Outcome("failed", "generator.safetensors: not a whole safetensors file", 1),
    "training images": Outcome("failed", "expected the images that the sweep began with", 1),
    "test image": Outcome("failed", "chelsea.png: ", 1),
    "result": Outcome("damaged", "result.json: is damaged; put a copy back, or delete it", 2),
    "record": Outcome("damaged", "trial.json: is damaged; put a copy back, or delete it", 2),
}
"""What is damaged when the worker comes to it, and what has to follow."""


@pytest.mark.parametrize("damaged", FOUND_BY_WORKER)
def test_damage_that_a_worker_finds(executor, folder, calm, damaged):
    def damage(job: TrainJob) -> TrainJob:
        DAMAGES[damaged](folder)
        return job

    answer = sweep(folder, Meddler(executor, damage))
    check(answer, folder, FOUND_BY_WORKER[damaged])
    if FOUND_BY_WORKER[damaged].state == "done":
        check_bytes(folder, calm)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuse_to_run(job: TrainJob) -> Job:
    pytest.fail(f"{job.label} was handed out")


REFUSED = {
    "training images": "expected the images that the sweep began with",
    "result": "result.json: is damaged; put a copy back, or delete it",
    "record": "trial.json: is damaged; put a copy back, or delete it",
    "config": "sweep.yaml: ",
    "test images": "test set 'skimage3' have changed",
}
"""What is damaged before the sweep begins, and what it says; it then begins nothing."""


@pytest.mark.parametrize("damaged", REFUSED)
def test_damage_before_the_start(executor, folder, damaged):
    DAMAGES[damaged](folder)
    before = contents(folder)
    answer = sweep(folder, Meddler(executor, refuse_to_run))
    assert REFUSED[damaged] in answer.said
    assert "Traceback" not in answer.said
    assert answer.status == 2
    assert contents(folder) == before


def test_full_disk_before_the_start(executor, folder, monkeypatch):
    free = shutil._ntuple_diskusage(9, 9, 1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    answer = sweep(folder, Meddler(executor, refuse_to_run))
    check(answer, folder, Outcome("interrupted", "1 MB of disk are free, training needs", 3))


def test_second_run_in_one_folder(executor, folder):
    with SweepStore(folder).locked():
        answer = sweep(folder, Meddler(executor, refuse_to_run))
    check(answer, folder, Outcome("interrupted", "another `sweep run` is at work there", 2))


@pytest.mark.docs
def test_every_fault_in_the_folder_stands_in_the_documentation():
    tests = {name for name in globals() if name.startswith("test_")}
    tests.remove("test_every_fault_in_the_folder_stands_in_the_documentation")
    assert undocumented(tests | {*FOUND_BY_WORKER, *REFUSED}) == []
