"""Worker processes on this machine, which outlive a job.

A worker shares nothing with the others, only a pipe with the supervisor: one that is killed
takes nothing down but the job it was at. Jobs and the wish to stop go one way, events and the
state that a job ended in the other.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from typing import Any

from srgan_core.signals import SIGKILL
from sweep.execution.child_processes import PRELOADED, end_child, obey_supervisor, start_child
from sweep.execution.executors.base import (
    GRACE_SECONDS,
    HEARTBEAT,
    WATCHDOG_SECONDS,
    Heartbeat,
    OnEvent,
    StopRequest,
    interrupt,
)
from sweep.execution.failures import OUT_OF_MEMORY, describe_exit, oom_kills
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.failing import Job, record_failure
from sweep.execution.jobs.running import run_job
from sweep.store.states import State

POLL_SECONDS = 0.1

END_SECONDS = 5.0
"""How long an idle worker may take to end before it is killed."""

START_SECONDS = 120.0
"""What a worker may take beyond the watchdog's limit until its first heartbeat."""


@dataclass
class _Worker:
    """A process with the supervisor's end of its pipe.

    Attributes:
        process: The process.
        pipe: Jobs and the wish to stop go in, events and final states come out.
        job: What it is at; None while it waits.
        told_to_stop: When it was, in seconds of the monotonic clock.
        last_heartbeat: When it last reported anything, by the same clock; before the first
            report, when it may be taken for silent at the earliest.
        oom_kills: Processes that the kernel had killed for want of memory when the job began.
    """

    process: BaseProcess
    pipe: Any
    job: Job | None = None
    told_to_stop: float | None = None
    last_heartbeat: float = 0.0
    oom_kills: int = 0


class LocalExecutor:
    """A pool of processes.

    Args:
        slots: Jobs at once.
        device: `cpu`, `cuda`, `cuda:N` or `mps`; `cuda` spreads the slots over all GPUs.
        threads: CPU threads of each process.
        watchdog: Seconds without a heartbeat after which a worker is killed; None for never.
        start_method: How workers are started, as in `start_child`; PyTorch does not bear `fork`.
            None for `PRELOADED` where they train on the CPU, and `spawn` on a GPU, on which forks
            were not tried.
    """

    def __init__(
        self,
        slots: int,
        device: str,
        threads: int = 1,
        watchdog: float | None = WATCHDOG_SECONDS,
        start_method: str | None = None,
    ) -> None:
        self._slots, self._device, self._threads = slots, device, threads
        self._watchdog = watchdog
        self._start_method = start_method or (PRELOADED if device == "cpu" else "spawn")
        self._workers: dict[int, _Worker] = {}

    def run(self, jobs: Sequence[Job], on_event: OnEvent, stop: StopRequest) -> dict[str, str]:
        """Runs jobs to their ends; see `Executor.run`."""
        states: dict[str, str] = {}
        waiting = deque(jobs)
        while True:
            if stop:
                states |= {job.label: State.INTERRUPTED for job in waiting}
                waiting.clear()
                self._tell_to_stop()
            self._assign(waiting)
            if not any(worker.job for worker in self._workers.values()):
                return states
            states |= self._receive(on_event, stop)
            states |= self._kill_the_silent(on_event, stop)

    def close(self) -> None:
        """Ends the workers. Those still at work, as after an error here, are killed."""
        for worker in self._workers.values():
            if worker.job is not None:
                worker.process.kill()
            worker.pipe.close()
        for worker in self._workers.values():
            end_child(worker.process, END_SECONDS)
        self._workers.clear()

    def _assign(self, waiting: deque[Job]) -> None:
        """Hands jobs to idle workers, which are started as they are needed."""
        for slot in range(self._slots):
            worker = self._workers.get(slot)
            if not waiting or (worker is not None and worker.job is not None):
                continue
            if worker is None or not worker.process.is_alive():
                device = _slot_device(self._device, slot)
                worker = self._workers[slot] = _Worker(
                    *start_child(_work, device, self._threads, method=self._start_method)
                )
            worker.job, worker.oom_kills = waiting.popleft(), oom_kills()
            worker.last_heartbeat = time.monotonic() + START_SECONDS
            # Should it die before it takes the job, its pipe says so when it is read.
            with suppress(OSError):
                worker.pipe.send(worker.job)

    def _tell_to_stop(self) -> None:
        for worker in self._workers.values():
            if worker.job is not None and worker.told_to_stop is None:
                worker.told_to_stop = time.monotonic()
                with suppress(OSError):
                    worker.pipe.send(None)

    def _receive(self, on_event: OnEvent, stop: StopRequest) -> dict[str, str]:
        """Waits a moment for reports and passes them on; returns the states of ended jobs."""
        states: dict[str, str] = {}
        busy = {w.pipe: slot for slot, w in self._workers.items() if w.job is not None}
        for pipe in connection.wait(list(busy), POLL_SECONDS):
            slot = busy[pipe]
            worker = self._workers[slot]
            assert worker.job is not None
            try:
                message = worker.pipe.recv()
            except (EOFError, OSError):
                del self._workers[slot]
                states[worker.job.label] = _settle_dead(worker, worker.job, on_event, stop)
                continue
            worker.last_heartbeat = time.monotonic()
            if not isinstance(message, Event):
                states[worker.job.label] = message
                worker.job = None
                # One that was told to stop ends by itself and takes no further job. After want
                # of memory, the end gives back all that it holds.
                if message == OUT_OF_MEMORY or worker.told_to_stop is not None:
                    del self._workers[slot]
                    worker.pipe.close()
                    end_child(worker.process, END_SECONDS)
            elif message.kind != HEARTBEAT:
                on_event(message)
        return states

    def _kill_the_silent(self, on_event: OnEvent, stop: StopRequest) -> dict[str, str]:
        """Ends workers that hang, and those that take too long to stop."""
        states: dict[str, str] = {}
        now = time.monotonic()
        for slot, worker in list(self._workers.items()):
            if worker.job is None:
                continue
            silent = self._watchdog is not None and now - worker.last_heartbeat > self._watchdog
            late = worker.told_to_stop is not None and now - worker.told_to_stop > GRACE_SECONDS
            if late or silent:
                del self._workers[slot]
                limit = GRACE_SECONDS if late else self._watchdog
                cause = f"its worker showed no sign of life for {limit:g} s; run again"
                states[worker.job.label] = _settle_dead(worker, worker.job, on_event, stop, cause)
        return states


def _settle_dead(
    worker: _Worker, job: Job, on_event: OnEvent, stop: StopRequest, cause: str | None = None
) -> str:
    """Settles the job of a worker that is no more; returns the state that it ended in."""
    worker.pipe.close()
    # How it ended by itself is known only before it is killed.
    end_child(worker.process, 0 if cause else END_SECONDS)
    if stop:
        return interrupt(job, "its worker was ended before its next checkpoint", on_event)
    code = worker.process.exitcode or 0
    if cause is None and code == -SIGKILL and oom_kills() > worker.oom_kills:
        cause = "the system killed its worker process for lack of memory"
        return record_failure(job, cause, on_event, state=OUT_OF_MEMORY)
    ended = f"its worker process ended {describe_exit(code)}; run again, with fewer --jobs"
    state = record_failure(job, cause or ended, on_event)
    on_event(Event(job.label, state))
    return state


def _slot_device(device: str, slot: int) -> str:
    if device != "cuda":
        return device
    import torch

    return f"cuda:{slot % max(1, torch.cuda.device_count())}"


def _work(pipe: Any, device: str, threads: int) -> None:
    """What a worker does; signals go to the supervisor, which stops the workers in order."""
    obey_supervisor()
    # Nothing but the wish to stop is sent to a worker at work.
    context = Context(pipe.send, Heartbeat(pipe.poll, pipe.send), device, threads)
    with suppress(EOFError):
        while (job := pipe.recv()) is not None:
            pipe.send(run_job(job, context))
