"""Has an executor run jobs, and decides what a failure means for the others and for the sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sweep.execution.executors.base import Executor, OnEvent, StopRequest
from sweep.execution.failures import OUT_OF_MEMORY, memory_advice
from sweep.execution.jobs.context import Event
from sweep.execution.jobs.failing import Job, record_failure
from sweep.store.states import State


def dispatch(
    executor: Executor, jobs: Sequence[Job], on_event: OnEvent, stop: StopRequest
) -> dict[str, str]:
    """Runs jobs to their ends; those that ran out of memory once more, each alone.

    Returns:
        Job label to the state that it ended in, a trial's state. When the disk takes no more,
        `stop` is raised.
    """
    listener = _Listener(on_event, stop)
    states = executor.run(jobs, listener, stop)
    for job in jobs:
        if states.get(job.label) != OUT_OF_MEMORY:
            continue
        state: str = State.INTERRUPTED
        if not stop:
            message = "out of memory; it is tried once more, alone"
            on_event(Event(job.label, "warning", {"message": message}))
            state = executor.run([job], listener, stop)[job.label]
        if state == OUT_OF_MEMORY:
            state = record_failure(job, memory_advice(listener.last_warning(job)), on_event)
            on_event(Event(job.label, state))
        states[job.label] = state
    return states


class _Listener:
    """Passes events on; one from a disk that takes no more stops the sweep."""

    def __init__(self, on_event: OnEvent, stop: StopRequest) -> None:
        self._on_event, self._stop = on_event, stop
        self._warnings: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        if event.kind == "disk":
            self._stop.disk = self._stop.disk or event.fields["message"]
            event = replace(event, kind="warning")
        if event.kind == "warning":
            self._warnings[event.job] = event.fields["message"]
        self._on_event(event)

    def last_warning(self, job: Job) -> str:
        return self._warnings.get(job.label, "killed")
