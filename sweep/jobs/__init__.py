"""What a worker process does: make references, train, restore, score. Writes through the store.

A job may run twice: everything it finds done on disk it leaves as it is.
"""

from __future__ import annotations

from sweep.jobs.context import Context, Event, StoppedError
from sweep.jobs.failing import Job, note_state, record_failure
from sweep.jobs.reference import ReferenceJob
from sweep.jobs.running import run_job
from sweep.jobs.scoring import TestSetJob
from sweep.jobs.trial import RESULT_SCHEMA, TrainJob, report_conflict

__all__ = [
    "RESULT_SCHEMA",
    "Context",
    "Event",
    "Job",
    "ReferenceJob",
    "StoppedError",
    "TestSetJob",
    "TrainJob",
    "note_state",
    "record_failure",
    "report_conflict",
    "run_job",
]
