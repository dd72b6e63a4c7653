"""Jobs that behave in every bad way, in real worker processes."""

import importlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from srgan_core.cores import usable_cores
from sweep.execution.executors.base import StopRequest
from sweep.execution.executors.local import LocalExecutor, _slot_device
from sweep.execution.jobs.context import Event
from sweep.store.trial_folder import TrialFolder

JOBS = '''
import os, signal, sys, time
from dataclasses import dataclass
from pathlib import Path
from sweep.errors import TrialError
from sweep.execution.jobs.context import Event
from sweep.execution.jobs.trial import TrainJob

@dataclass(frozen=True)
class Quick:
    label: str
    def run(self, context):
        import torch
        fields = {"pid": os.getpid(), "threads": torch.get_num_threads()}
        context.emit(Event(self.label, "progress", fields))
        return "done"

@dataclass(frozen=True)
class Looking:
    """Tells what its process holds before it does anything."""
    label: str
    def run(self, context):
        server = Path(f"/proc/{os.getppid()}")
        torch = sys.modules.get("torch")
        context.emit(Event(self.label, "progress", {
            "imported": {name.partition(".")[0] for name in sys.modules},
            "has_gpu": torch is not None and torch.cuda.is_initialized(),
            "threads_of_server": len(list((server / "task").iterdir())),
        }))
        return "done"

@dataclass(frozen=True)
class Wrong:
    label: str
    def run(self, context):
        raise TrialError("on purpose")

@dataclass(frozen=True)
class Patient:
    """Works until it is told to stop, deaf to signals."""
    label: str
    folder: Path
    def run(self, context):
        (self.folder / f"{self.label}.pid").write_text(str(os.getpid()))
        while not context.should_stop():
            time.sleep(0.01)
        return "interrupted"

@dataclass(frozen=True)
class Waiting:
    """Works until a file appears."""
    label: str
    file: Path
    def run(self, context):
        context.emit(Event(self.label, "progress", {"pid": os.getpid()}))
        while not self.file.exists():
            time.sleep(0.01)
        return "done"

class Killed(TrainJob):
    def run(self, context):
        context.emit(Event(self.label, "progress", {"x": "y" * 100000}))
        os.kill(os.getpid(), signal.SIGKILL)

class KilledOnce(TrainJob):
    def run(self, context):
        self.root.mkdir(exist_ok=True)
        if not (self.root / "tried").exists():
            (self.root / "tried").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return "done"
'''


@pytest.fixture(scope="module")
def jobs(tmp_path_factory) -> Iterator[ModuleType]:
    """A module that worker processes can import too, as they search where this one does."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "sweep_test_jobs.py").write_text(JOBS)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module("sweep_test_jobs")


@pytest.fixture(scope="module")
def shared() -> Iterator[LocalExecutor]:
    """Two slots, for tests that leave it in working order."""
    opened = LocalExecutor(2, "cpu", 1)
    yield opened
    opened.close()
    assert multiprocessing.active_children() == []


@pytest.fixture
def single() -> Iterator[LocalExecutor]:
    """One slot, for a test that ends its worker."""
    opened = LocalExecutor(1, "cpu", 1)
    yield opened
    opened.close()


def kinds(events: list[Event], label: str) -> list[str]:
    return [event.kind for event in events if event.job == label]


def killed(jobs: ModuleType, kind: str, folder: Path, label: str = "victim") -> object:
    return getattr(jobs, kind)(
        root=folder,
        folder=folder / "trials" / label,
        label=label,
        identity={"trial": label},
        spec=None,
        init=None,
        test_sets=(),
    )


def test_nothing_to_do_starts_no_worker(single):
    before = set(multiprocessing.active_children())
    assert single.run([], pytest.fail, StopRequest()) == {}
    assert set(multiprocessing.active_children()) <= before


def test_jobs_end_in_their_states_and_workers_outlive_them(jobs, shared):
    events: list[Event] = []
    listed = [jobs.Quick("a"), jobs.Wrong("b"), jobs.Quick("c"), jobs.Quick("d")]
    states = shared.run(listed, events.append, StopRequest())
    assert states == {"a": "done", "b": "failed", "c": "done", "d": "done"}
    assert kinds(events, "a") == ["started", "progress", "done"]
    assert kinds(events, "b") == ["started", "warning", "failed"]
    assert shared.run([jobs.Quick("e")], events.append, StopRequest()) == {"e": "done"}
    reports = [event.fields for event in events if event.kind == "progress"]
    assert len({report["pid"] for report in reports}) <= 2
    assert {report["threads"] for report in reports} == {1}


@pytest.mark.skipif(sys.platform != "linux", reason="what is imported elsewhere bears no fork")
def test_a_worker_is_forked_with_all_it_needs_from_a_server_that_has_run_no_operator(jobs, shared):
    events: list[Event] = []
    shared.run([jobs.Looking("a")], events.append, StopRequest())
    (found,) = [event.fields for event in events if event.kind == "progress"]
    assert {"torch", "safetensors", "scipy", "numpy"} <= found["imported"]
    # Each of these takes longer than all else together.
    assert {"torchvision", "pyiqa", "lpips", "pandas", "matplotlib"}.isdisjoint(found["imported"])
    assert not found["has_gpu"]
    # NumPy's and SciPy's own pools, which know of forks; PyTorch's would not.
    assert found["threads_of_server"] <= 1 + 2 * (usable_cores() - 1)


def test_a_killed_worker_takes_nothing_down_but_its_own_job(jobs, shared, tmp_path):
    events: list[Event] = []
    go = tmp_path / "go"

    def receive(event: Event) -> None:
        events.append(event)
        if (event.job, event.kind) == ("victim", "failed"):
            go.touch()

    listed = [killed(jobs, "Killed", tmp_path), jobs.Waiting("other", go), jobs.Quick("later")]
    states = shared.run(listed, receive, StopRequest())
    assert states == {"victim": "failed", "other": "done", "later": "done"}
    assert kinds(events, "victim") == ["started", "progress", "warning", "failed"]
    record = TrialFolder(tmp_path / "trials" / "victim").read_trial().document()
    assert (record["state"], record["trial"]) == ("failed", "victim")
    assert "by signal 9, often for lack of memory" in record["cause"]


def test_a_job_whose_worker_was_killed_can_be_run_again(jobs, shared, tmp_path):
    job = killed(jobs, "KilledOnce", tmp_path)
    assert shared.run([job], lambda event: None, StopRequest()) == {"victim": "failed"}
    assert shared.run([job], lambda event: None, StopRequest()) == {"victim": "done"}


def test_a_worker_that_died_idle_is_replaced(jobs, shared):
    events: list[Event] = []
    shared.run([jobs.Quick("a")], events.append, StopRequest())
    (pid,) = [event.fields["pid"] for event in events if event.kind == "progress"]
    (process,) = [child for child in multiprocessing.active_children() if child.pid == pid]
    process.kill()
    process.join()
    assert shared.run([jobs.Quick("b")], events.append, StopRequest()) == {"b": "done"}


def test_a_stop_lets_running_jobs_end_and_begins_no_other(jobs, single, tmp_path):
    events: list[Event] = []
    stop = StopRequest()

    def receive(event: Event) -> None:
        events.append(event)
        if event.kind == "started":
            stop.signals.append(signal.SIGINT)

    states = single.run([jobs.Patient("a", tmp_path), jobs.Quick("b")], receive, stop)
    assert states == {"a": "interrupted", "b": "interrupted"}
    assert kinds(events, "a") == ["started", "interrupted"]
    assert kinds(events, "b") == []
    assert single.run([jobs.Quick("c")], receive, stop) == {"c": "interrupted"}


def test_workers_are_deaf_to_signals_to_the_whole_group(jobs, single, tmp_path):
    stop = StopRequest()
    signalled: list[int] = []

    def receive(event: Event) -> None:
        if event.kind == "progress":
            for number in (signal.SIGINT, signal.SIGTERM):
                os.kill(event.fields["pid"], number)
            signalled.append(event.fields["pid"])
            (tmp_path / "go").touch()

    states = single.run([jobs.Waiting("a", tmp_path / "go")], receive, stop)
    assert states == {"a": "done"}
    assert len(signalled) == 1


def test_a_worker_killed_while_the_sweep_ends_counts_as_interrupted(jobs, single, tmp_path):
    stop = StopRequest()

    def receive(event: Event) -> None:
        if event.kind == "started":
            stop.signals.append(signal.SIGINT)

    states = single.run([killed(jobs, "Killed", tmp_path)], receive, stop)
    assert states == {"victim": "interrupted"}
    assert not (tmp_path / "trials").exists()


def test_an_error_in_the_supervisor_leaves_no_worker_behind(jobs, tmp_path):
    executor, before = LocalExecutor(1, "cpu", 1), multiprocessing.active_children()

    def receive(event: Event) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        executor.run([jobs.Patient("a", tmp_path)], receive, StopRequest())
    begin = time.monotonic()
    executor.close()
    assert time.monotonic() - begin < 5
    assert set(multiprocessing.active_children()) <= set(before)


def test_workers_of_a_gpu_are_spawned():
    methods = [LocalExecutor(1, device)._start_method for device in ("cpu", "cuda", "mps")]
    assert methods == ["preloaded", "spawn", "spawn"]


def test_gpus_are_handed_out_in_turn(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert [_slot_device("cuda", slot) for slot in range(3)] == ["cuda:0", "cuda:1", "cuda:0"]
    assert _slot_device("cuda:1", 0) == "cuda:1"
    assert _slot_device("cpu", 1) == "cpu"
