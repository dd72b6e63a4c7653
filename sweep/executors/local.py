"""Worker processes on this machine, which outlive a job so that PyTorch is imported once.

A worker shares nothing with the others, only a pipe with the supervisor: one that is killed
takes nothing down but the job it was at. Jobs and the wish to stop go one way, events and the
state that a job ended in the other.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection, resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

from sweep.executors.base import StopRequest
from sweep.jobs import Context, Event, Job, record_failure, run_job

POLL_SECONDS = 0.1

END_SECONDS = 5.0
"""How long an idle worker may take to end before it is killed."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)

OnEvent = Callable[[Event], None]


@dataclass
class _Worker:
    """A process with the supervisor's end of its pipe."""

    process: SpawnProcess
    pipe: Any
    job: Job | None = None
    told_to_stop: bool = False


class LocalExecutor:
    """A pool of spawned processes.

    Args:
        slots: Jobs at once.
        device: `cpu`, `cuda` or `cuda:N`; `cuda` spreads the slots over all GPUs.
        threads: CPU threads of each process.
    """

    def __init__(self, slots: int, device: str, threads: int = 1) -> None:
        self._slots, self._device, self._threads = slots, device, threads
        self._processes: SpawnContext = multiprocessing.get_context("spawn")
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
            worker.job = waiting.popleft()
            # Should it die before it takes the job, its pipe says so when it is read.
            with _broken_pipe_ignored():
                worker.pipe.send(worker.job)

    def _tell_to_stop(self) -> None:
        for worker in self._workers.values():
            if worker.job is not None and not worker.told_to_stop:
                worker.told_to_stop = True
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
            if isinstance(message, Event):
                on_event(message)
            else:
                states[worker.job.label] = message
                worker.job = None

    def _start(self, slot: int) -> _Worker:
        ours, theirs = self._processes.Pipe()
        device = _slot_device(self._device, slot)
        process = self._processes.Process(target=_work, args=(theirs, device, self._threads))
        with _signals_held_back():
            process.start()
        # Only the worker may hold its end, so that its death closes the pipe.
        theirs.close()
        return _Worker(process, ours)


def _bury(worker: _Worker, job: Job, on_event: OnEvent, stop: StopRequest) -> str:
    """Settles the job of a worker that is no more; returns the state that it ended in."""
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()
    if stop:
        state = "interrupted"
    else:
        code = worker.process.exitcode or 0
        how = f"by signal {-code}, often for lack of memory" if code < 0 else f"with status {code}"
        cause = f"its worker process ended {how}; run again, with fewer --jobs"
        state = record_failure(job, cause, on_event)
    on_event(Event(job.label, state))
    return state


@contextmanager
def _broken_pipe_ignored() -> Iterator[None]:
    try:
        yield
    except OSError:
        return


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Keeps signals to the whole group from a worker that is not ready to ignore them."""
    # Started later by multiprocessing, it would let the signals through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _slot_device(device: str, slot: int) -> str:
    if device != "cuda":
        return device
    import torch

    return f"cuda:{slot % max(1, torch.cuda.device_count())}"


def _work(pipe: Any, device: str, threads: int) -> None:
    """What a worker does; signals go to the supervisor, which stops the workers in order."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    threading.Thread(target=_end_with_supervisor, daemon=True).start()
    # Nothing but the wish to stop is sent to a worker at work.
    context = Context(emit=pipe.send, should_stop=pipe.poll, device=device, threads=threads)
    while (job := _next_job(pipe)) is not None:
        pipe.send(run_job(job, context))


def _next_job(pipe: Any) -> Job | None:
    try:
        job: Job | None = pipe.recv()
    except EOFError:
        return None
    return job


def _end_with_supervisor() -> None:
    """Ends at once when the supervisor is killed: a later run may be at the same files soon."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        os._exit(1)
