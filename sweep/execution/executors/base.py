"""What every executor does."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sweep.execution.jobs.context import Event
from sweep.execution.jobs.failing import Job


@dataclass
class StopRequest:
    """Remembers what asked the sweep to end.

    Attributes:
        signals: Numbers of the signals that came, in order of arrival.
        disk: What the disk refused, when that ends the sweep.
    """

    signals: list[int] = field(default_factory=list)
    disk: str | None = None

    def __bool__(self) -> bool:
        return bool(self.signals) or self.disk is not None


GRACE_SECONDS = 8.0
"""How long workers may take to checkpoint and end before they are killed: a machine that is taken
away leaves no more, and what is lost then is the way from the last checkpoint."""

WATCHDOG_SECONDS = 1800.0
"""How long a worker may show no sign of life: a step, an image, a file that is read."""

ALIVE = "alive"
"""Kind of an event by which a worker shows a sign of life; executors keep it to themselves."""

PULSE_SECONDS = 1.0
"""How often a worker at work shows one at most."""


class Pulse:
    """Wraps the question whether to stop, which a job asks after every step and image.

    Args:
        should_stop: The question.
        emit: Where signs of life go.
    """

    def __init__(self, should_stop: Callable[[], bool], emit: Callable[[Event], None]) -> None:
        self._should_stop, self._emit, self._last = should_stop, emit, 0.0

    def __call__(self) -> bool:
        """Answers, and shows a sign of life now and then."""
        now = time.monotonic()
        if now - self._last > PULSE_SECONDS:
            self._last = now
            self._emit(Event("", ALIVE))
        return self._should_stop()


class Executor(Protocol):
    """Runs jobs, possibly several at once, possibly one of them twice."""

    def run(
        self, jobs: Sequence[Job], on_event: Callable[[Event], None], stop: StopRequest
    ) -> dict[str, str]:
        """Runs jobs to their ends.

        Args:
            jobs: What to do, in order of preference.
            on_event: Told what the workers report, in the calling thread.
            stop: Looked at all the time; once raised, running jobs checkpoint and end.

        Returns:
            Job label to the state that it ended in, `OUT_OF_MEMORY` among them.
        """

    def close(self) -> None:
        """Ends the workers."""
