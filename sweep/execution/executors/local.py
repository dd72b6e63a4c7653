"""Worker processes on this machine, which outlive a job so that PyTorch is imported once.

A worker shares nothing with the others, only a pipe with the supervisor: one that is killed
takes nothing down but the job it was at. Jobs and the wish to stop go one way, events and the
state that a job ended in the other.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any

from sweep.execution.child_processes import obey_supervisor, signals_held_back
from sweep.execution.executors.base import (
    ALIVE,
    GRACE_SECONDS,
    WATCHDOG_SECONDS,
    Pulse,
    StopRequest,
)
from sweep.execution.failures import OUT_OF_MEMORY, describe_exit, oom_kills
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.failing import Job, note_state, record_failure
from sweep.execution.jobs.running import run_job
from sweep.store.folder import TrialFolder
from sweep.store.states import State

POLL_SECONDS = 0.1

END_SECONDS = 5.0
"""How long an idle worker may take to end before it is killed."""

START_SECONDS = 120.0
"""What a worker may take beyond the watchdog's limit until it is heard of first."""

OnEvent = Callable[[Event], None]


@dataclass
class _Worker:
    """A process with the supervisor's end of its pipe.

    Attributes:
        process: The process.
        pipe: Jobs and the wish to stop go in, events and final states come out.
        job: What it is at; None while it waits.
        told_to_stop: When it was, in seconds of the monotonic clock.
        heard_of: When it last showed a sign of life, by the same clock; before the first one,
            when it may be taken for silent at the earliest.
        oom_kills: Processes that the kernel had killed for want of memory when the job began.
    """

    process: BaseProcess
    pipe: Any
    job: Job | None = None
    told_to_stop: float | None = None
    heard_of: float = 0.0
    oom_kills: int = 0


class LocalExecutor:
    """A pool of spawned processes.

    Args:
        slots: Jobs at once.
        device: `cpu`, `cuda` or `cuda:N`; `cuda` spreads the slots over all GPUs.
        threads: CPU threads of each process.
        watchdog: Seconds without a sign of life after which a worker is killed; None for never.
        start_method: How multiprocessing starts workers. PyTorch needs `spawn`.
    """

    def __init__(
        self,
        slots: int,
        device: str,
        threads: int = 1,
        watchdog: float | None = WATCHDOG_SECONDS,
        start_method: str = "spawn",
    ) -> None:
        self._slots, self._device, self._threads = slots, device, threads
        self._watchdog = watchdog
        self._processes: BaseContext = multiprocessing.get_context(start_method)
        self._workers: dict[int, _Worker] = {}

    def run(self, jobs: Sequence[Job], on_event: OnEvent, stop: StopRequest) -> dict[str, str]:
        """Runs jobs to their ends; see `Executor.run`."""
        states: dict[str, str] = {}
        waiting = deque(jobs)
        while True:
            if stop:
                states |= {job.label: "interrupted" for job in waiting}
                waiting.clear()
                self._tell_to_stop()
            self._assign(waiting)
            if not any(worker.job for worker in self._workers.values()):
                return states
            self._receive(states, on_event, stop)
            self._kill_the_silent(states, on_event, stop)

    def close(self) -> None:
        """Ends the workers. Those still at work, as after an error here, are killed."""
        for worker in self._workers.values():
            if worker.job is not None:
                worker.process.kill()
            worker.pipe.close()
        for worker in self._workers.values():
            worker.process.join(END_SECONDS)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self._workers.clear()

    def _assign(self, waiting: deque[Job]) -> None:
        """Hands jobs to idle workers, which are started as they are needed."""
        for slot in range(self._slots):
            worker = self._workers.get(slot)
            if not waiting or (worker is not None and worker.job is not None):
                continue
            if worker is None or not worker.process.is_alive():
                worker = self._workers[slot] = self._start(slot)
            worker.job, worker.heard_of = waiting.popleft(), time.monotonic() + START_SECONDS
            worker.oom_kills = oom_kills()
            # Should it die before it takes the job, its pipe says so when it is read.
            with _broken_pipe_ignored():
                worker.pipe.send(worker.job)

    def _tell_to_stop(self) -> None:
        for worker in self._workers.values():
            if worker.job is not None and worker.told_to_stop is None:
                worker.told_to_stop = time.monotonic()
                with _broken_pipe_ignored():
                    worker.pipe.send(None)

    def _receive(self, states: dict[str, str], on_event: OnEvent, stop: StopRequest) -> None:
        """Waits a moment for news and passes it on."""
        busy = {w.pipe: slot for slot, w in self._workers.items() if w.job is not None}
        for pipe in connection.wait(list(busy), POLL_SECONDS):
            worker = self._workers[busy[pipe]]
            assert worker.job is not None
            try:
                message = worker.pipe.recv()
            except (EOFError, OSError):
                del self._workers[busy[pipe]]
                states[worker.job.label] = _bury(worker, worker.job, on_event, stop)
                continue
            worker.heard_of = time.monotonic()
            if not isinstance(message, Event):
                states[worker.job.label] = message
                worker.job = None
                # One that was told to stop ends by itself and takes no further job.
                if message == OUT_OF_MEMORY or worker.told_to_stop is not None:
                    self._retire(busy[pipe])
            elif message.kind != ALIVE:
                on_event(message)

    def _kill_the_silent(
        self, states: dict[str, str], on_event: OnEvent, stop: StopRequest
    ) -> None:
        """Ends workers that hang, and those that take too long to stop."""
        now = time.monotonic()
        for slot, worker in list(self._workers.items()):
            if worker.job is None:
                continue
            silent = self._watchdog is not None and now - worker.heard_of > self._watchdog
            late = worker.told_to_stop is not None and now - worker.told_to_stop > GRACE_SECONDS
            if late or silent:
                del self._workers[slot]
                limit = GRACE_SECONDS if late else self._watchdog
                cause = f"its worker showed no sign of life for {limit:g} s; run again"
                states[worker.job.label] = _bury(worker, worker.job, on_event, stop, cause)

    def _retire(self, slot: int) -> None:
        """Ends an idle worker, and with it all the memory that it holds."""
        worker = self._workers.pop(slot)
        worker.pipe.close()
        worker.process.join(END_SECONDS)
        worker.process.kill()
        worker.process.join()

    def _start(self, slot: int) -> _Worker:
        ours, theirs = self._processes.Pipe()
        device = _slot_device(self._device, slot)
        process = self._processes.Process(  # type: ignore[attr-defined]
            target=_work, args=(theirs, device, self._threads)
        )
        with signals_held_back(spawns=self._processes.get_start_method() == "spawn"):
            process.start()
        # Only the worker may hold its end, so that its death closes the pipe.
        theirs.close()
        return _Worker(process, ours)


def _bury(
    worker: _Worker, job: Job, on_event: OnEvent, stop: StopRequest, cause: str | None = None
) -> str:
    """Settles the job of a worker that is no more; returns the state that it ended in."""
    worker.pipe.close()
    # How it ended by itself is known only before it is killed.
    worker.process.join(0 if cause else END_SECONDS)
    worker.process.kill()
    worker.process.join()
    if stop:
        state: str = State.INTERRUPTED
        if hasattr(job, "folder") and TrialFolder(job.folder).is_registered:
            note_state(job, State.INTERRUPTED, "its worker was ended before its next checkpoint")
    else:
        state = _fail(worker, job, on_event, cause)
    if state != OUT_OF_MEMORY:
        on_event(Event(job.label, state))
    return state


def _fail(worker: _Worker, job: Job, on_event: OnEvent, cause: str | None) -> str:
    code = worker.process.exitcode or 0
    if cause is None and code == -signal.SIGKILL and oom_kills() > worker.oom_kills:
        cause = "the system killed its worker process for lack of memory"
        return record_failure(job, cause, on_event, state=OUT_OF_MEMORY)
    ended = f"its worker process ended {describe_exit(code)}; run again, with fewer --jobs"
    return record_failure(job, cause or ended, on_event)


@contextmanager
def _broken_pipe_ignored() -> Iterator[None]:
    try:
        yield
    except OSError:
        return


def _slot_device(device: str, slot: int) -> str:
    if device != "cuda":
        return device
    import torch

    return f"cuda:{slot % max(1, torch.cuda.device_count())}"


def _work(pipe: Any, device: str, threads: int) -> None:
    """What a worker does; signals go to the supervisor, which stops the workers in order."""
    obey_supervisor()
    # Nothing but the wish to stop is sent to a worker at work.
    should_stop = Pulse(pipe.poll, pipe.send)
    context = Context(emit=pipe.send, should_stop=should_stop, device=device, threads=threads)
    while (job := _next_job(pipe)) is not None:
        pipe.send(run_job(job, context))


def _next_job(pipe: Any) -> Job | None:
    try:
        job: Job | None = pipe.recv()
    except EOFError:
        return None
    return job
