"""Trials on a Ray cluster: one task a job, on whichever machine has the processors for it.

Ray Core alone: the grid is static and its state is in its files, so nothing of Ray Tune is needed.
Ray retries nothing by itself. A job whose machine is lost is handed out again and goes on from
its last checkpoint; one whose process dies by itself has failed, as everywhere.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sweep.errors import TrialError
from sweep.execution.executors.base import (
    GRACE_SECONDS,
    HEARTBEAT,
    WATCHDOG_SECONDS,
    OnEvent,
    StopRequest,
    interrupt,
)
from sweep.execution.executors.file_exchange import FileBundle, pack_inputs, unpack
from sweep.execution.executors.ray.cluster import connect, last_line
from sweep.execution.executors.ray.task import Task, current
from sweep.execution.executors.ray.worker import run_task, start_mailbox
from sweep.execution.failures import OUT_OF_MEMORY
from sweep.execution.jobs.context import Event
from sweep.execution.jobs.failing import Job, record_failure
from sweep.execution.jobs.trial import report_conflict
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder

POLL_SECONDS = 0.1

ANSWER_SECONDS = 20.0
"""How long the mailbox may take to answer, on a machine where all else waits for a processor."""

LOST_SECONDS = 30.0
"""How long the cluster may take to notice that a machine is gone: it counts to five missed
heartbeats, 3 s apart."""

LOST_CLUSTER = "the Ray cluster was lost"

MOST_LOSSES = 3
"""Times that a job is handed out again after its machine was lost."""


class RayExecutor:
    """Tasks on a Ray cluster.

    Args:
        slots: Jobs at once.
        device: `cpu`, `cuda`, `cuda:N` or `mps`. On `cuda`, jobs share the GPUs out evenly: a job
            takes the share of a GPU that lets `slots` of them run at once.
        threads: CPU threads of each job, and the processors that it reserves.
        watchdog: Seconds without a heartbeat after which a task is ended; None for never.
        address: `auto`, HOST:PORT, or None to start a cluster on this machine that listens on
            its loopback interface alone.
        returns_files: Whether the machines share no folder: each job is then sent the files it
            needs, and what it writes is sent back and written here.

    Raises:
        ConfigError: when no cluster answers at the address, or none can be started.
        MissingDependencyError: when Ray is not installed.
    """

    def __init__(
        self,
        slots: int,
        device: str,
        threads: int = 1,
        watchdog: float | None = WATCHDOG_SECONDS,
        address: str | None = None,
        *,
        returns_files: bool = False,
    ) -> None:
        self._slots, self._device, self._threads = slots, device, threads
        self._watchdog, self._returns_files = watchdog, returns_files
        self._ray = connect(address, slots * threads)
        # A process for each job: what one has left in memory burdens no other.
        self._task = self._ray.remote(max_retries=0, max_calls=1)(run_task)
        self._mailbox = start_mailbox(self._ray)
        self._tasks: list[Task] = []
        self._attempts = 0

    def run(self, jobs: Sequence[Job], on_event: OnEvent, stop: StopRequest) -> dict[str, str]:
        """Runs jobs to their ends; see `Executor.run`.

        Raises:
            TrialError: when the cluster itself is lost; what it had in hand is interrupted.
        """
        states: dict[str, str] = {}
        waiting = deque(jobs)
        try:
            self._ask("reset")
            self._run(waiting, states, on_event, stop)
        except self._ray.exceptions.RayError as error:
            states |= {job.label: State.INTERRUPTED for job in waiting}
            for task in self._tasks:
                states[task.job.label] = interrupt(task.job, LOST_CLUSTER, on_event)
            self._tasks.clear()
            # What ends the whole process group, as Slurm does, ends a local cluster beside it.
            if not stop:
                raise TrialError(
                    f"executor ray: {LOST_CLUSTER} ({last_line(error)}); "
                    "run the same command again to go on"
                ) from error
        return states

    def _run(
        self, waiting: deque[Job], states: dict[str, str], on_event: OnEvent, stop: StopRequest
    ) -> None:
        stopped_at: float | None = None
        while waiting or self._tasks:
            if stop and stopped_at is None:
                stopped_at = time.monotonic()
                self._ask("stop")
            if stop:
                states |= {job.label: State.INTERRUPTED for job in waiting}
                waiting.clear()
            while waiting and len(self._tasks) < self._slots:
                # It leaves the line once it is with the cluster, which may be gone.
                self._tasks.append(self._submit(waiting[0]))
                waiting.popleft()
            self._deliver(on_event)
            self._cancel_the_silent(stopped_at)
            self._collect(states, on_event, stop)

    def close(self) -> None:
        """Ends tasks that are left and leaves the cluster; one that was started here ends."""
        with suppress(self._ray.exceptions.RayError):
            for task in self._tasks:
                self._ray.cancel(task.reference, force=True)
            self._ray.kill(self._mailbox)
        self._tasks.clear()
        self._ray.shutdown()

    def _ask(self, method: str) -> Any:
        """Calls the mailbox; Ray would wait for a cluster that is gone, then end this process."""
        return self._ray.get(getattr(self._mailbox, method).remote(), timeout=ANSWER_SECONDS)

    def _submit(self, job: Job, losses: int = 0) -> Task:
        gpus = self._gpu_share()
        inputs = pack_inputs(job) if self._returns_files else None
        task = self._task.options(num_cpus=0 if gpus else self._threads, num_gpus=gpus)
        device = "cuda" if gpus else self._device
        self._attempts += 1
        lost_before = self._lost_nodes()
        reference = task.remote(self._mailbox, job, self._attempts, device, self._threads, inputs)
        return Task(job, reference, self._attempts, lost_before, losses=losses)

    def _gpu_share(self) -> float:
        if not self._device.startswith("cuda"):
            return 0
        gpus = self._ray.cluster_resources().get("GPU", 0)
        # Ray takes whole GPUs or shares below one.
        return 1 if self._slots <= gpus else max(0.01, int(100 * gpus / self._slots) / 100)

    def _deliver(self, on_event: OnEvent) -> None:
        """Passes on what the workers have reported since."""
        for task, message in current(self._tasks, self._ask("take")):
            task.last_heartbeat = time.monotonic()
            if isinstance(message, str):
                task.node = message
            elif isinstance(message, FileBundle):
                write_files(task.job, message, on_event)
            elif message.kind != HEARTBEAT:
                on_event(message)

    def _cancel_the_silent(self, stopped_at: float | None) -> None:
        now = time.monotonic()
        for task in self._tasks:
            last, limit = task.last_heartbeat, self._watchdog
            if last is not None and limit is not None and now - last > limit:
                task.cause = f"its worker showed no sign of life for {limit:g} s"
            elif stopped_at is not None and (last is None or now - stopped_at > GRACE_SECONDS):
                task.cause = "its worker was ended before its next checkpoint"
            if task.cause:
                self._ray.cancel(task.reference, force=True)

    def _collect(self, states: dict[str, str], on_event: OnEvent, stop: StopRequest) -> None:
        """Settles tasks that have ended, in whichever way."""
        references = [task.reference for task in self._tasks if task.died is None]
        ended: list[Any] = []
        if references:
            ended, _ = self._ray.wait(references, num_returns=len(references), timeout=POLL_SECONDS)
        else:
            time.sleep(POLL_SECONDS)
        for task in list(self._tasks):
            if task.died is None and task.reference not in ended:
                continue
            state = self._settle(task, on_event, stop)
            if state is not None:
                self._tasks.remove(task)
                states[task.job.label] = state

    def _settle(self, task: Task, on_event: OnEvent, stop: StopRequest) -> str | None:
        """Says what a task ended in; None while that is not known, or when it began anew."""
        errors = self._ray.exceptions
        try:
            state, written = self._ray.get(task.reference)
        except errors.OutOfMemoryError as error:
            cause = str(error).splitlines()[0]
            return record_failure(task.job, cause, on_event, state=OUT_OF_MEMORY)
        except errors.RayError as error:
            return self._settle_dead(task, error, on_event, stop)
        self._deliver(on_event)
        if written is not None:
            write_files(task.job, written, on_event)
        return str(state)

    def _settle_dead(
        self, task: Task, error: Exception, on_event: OnEvent, stop: StopRequest
    ) -> str | None:
        if stop:
            return interrupt(task.job, "its worker was ended before it had ended", on_event)
        task.died = task.died or time.monotonic()
        if task.cause is None and task.losses < MOST_LOSSES:
            known_first = isinstance(error, self._ray.exceptions.NodeDiedError)
            if known_first or task.is_lost(self._lost_nodes()):
                message = "its machine was lost; it goes on from its last checkpoint elsewhere"
                on_event(Event(task.job.label, "warning", {"message": message}))
                # What it sent before it was lost is where the next attempt goes on.
                self._deliver(on_event)
                self._tasks[self._tasks.index(task)] = self._submit(task.job, task.losses + 1)
                return None
            if time.monotonic() - task.died < LOST_SECONDS and self._has_other_nodes(task.node):
                return None
        cause = task.cause or f"its worker process ended ({last_line(error)})"
        state = record_failure(task.job, f"{cause}; run again", on_event)
        on_event(Event(task.job.label, state))
        return state

    def _lost_nodes(self) -> frozenset[str]:
        return frozenset(node for node, alive in self._ask("nodes").items() if not alive)

    def _has_other_nodes(self, node: str | None) -> bool:
        """Where the driver's machine is the only one, a worker does not die with its machine."""
        here = self._ray.get_runtime_context().get_node_id()
        others = {other for other, alive in self._ask("nodes").items() if alive} - {here}
        return bool(others) and node != here


def write_files(job: Job, bundle: FileBundle, on_event: OnEvent) -> None:
    """Writes what a worker sent, and tells of a result that contradicts the one that is here."""
    for folder, aside in unpack(bundle, job.root):
        report_conflict(TrialFolder(folder), job.label, aside, on_event)
