"""Runs a job in a worker and turns what goes wrong into a state."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress

from srgan_core.errors import SrganError
from srgan_core.files import is_disk_error
from sweep.errors import is_out_of_memory
from sweep.execution.failures import OUT_OF_MEMORY, describe_disk_error
from sweep.execution.jobs.context import Context, Event, StoppedError
from sweep.execution.jobs.failing import Job, note_state, record_failure
from sweep.store.states import State


def run_job(job: Job, context: Context) -> str:
    """Runs a job and turns what goes wrong into a state.

    Returns:
        `done`, `interrupted`, `diverged`, `failed`, or `OUT_OF_MEMORY`, upon which the job may
        be tried once more alone.
    """
    if context.should_stop():
        return State.INTERRUPTED
    context.emit(Event(job.label, "started"))
    state: str
    try:
        _use_threads(context.threads)
        state = job.run(context)
    except StoppedError:
        state = State.INTERRUPTED
    except SrganError as error:
        state = record_failure(job, str(error), context.emit)
    except Exception as error:
        state = _settle(job, error, context)
    if state != OUT_OF_MEMORY:
        context.emit(Event(job.label, state))
    return state


def _settle(job: Job, error: Exception, context: Context) -> str:
    """Tells apart what a trial, the machine's memory and the disk have to answer for."""
    message = f"{type(error).__name__}: {error}"
    if is_out_of_memory(error):
        cause = message.splitlines()[0]
        return record_failure(job, cause, context.emit, state=OUT_OF_MEMORY)
    if isinstance(error, OSError) and is_disk_error(error):
        context.emit(Event(job.label, "disk", {"message": describe_disk_error(error)}))
        # The record cannot be written either, or can again: the trial goes on from here.
        with suppress(OSError, SrganError):
            note_state(job, State.INTERRUPTED, describe_disk_error(error))
        return State.INTERRUPTED
    return record_failure(job, message, context.emit, traceback.format_exc())


def _use_threads(count: int) -> None:
    """PyTorch asks the environment when it is imported, which is left to those who need it."""
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(count)
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(count)
