"""What every executor does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sweep.jobs import Event, Job


@dataclass
class StopRequest:
    """Remembers the signals that asked the sweep to end.

    Attributes:
        signals: Their numbers, in order of arrival.
    """

    signals: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.signals)


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
            Job label to the state that it ended in.
        """

    def close(self) -> None:
        """Ends the workers."""
