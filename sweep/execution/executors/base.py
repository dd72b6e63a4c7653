"""What every executor does."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sweep.execution.jobs.context import Event
from sweep.execution.jobs.failing import Job, note_state
from sweep.execution.jobs.trial import TrainJob
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder

GRACE_SECONDS = 8.0
"""How long workers may take to checkpoint and end before they are killed: a machine that is taken
away leaves no more, and what is lost then is the way from the last checkpoint."""

WATCHDOG_SECONDS = 1800.0
"""How long a worker may go without a heartbeat: a step, an image, a file that is read."""

HEARTBEAT = "alive"
"""Kind of an event by which a worker shows that it lives; executors keep it to themselves."""

HEARTBEAT_SECONDS = 1.0
"""How often a worker at work sends one at most."""

ASK_SECONDS = 0.5
"""How often a worker asks whether to stop where that goes through the network."""

OnEvent = Callable[[Event], None]


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


class Heartbeat:
    """Wraps the question whether to stop, which a job asks after every step and image."""

    def __init__(self, should_stop: Callable[[], bool], emit: OnEvent) -> None:
        self._should_stop, self._emit, self._last = should_stop, emit, 0.0

    def __call__(self) -> bool:
        """Answers, and sends a heartbeat now and then."""
        now = time.monotonic()
        if now - self._last > HEARTBEAT_SECONDS:
            self._last = now
            self._emit(Event("", HEARTBEAT))
        return self._should_stop()


class Throttled:
    """A question that costs a way through the network: asked now and then; yes is final.

    Args:
        question: Whether to stop.
    """

    def __init__(self, question: Callable[[], bool]) -> None:
        self._question, self._answer, self._last = question, False, float("-inf")

    def __call__(self) -> bool:
        """Answers, at most `ASK_SECONDS` late."""
        now = time.monotonic()
        if not self._answer and now - self._last > ASK_SECONDS:
            self._last, self._answer = now, self._question()
        return self._answer


class Executor(Protocol):
    """Runs jobs, possibly several at once, possibly one of them twice."""

    def run(self, jobs: Sequence[Job], on_event: OnEvent, stop: StopRequest) -> dict[str, str]:
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


def interrupt(job: Job, cause: str, on_event: OnEvent) -> str:
    """Settles a job whose worker was ended with the sweep; returns its state."""
    if isinstance(job, TrainJob) and TrialFolder(job.folder).is_registered:
        note_state(job, State.INTERRUPTED, cause)
    on_event(Event(job.label, State.INTERRUPTED))
    return State.INTERRUPTED
