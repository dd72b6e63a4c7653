"""Writes down what a job ended in when it did not end well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sweep.errors import StoreError
from sweep.execution.failures import OUT_OF_MEMORY
from sweep.execution.jobs.context import Event
from sweep.execution.jobs.reference import ReferenceJob
from sweep.execution.jobs.trial import RESULT_SCHEMA, TrainJob, now
from sweep.store.folder import TrialFolder

Job = ReferenceJob | TrainJob


def record_failure(
    job: Job,
    cause: str,
    emit: Callable[[Event], None],
    trace: str | None = None,
    state: str = "failed",
) -> str:
    """Tells what went wrong and writes it into the trial's record.

    Args:
        job: What failed.
        cause: One sentence.
        emit: Who is told.
        trace: Traceback of an error that nobody foresaw.
        state: What the job ended in; `OUT_OF_MEMORY` leaves the trial `interrupted`.

    Returns:
        The state.
    """
    emit(Event(job.label, "warning", {"message": cause}))
    note_state(job, "interrupted" if state == OUT_OF_MEMORY else state, cause, trace)
    return state


def note_state(job: Job, state: str, cause: str, trace: str | None = None) -> None:
    """Writes a trial's state and why it is in it, into its last attempt too.

    A trial that was done stays so, and a damaged record as it is: what made it so may want a look.

    Args:
        job: What ended; jobs of other kinds have no record.
        state: State of the trial.
        cause: One sentence.
        trace: Traceback of an error that nobody foresaw.
    """
    if not isinstance(job, TrainJob):
        return
    files = TrialFolder(job.folder)
    try:
        record = files.read_trial()
    except StoreError:
        return
    # What went wrong was a further scoring: the scores of a trial that was done stand.
    kept = "done" if record.get("state") == "done" else state
    fields: dict[str, Any] = {"state": kept, "cause": cause, "traceback": trace}
    attempts = record.get("attempts", [])
    if attempts and "ended" not in attempts[-1]:
        attempts[-1] |= {"ended": now(), "cause": cause}
        fields["attempts"] = attempts
    files.update_trial(schema=RESULT_SCHEMA, **job.identity, **fields)
