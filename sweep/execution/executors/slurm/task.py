"""What the driver knows of a job that it handed to SLURM."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sweep.execution.executors.base import HEARTBEAT, OnEvent, StopRequest, interrupt
from sweep.execution.executors.slurm.worker import ENDED, LEFT, Channel
from sweep.execution.failures import OUT_OF_MEMORY
from sweep.execution.jobs.context import Event
from sweep.execution.jobs.failing import Job, record_failure

LATE_SECONDS = 10.0
"""How long a network file system may take to show what a job wrote last."""


@dataclass
class Task:
    """A job that was handed over.

    Attributes:
        job: The job.
        channel: Its way to this process.
        handle: submitit's job.
        read: Bytes of its reports that were read.
        last_heartbeat: When it last reported, in seconds of the monotonic clock; None while it
            waits for a machine.
        left: Whether it left its machine with a checkpoint and has not begun again.
        state: What its job ended in, once it has said so.
        over_since: When it was first found to be over.
        cause: Why it is ended by the driver.
    """

    job: Job
    channel: Channel | None = None
    handle: Any = None
    read: int = 0
    last_heartbeat: float | None = None
    left: bool = False
    state: str | None = None
    over_since: float | None = None
    cause: str | None = None

    def deliver(self, on_event: OnEvent) -> None:
        """Passes on what has been reported since the last time."""
        assert self.channel is not None
        events, self.read = self.channel.read(self.read)
        for event in events:
            self.receive(on_event, event)

    def receive(self, on_event: OnEvent, event: Event) -> None:
        """Notes what an event says of the task, and passes on what it says of the job."""
        self.last_heartbeat = time.monotonic()
        if event.kind == ENDED:
            self.state = event.fields["state"]
        elif event.kind == LEFT:
            self.left = True
        elif event.kind != HEARTBEAT:
            self.left = False
            on_event(event)

    def may_be_late(self) -> bool:
        """Whether a task that is over may have said what this machine cannot see yet."""
        self.over_since = self.over_since or time.monotonic()
        came_to_its_end = not self.left and self.handle.paths.result_pickle.exists()
        return came_to_its_end and time.monotonic() - self.over_since < LATE_SECONDS


def settle(task: Task, minutes: int, on_event: OnEvent, stop: StopRequest) -> str:
    """Says what a job ended in that has not said so itself; `minutes` is its time limit."""
    if stop:
        return interrupt(task.job, task.cause or "its worker was ended with the sweep", on_event)
    state = task.handle.state
    ended = f"its SLURM job {task.handle.job_id} ended ({state})"
    if state.startswith("OUT_OF_MEM"):
        return record_failure(task.job, ended, on_event, state=OUT_OF_MEMORY)
    if task.left and task.cause is None:
        cause = f"{ended} after its checkpoint; run again to go on"
        on_event(Event(task.job.label, "warning", {"message": cause}))
        return interrupt(task.job, cause, on_event)
    again = (
        f"run again with more than --slurm time={minutes}" if state == "TIMEOUT" else "run again"
    )
    cause = task.cause or f"{ended}; what it wrote is in {task.handle.paths.stdout}"
    failed = record_failure(task.job, f"{cause}; {again}", on_event)
    on_event(Event(task.job.label, failed))
    return failed
