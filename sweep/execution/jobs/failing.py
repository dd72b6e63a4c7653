"""Writes down what a job ended in when it did not end well."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sweep.errors import StoreError
from sweep.execution.failures import OUT_OF_MEMORY
from sweep.execution.jobs.context import Event
from sweep.execution.jobs.reference import ReferenceJob
from sweep.execution.jobs.trial import TrainJob, now
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder

Job = ReferenceJob | TrainJob


def record_failure(
    job: Job,
    cause: str,
    emit: Callable[[Event], None],
    trace: str | None = None,
    state: str = State.FAILED,
) -> str:
    """Tells what went wrong and writes it into the trial's record; returns the state.

    `OUT_OF_MEMORY` leaves the trial `interrupted`; a trace is that of an error nobody foresaw.
    """
    emit(Event(job.label, "warning", {"message": cause}))
    kept = State.INTERRUPTED if state == OUT_OF_MEMORY else State(state)
    note_state(job, kept, cause, trace)
    return state


def note_state(job: Job, state: State, cause: str, trace: str | None = None) -> None:
    """Writes a trial's state and why it is in it, into its last attempt too.

    A trial that was done stays so, and a damaged record as it is: what made it so may want a look.
    """
    if not isinstance(job, TrainJob):
        return
    files = TrialFolder(job.folder)
    try:
        record = files.read_trial()
    except StoreError:
        return
    # What went wrong was a further scoring: the scores of a trial that was done stand.
    kept = State.DONE if record.state is State.DONE else state
    update = partial(files.update_trial, **job.identity, state=kept, cause=cause, traceback=trace)
    if record.attempts and record.attempts[-1].ended is None:
        *before, last = record.attempts
        update(attempts=[*before, last.model_copy(update={"ended": now(), "cause": cause})])
    else:
        update()
