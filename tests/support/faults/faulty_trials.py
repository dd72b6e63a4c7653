"""Trials that meet a fault in mid-training, in real worker processes.

Everything else about them is real: they train, write checkpoints, score and publish as any trial.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from dataclasses import dataclass, fields, replace
from typing import Any

from srgan_core.files import write_atomically
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.trial import TrainJob
from sweep.store.records.result import ResultRecord
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder

STEP = 14
"""Of 20, with checkpoints at 5, 10 and 15."""


def refuse_write(number: int) -> None:
    raise OSError(number, os.strerror(number), "results/checkpoints")


def run_out_of_memory() -> None:
    raise MemoryError("the batch does not fit")


def do_what_nobody_foresaw() -> None:
    raise RuntimeError("no such luck")


ACTS = {
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "crashed": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "hangs": lambda: time.sleep(600),
    "out of memory": run_out_of_memory,
    "disk full": lambda: refuse_write(errno.ENOSPC),
    "read-only": lambda: refuse_write(errno.EROFS),
    "unforeseen": do_what_nobody_foresaw,
}


@dataclass(frozen=True)
class FaultyTrial(TrainJob):
    """A trial that meets its fault once it has logged a step.

    Attributes:
        fault: What happens: one of `ACTS`, "another result" or "waits", until it is stopped.
        step: When; 0 for before anything else.
        times: How often; then the trial goes on undisturbed.
    """

    fault: str = ""
    step: int = STEP
    times: int = 1000

    def run(self, context: Context) -> State:
        def emit(event: Event) -> None:
            context.emit(event)
            if event.kind == "progress" and event.fields["iteration"] == self.step:
                self._meet_fault(context)

        if self.step == 0:
            self._meet_fault(context)
        return super().run(replace(context, emit=emit))

    def _meet_fault(self, context: Context) -> None:
        met = self.root / f".{self.fault} met"
        count = int(met.read_text()) if met.exists() else 0
        if count >= self.times:
            return
        write_atomically(met, b"%d" % (count + 1))
        if self.fault == "another result":
            other = ResultRecord(steps=20, generator_sha256="0" * 64, scores={})
            TrialFolder(self.folder).write_result(other)
        elif self.fault == "waits":
            while not context.should_stop():
                time.sleep(0.01)
        else:
            ACTS[self.fault]()


def faulty(job: TrainJob, **fault: Any) -> FaultyTrial:
    """The same trial with a fault before it."""
    return FaultyTrial(**{item.name: getattr(job, item.name) for item in fields(job)}, **fault)
