"""Notes what every process of a sweep is at; Python imports it by its name, before all else.

With this folder on PYTHONPATH, each process, also one that is forked, writes a file into the folder
$SWEEP_TIMES: a line for each moment from which it is at something else, in seconds of the clock
that all processes share. What runs inside another phase interrupts that.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

IDLE, IMPORTS = "waiting", "imports"

PHASES = {
    "sweep.api.running:prepare": "checks and records",
    "sweep.api.running:carry_out": "checks and records",
    "sweep.execution.dispatch:dispatch": IDLE,
    "sweep.execution.jobs.running:run_job": "checks and records",
    "srgan_core.training.hardware:bfloat16_speedup": "choice of precision",
    "srgan_core.weights.resolver:fetch_weights": "weights",
    "srgan_core.inference:load_generator": "weights",
    "srgan_core.discriminators:load_discriminator": "weights",
    "srgan_core.vgg:load_features": "weights",
    "sweep.scoring.evaluate:Scorer.__init__": "weights",
    "srgan_core.data.store:open_packed": "packing",
    "sweep.scoring.sets.references:prepare_reference": "test images",
    "srgan_core.training.trainer:Trainer.__init__": "networks",
    "srgan_core.training.learner:Learner.train": "steps",
    "srgan_core.training.log:TrainingLog.write": "log",
    "srgan_core.training.checkpoint:save_checkpoint": "checkpoints",
    "sweep.execution.jobs.scoring:restore_images": "restoring",
    "sweep.scoring.evaluate:Scorer.score": "scoring",
    "sweep.scoring.evaluate:Scorer.score_distribution": "scoring",
    "sweep.scoring.health.measures:image_measures": "scoring",
    "sweep.publishing:publish": "tables",
    "sweep.tables.tables:read_tables": "tables",
    "sweep.visualization.printing.terminal:print_table": "tables",
    "sweep.visualization.plots.tradeoff:draw_tradeoff": "charts",
    "sweep.visualization.figures.folder:draw_comparisons": "charts",
}
"""What a process is at while a function runs, by module and name."""

WARM_UP = "warm-up"
"""Steps that train the discriminator alone."""


class Recorder:
    """Writes down when this process turns to what; its main thread alone counts."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._thread = folder, threading.main_thread().ident
        self._begin([IDLE])
        os.register_at_fork(after_in_child=lambda: self._begin([IDLE]))

    def _begin(self, open_phases: list[str]) -> None:
        self._open = open_phases
        path = self._folder / f"{os.getpid()}-{time.monotonic_ns()}.txt"
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        self._note()

    def _note(self) -> None:
        os.write(self._file, f"{time.monotonic():.6f} {self._open[-1]}\n".encode())

    @contextmanager
    def at(self, phase: str) -> Iterator[None]:
        """Notes that the process is at something while the context lasts."""
        if threading.get_ident() != self._thread:
            yield
            return
        begun_in = os.getpid()
        self._open.append(phase)
        self._note()
        try:
            yield
        finally:
            # What a forked child leaves was begun by its parent.
            if os.getpid() == begun_in:
                self._open.pop()
                self._note()

    @property
    def imports(self) -> bool:
        """Whether it is importing something already."""
        return self._open[-1] == IMPORTS

    def wrapped(self, work: Callable[..., Any], phase: str) -> Callable[..., Any]:
        """The same function, noted while it runs."""

        @functools.wraps(work)
        def run(*arguments: Any, **named: Any) -> Any:
            is_warm_up = phase == "steps" and arguments[1] < arguments[0].warmup
            with self.at(WARM_UP if is_warm_up else phase):
                return work(*arguments, **named)

        return run


class TimedLoader(Loader):
    """Executes a module by its own loader, as imports, and wraps what is to be noted in it."""

    def __init__(self, loader: Loader, recorder: Recorder) -> None:
        self._loader, self._recorder = loader, recorder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As its own loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """As its own loader does, timed."""
        if self._recorder.imports:
            self._loader.exec_module(module)
        else:
            with self._recorder.at(IMPORTS):
                self._loader.exec_module(module)
        for name, phase in PHASES.items():
            home, _, path = name.partition(":")
            if home == module.__name__:
                *above, last = path.split(".")
                owner: Any = functools.reduce(getattr, above, module)
                setattr(owner, last, self._recorder.wrapped(getattr(owner, last), phase))


class TimedFinder(MetaPathFinder):
    """Finds modules as Python does, and has their imports timed."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def find_spec(
        self, name: str, path: Any = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module that is to be executed by a timed loader."""
        spec = self._found(name, path, target)
        if spec is not None and isinstance(spec.loader, Loader):
            spec.loader = TimedLoader(spec.loader, self._recorder)
        return spec

    def _found(self, name: str, path: Any, target: ModuleType | None) -> ModuleSpec | None:
        # Editable installs bring finders of their own.
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            if (spec := finder.find_spec(name, path, target)) is not None:
                return spec
        return PathFinder.find_spec(name, path, target)


if folder := os.environ.get("SWEEP_TIMES"):
    sys.meta_path.insert(0, TimedFinder(Recorder(Path(folder))))
    importlib.invalidate_caches()
