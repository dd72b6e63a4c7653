"""What the driver knows of a job that it handed to a Ray cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sweep.execution.executors.ray.worker import Message
from sweep.execution.jobs.failing import Job


@dataclass
class Task:
    """A job that was handed to the cluster.

    Attributes:
        job: The job.
        reference: What its end is asked by.
        attempt: Number of this handing out; no two of an executor have the same.
        lost_before: Machines that were gone when it was handed out.
        last_heartbeat: When it last reported anything, in seconds of the monotonic clock; None
            while it waits for its place.
        node: Machine that it is on; None until its first message.
        died: When its process was found dead; None while it lives.
        losses: Machines that it has been lost with.
        cause: Why it is ended by the driver.
    """

    job: Job
    reference: Any
    attempt: int
    lost_before: frozenset[str] = frozenset()
    last_heartbeat: float | None = None
    node: str | None = None
    died: float | None = None
    losses: int = 0
    cause: str | None = None

    def is_lost(self, lost: frozenset[str]) -> bool:
        """Whether its machine is among the lost ones.

        Before its first message nobody knows where it is: any lost since may be its own.
        """
        return bool(lost - self.lost_before) if self.node is None else self.node in lost


def current(
    tasks: Sequence[Task], messages: Sequence[tuple[int, Message]]
) -> Iterator[tuple[Task, Message]]:
    """Pairs messages with their tasks; those of an attempt that has been given up are dropped.

    A machine that only seemed lost may still report, and its files are older than those of the
    attempt that took its place.
    """
    by_attempt = {task.attempt: task for task in tasks}
    for attempt, message in messages:
        if attempt in by_attempt:
            yield by_attempt[attempt], message
