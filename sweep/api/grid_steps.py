"""How far the trials of a run are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sweep.execution.jobs.context import Event
from sweep.store.folder import SweepStore
from sweep.store.states import State

if TYPE_CHECKING:
    from sweep.planning.plan import Plan

TROUBLE = (State.FAILED, State.DIVERGED, State.INTERRUPTED)

ENDS = (State.DONE, *TROUBLE)
"""Kinds of the last event of a job."""


class GridSteps:
    """Counts the steps of a grid; what earlier runs did counts as done, not as speed.

    Args:
        plan: Its trials are counted; events of other jobs are passed over.
        store: Knows which trials are trained already.

    Attributes:
        names: The trials in their order.
    """

    def __init__(self, plan: Plan, store: SweepStore) -> None:
        self._steps = {trial.name: trial.spec.iterations for trial in plan.asked}
        self.names = list(self._steps)
        states = {name: store.trial(name).state for name in self.names}
        self._ended = {name for name, state in states.items() if state.is_finished}
        self._at = {name: self._steps[name] for name in self.names if states[name].is_trained}
        self._moved = 0
        # What goes before the first step, such as scores of the references, is no speed of steps.
        self._begun: float | None = None

    @property
    def total(self) -> int:
        """Steps of all trials that are known by now."""
        return sum(self._steps.values())

    @property
    def done(self) -> int:
        """Steps that are behind."""
        return sum(self._at.values())

    @property
    def ended(self) -> int:
        """Trials that have come to an end."""
        return len(self._ended)

    def receive(self, event: Event) -> None:
        """Learns what happened."""
        name = event.job
        if event.kind == "placed":
            self._steps[name] = event.fields["iterations"]
            self.names.append(name)
        if name not in self._steps:
            return
        if event.kind == "progress":
            if self._begun is None:
                self._begun = time.monotonic()
            if name in self._at:
                self._moved += event.fields["iteration"] - self._at[name]
            self._at[name] = event.fields["iteration"]
        elif event.kind in ENDS:
            self._ended.add(name)
            self._at[name] = self._steps[name]

    def seconds_left(self) -> float | None:
        """Time until the last step at the speed of this run; None while that is unknown."""
        if self._moved <= 0 or self._begun is None:
            return None
        return max(self.total - self.done, 0) * (time.monotonic() - self._begun) / self._moved
