"""What a run tells those who listen to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sweep.api.grid_steps import GridSteps
from sweep.execution.jobs.context import Event
from sweep.store.folder import SweepStore

if TYPE_CHECKING:
    from sweep.planning.plan import Plan


class EventKind(StrEnum):
    """What happened to a job."""

    PLACED = "placed"
    """A trial joins the sweep while it runs, by `adv="auto"`; `message` says where."""
    STARTED = "started"
    PROGRESS = "progress"
    """A step was logged: `step`, `steps` and `values` say which and how it went."""
    SCORING = "scoring"
    """A test set is scored; `message` names it."""
    WARNING = "warning"
    """`message` says what went wrong; the job goes on, or is tried again."""
    DONE = "done"
    DIVERGED = "diverged"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class RunEvent:
    """One piece of news of a run, which its callback is handed as it happens.

    Attributes:
        job: A trial, what trials set out from, such as `srresnet-s0`, or a test set's references.
        kind: What happened.
        step: Steps of the job that are behind; None but for `progress`.
        steps: Steps of the job in all; None but for `progress`.
        values: What was measured at the step, by the names of `log.jsonl`.
        message: A sentence, or what is scored; else empty.
        steps_done: Steps of all trials that are behind, those of earlier runs among them.
        steps_total: Steps of all trials.
        trials_done: Trials that have come to an end.
        trials_total: Trials of the run.
        seconds_left: Until the last step, at the speed of this run; None while that is unknown.
    """

    job: str
    kind: EventKind
    step: int | None
    steps: int | None
    values: Mapping[str, float]
    message: str
    steps_done: int
    steps_total: int
    trials_done: int
    trials_total: int
    seconds_left: float | None

    def __str__(self) -> str:
        """One line about it."""
        at = "" if self.step is None else f" {self.step}/{self.steps}"
        return f"{self.job}: {self.kind}{at} {self.message}".rstrip()


OnRunEvent = Callable[[RunEvent], None]

_OF_STEPS = ("iteration", "iterations")


class Listener:
    """Hands the news of a run to a callback.

    Args:
        plan: What the run does.
        store: Knows what of it is done.
        on_event: The callback.
    """

    def __init__(self, plan: Plan, store: SweepStore, on_event: OnRunEvent) -> None:
        self._grid, self._on_event = GridSteps(plan, store), on_event

    def receive(self, event: Event) -> None:
        """Counts what happened, and tells."""
        grid, fields = self._grid, event.fields
        grid.receive(event)
        kind = EventKind(event.kind)
        told = RunEvent(
            job=event.job,
            kind=kind,
            step=fields["iteration"] if kind is EventKind.PROGRESS else None,
            steps=fields["iterations"] if kind is EventKind.PROGRESS else None,
            values=_numbers(fields) if kind is EventKind.PROGRESS else {},
            message=str(fields.get("message", "")),
            steps_done=grid.done,
            steps_total=grid.total,
            trials_done=grid.ended,
            trials_total=len(grid.names),
            seconds_left=grid.seconds_left(),
        )
        self._on_event(told)


def _numbers(fields: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: value
        for name, value in fields.items()
        if name not in _OF_STEPS and isinstance(value, int | float)
    }
