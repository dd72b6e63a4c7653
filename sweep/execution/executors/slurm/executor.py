"""Trials as jobs of SLURM: one job of the cluster for each, handed over by submitit.

The driver and the jobs share a folder. A job whose time is over, or whose machine is wanted by
others, writes a checkpoint and is queued again; jobs outlive a driver that was killed.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections import deque
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sweep.execution.child_processes import signals_held_back
from sweep.execution.executors.base import (
    GRACE_SECONDS,
    WATCHDOG_SECONDS,
    OnEvent,
    StopRequest,
)
from sweep.execution.executors.slurm.cluster import (
    WAITING,
    cancel,
    drop_pickles,
    jobs_folder,
    open_cluster,
    require_slurm,
    require_submitit,
    submit,
)
from sweep.execution.executors.slurm.settings import SlurmSettings
from sweep.execution.executors.slurm.task import Task, settle
from sweep.execution.executors.slurm.worker import STOP_FILE, DirectChannel, FileChannel, SlurmTask
from sweep.execution.jobs.failing import Job
from sweep.store.states import State

POLL_SECONDS = {"slurm": 1.0, "local": 0.1, "debug": 0.0}
"""How often the driver looks, by cluster: through a network it is a load on others."""


class SlurmExecutor:
    """Jobs of SLURM, or of submitit's executors for a machine without it.

    Args:
        slots: Jobs that are handed over at once, running or in the queue.
        device: `cpu`, `cuda`, `cuda:N` or `mps`.
        threads: CPU threads of each job, and the cores that it asks for.
        watchdog: Seconds without a heartbeat after which a running job is ended; None for never.
        settings: What each job is asked for.

    Raises:
        MissingDependencyError: when submitit is not installed.
        UnavailableError: when SLURM is not on this machine.
    """

    def __init__(
        self,
        slots: int,
        device: str,
        threads: int = 1,
        watchdog: float | None = WATCHDOG_SECONDS,
        settings: SlurmSettings | None = None,
    ) -> None:
        self._slots, self._device, self._threads = slots, device, threads
        self._watchdog, self._settings = watchdog, settings or SlurmSettings()
        require_submitit()
        if self._settings.is_remote:
            require_slurm()
        self._tasks: list[Task] = []
        self._handed_over = 0

    def run(self, jobs: Sequence[Job], on_event: OnEvent, stop: StopRequest) -> dict[str, str]:
        """Runs jobs to their ends; see `Executor.run`.

        Raises:
            ConfigError, UnavailableError: when the cluster takes no job.
        """
        if not jobs:
            return {}
        root = jobs[0].root
        cluster = open_cluster(self._settings, root, self._device, self._threads)
        exchange = _open_exchange(jobs_folder(root))
        try:
            return self._run(jobs, cluster, exchange, on_event, stop)
        finally:
            self.close()
            # Jobs that are at work still take that for the wish to stop.
            shutil.rmtree(exchange, ignore_errors=True)

    def close(self) -> None:
        """Ends jobs that are left, as after an error here."""
        for task in self._tasks:
            cancel(task.handle, self._settings)
        self._tasks.clear()

    def _run(
        self,
        jobs: Sequence[Job],
        cluster: Any,
        exchange: Path,
        on_event: OnEvent,
        stop: StopRequest,
    ) -> dict[str, str]:
        states: dict[str, str] = {}
        waiting = deque(jobs)
        stopped_at: float | None = None
        while waiting or self._tasks:
            if stop:
                states |= {job.label: State.INTERRUPTED for job in waiting}
                waiting.clear()
                if stopped_at is None:
                    stopped_at = time.monotonic()
                    (exchange / STOP_FILE).write_text("stop")
            while waiting and len(self._tasks) < self._slots and not stop:
                self._hand_over(waiting.popleft(), cluster, exchange, on_event, stop)
            for task in self._tasks:
                task.deliver(on_event)
            self._end_the_silent(stopped_at)
            states |= self._collect(on_event, stop)
            time.sleep(POLL_SECONDS[self._settings.cluster])
        return states

    def _hand_over(
        self, job: Job, cluster: Any, exchange: Path, on_event: OnEvent, stop: StopRequest
    ) -> None:
        task, here = Task(job), self._settings.cluster == "debug"
        if here:
            task.channel = DirectChannel(partial(task.receive, on_event), stop)
        else:
            task.channel = FileChannel(exchange, self._handed_over)
        work = SlurmTask(job, task.channel, self._device, self._threads, owns_process=not here)
        # A Ctrl-C is the driver's to tell its jobs, and sbatch must not be cut short by it.
        with signals_held_back():
            task.handle = submit(cluster, work, is_first=self._handed_over == 0)
        self._handed_over += 1
        self._tasks.append(task)

    def _end_the_silent(self, stopped_at: float | None) -> None:
        now = time.monotonic()
        for task in self._tasks:
            last, limit = task.last_heartbeat, self._watchdog
            if task.state is not None or task.cause is not None:
                continue
            if stopped_at is not None and (last is None or now - stopped_at > GRACE_SECONDS):
                task.cause = "its worker was ended before its next checkpoint"
            elif last is not None and limit is not None and now - last > limit:
                if task.handle.state in WAITING:
                    task.last_heartbeat = None
                    continue
                task.cause = f"its worker showed no sign of life for {limit:g} s"
            if task.cause:
                cancel(task.handle, self._settings)

    def _collect(self, on_event: OnEvent, stop: StopRequest) -> dict[str, str]:
        """Settles jobs that are over, in whichever way."""
        states: dict[str, str] = {}
        for task in list(self._tasks):
            if not self._is_over(task, stop):
                continue
            task.deliver(on_event)
            if task.state is None and task.may_be_late():
                continue
            self._tasks.remove(task)
            drop_pickles(task.handle)
            states[task.job.label] = task.state or settle(task, self._settings.time, on_event, stop)
        return states

    def _is_over(self, task: Task, stop: StopRequest) -> bool:
        """Whether nothing more is to come; SLURM takes its time to say so of what is cancelled."""
        given_up = bool(stop) and task.cause is not None and self._settings.cluster != "local"
        return given_up or bool(task.handle.done())


def _open_exchange(folder: Path) -> Path:
    """Makes a folder for reports and the wish to stop.

    Jobs of a driver that was killed take it for the wish to stop when theirs goes: they write
    their checkpoints, and this driver's go on from there.
    """
    for old in folder.glob("exchange-*"):
        shutil.rmtree(old, ignore_errors=True)
    exchange = folder / f"exchange-{uuid.uuid4().hex}"
    exchange.mkdir()
    (exchange / STOP_FILE).touch()
    return exchange
