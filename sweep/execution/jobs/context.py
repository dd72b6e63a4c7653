"""What a job is lent by its worker, and what it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """News from a job.

    Attributes:
        job: Label of the job.
        kind: `started`, `progress`, `scoring`, `done`, `diverged`, `failed`,
            `interrupted`, `warning`, `disk` when the disk takes no more, or `placed` when a trial
            joins the sweep while it runs.
        fields: Details: a log record with `iteration` and `iterations`, or a `message`.
    """

    job: str
    kind: str
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """What a worker lends to its jobs.

    Attributes:
        emit: Sends news to the supervisor.
        should_stop: Whether to write a checkpoint and end.
        device: Where to train and score.
        threads: CPU threads, on whose number the last digits of results depend.
    """

    emit: Callable[[Event], None]
    should_stop: Callable[[], bool]
    device: str
    threads: int

    def check(self) -> None:
        """Ends a job that needs no checkpoint.

        Raises:
            StoppedError: when the sweep is asked to end.
        """
        if self.should_stop():
            raise StoppedError


class StoppedError(Exception):
    """A job was left between two images; what it wrote so far is whole."""
