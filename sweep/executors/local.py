"""Worker processes on this machine, which outlive a job so that PyTorch is imported once."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import SpawnContext
from typing import Any

from sweep.errors import TrialError
from sweep.executors.base import StopRequest
from sweep.jobs import Context, Event, Job, TrainJob, run_job
from sweep.store import TrialFolder

POLL_SECONDS = 0.1

_worker_context: Context | None = None


class LocalExecutor:
    """A pool of spawned processes.

    Args:
        slots: Jobs at once.
        device: `cpu`, `cuda` or `cuda:N`; `cuda` spreads the slots over all GPUs.
    """

    def __init__(self, slots: int, device: str) -> None:
        self._slots, self._device = slots, device
        self._processes: SpawnContext = multiprocessing.get_context("spawn")
        self._events: Any = self._processes.Queue()
        self._stop: Any = self._processes.Event()
        self._pool: ProcessPoolExecutor | None = None

    def run(
        self, jobs: Sequence[Job], on_event: Callable[[Event], None], stop: StopRequest
    ) -> dict[str, str]:
        """Runs jobs to their ends; see `Executor.run`."""
        states: dict[str, str] = {}
        waiting = list(jobs)
        while waiting:
            settled = len(states)
            broken = self._run_pool(waiting, states, on_event, stop)
            if broken:
                self.close()
            if len(states) == settled:
                raise TrialError("no worker process could be started; see the messages above")
            waiting = [job for job in waiting if job.label not in states]
        return states

    def close(self) -> None:
        """Ends the workers; waits for them."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def terminate(self) -> None:
        """Kills the workers."""
        for process in multiprocessing.active_children():
            process.kill()

    def _run_pool(
        self,
        jobs: Sequence[Job],
        states: dict[str, str],
        on_event: Callable[[Event], None],
        stop: StopRequest,
    ) -> bool:
        """Runs jobs in one pool; True when a worker died and the pool with it."""
        if self._pool is None:
            self._pool = self._new_pool()
        futures = {self._pool.submit(_run, job): job for job in jobs}
        started: set[str] = set()
        broken = False
        while futures:
            self._drain(on_event, started)
            if stop and not self._stop.is_set():
                self._stop.set()
                for future in futures:
                    future.cancel()
            for future in [future for future in futures if future.done()]:
                job = futures.pop(future)
                broken |= self._settle(job, future, states, started, on_event)
        self._drain(on_event, started)
        return broken

    def _settle(
        self,
        job: Job,
        future: Future[str],
        states: dict[str, str],
        started: set[str],
        on_event: Callable[[Event], None],
    ) -> bool:
        if future.cancelled():
            states[job.label] = "interrupted"
            return False
        try:
            states[job.label] = future.result()
        except BrokenProcessPool:
            if job.label in started:
                states[job.label] = "failed"
                cause = "its worker process died (killed, or out of memory); try fewer --jobs"
                if isinstance(job, TrainJob):
                    TrialFolder(job.folder).update_trial(**job.identity, state="failed", cause=cause)
                on_event(Event(job.label, "warning", {"message": cause}))
                on_event(Event(job.label, "failed"))
            return True
        return False

    def _drain(self, on_event: Callable[[Event], None], started: set[str]) -> None:
        try:
            event = self._events.get(timeout=POLL_SECONDS)
            while True:
                if event.kind == "started":
                    started.add(event.job)
                on_event(event)
                event = self._events.get_nowait()
        except queue.Empty:
            return

    def _new_pool(self) -> ProcessPoolExecutor:
        arguments = (
            self._events,
            self._stop,
            self._processes.Value("i", 0),
            self._device,
            os.getpid(),
        )
        return ProcessPoolExecutor(
            self._slots,
            mp_context=self._processes,
            initializer=_start_worker,
            initargs=arguments,
        )


def _start_worker(events: Any, stop: Any, counter: Any, device: str, supervisor: int) -> None:
    """Prepares a worker: signals go to the supervisor, which stops the workers in order."""
    global _worker_context
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with counter.get_lock():
        slot, counter.value = counter.value, counter.value + 1
    _worker_context = Context(
        emit=events.put,
        should_stop=lambda: stop.is_set() or os.getppid() != supervisor,
        device=_slot_device(device, slot),
    )


def _slot_device(device: str, slot: int) -> str:
    if device != "cuda":
        return device
    import torch

    return f"cuda:{slot % max(1, torch.cuda.device_count())}"


def _run(job: Job) -> str:
    assert _worker_context is not None
    return run_job(job, _worker_context)
