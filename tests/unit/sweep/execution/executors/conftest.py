"""Jobs that behave in every way, good and bad, for real worker processes."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from types import ModuleType

import pytest

JOBS = '''
import errno, os, signal, sys, time
from dataclasses import dataclass, field
from pathlib import Path
from srgan_core.errors import DataError
from sweep.errors import StoreError
from sweep.execution.jobs.context import Event
from sweep.execution.jobs.trial import TrainJob
from sweep.store.trial_folder import TrialFolder

class OutOfMemoryError(RuntimeError):
    """Named as PyTorch's own."""

def fail(action):
    if action == "DataError": raise DataError("photo.png: damaged; replace it")
    if action == "StoreError": raise StoreError("trial.json: is damaged; delete it")
    if action == "ValueError": raise ValueError("unforeseen")
    if action == "KeyError": raise KeyError("missing")
    if action == "RecursionError": raise RecursionError("too deep")
    if action == "FileNotFoundError": raise FileNotFoundError(errno.ENOENT, "no such file", "x")
    if action == "MemoryError": raise MemoryError("host")
    if action == "OutOfMemoryError": raise OutOfMemoryError("CUDA out of memory. Tried to allocate")
    if action == "allocator": raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you")
    if action == "cublas": raise RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED")
    if action in ("ENOSPC", "EDQUOT", "EROFS", "EACCES"):
        number = getattr(errno, action)
        raise OSError(number, os.strerror(number), "results/x/checkpoints")
    if action.startswith("SIG"): os.kill(os.getpid(), getattr(signal, action))
    if action == "exit": os._exit(3)
    if action == "hang": time.sleep(600)
    if action in ("done", "diverged"): return action
    raise AssertionError(action)

@dataclass(frozen=True)
class Acting(TrainJob):
    """Does what its actions say, one at each time that it is run; the last one for ever."""
    actions: tuple = ("done",)
    def run(self, context):
        files = TrialFolder(self.folder)
        times = (files.read_trial().model_extra or {}).get("times", 0)
        attempts = [{"host": "here"}]
        files.update_trial(**self.identity, state="running", times=times + 1, attempts=attempts)
        context.emit(Event(self.label, "progress", {"pid": os.getpid()}))
        state = fail(self.actions[min(times, len(self.actions) - 1)])
        files.update_trial(state=state)
        return state

@dataclass(frozen=True)
class Patient(TrainJob):
    """Works until it is told to stop."""
    def run(self, context):
        context.emit(Event(self.label, "progress", {"pid": os.getpid()}))
        while not context.should_stop():
            time.sleep(0.01)
        TrialFolder(self.folder).update_trial(state="interrupted")
        return "interrupted"

@dataclass(frozen=True)
class Taken(TrainJob):
    """Works until its machine is taken away, and ends when it is run again."""
    def run(self, context):
        files = TrialFolder(self.folder)
        times = (files.read_trial().model_extra or {}).get("times", 0)
        files.update_trial(**self.identity, state="running", times=times + 1)
        context.emit(Event(self.label, "progress", {"pid": os.getpid()}))
        while times == 0 and not context.should_stop():
            time.sleep(0.01)
        state = "done" if times else "interrupted"
        files.update_trial(state=state)
        return state

@dataclass(frozen=True)
class Alive(TrainJob):
    """Takes longer than the watchdog waits, with a sign of life at every step."""
    def run(self, context):
        begin = time.monotonic()
        while time.monotonic() - begin < 5:
            context.should_stop()
            time.sleep(0.02)
        return "done"

@dataclass(frozen=True)
class Deaf(TrainJob):
    """Does not stop when it is told."""
    def run(self, context):
        context.emit(Event(self.label, "progress", {"pid": os.getpid()}))
        TrialFolder(self.folder).update_trial(state="running")
        time.sleep(600)

@dataclass(frozen=True)
class SlowToArrive(TrainJob):
    """Keeps the first process that unpickles it busy for ever."""
    def __setstate__(self, state):
        self.__dict__.update(state)
        if not (self.root / "arriving").exists():
            (self.root / "arriving").touch()
            time.sleep(600)
    def run(self, context):
        return "done"

@dataclass(frozen=True)
class Environment(TrainJob):
    """Tells what it was lent."""
    def run(self, context):
        fields = {"threads": context.threads, "device": context.device}
        context.emit(Event(self.label, "progress", fields | {"omp": os.environ["OMP_NUM_THREADS"]}))
        return "done"

def make(kind, root, label="victim", **fields):
    return kind(
        root=root, folder=root / "trials" / label, label=label, identity={"trial": label},
        spec=None, init=None, test_sets=(), **fields,
    )
'''


@pytest.fixture(scope="session")
def acting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """A module that worker processes can import too, as they search where this one does."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "sweep_acting_jobs.py").write_text(JOBS)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        # Ray's workers are no children of this process but of Ray's own, with its environment.
        patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        yield importlib.import_module("sweep_acting_jobs")
