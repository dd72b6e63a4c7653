"""Carries out a plan: references, the shared start, the trials, their scores, the tables."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.errors import StoreError, TrialError
from sweep.executors.base import Executor, StopRequest
from sweep.jobs import Event, TrainJob
from sweep.pending import PendingJobs, test_set_jobs
from sweep.planning import Plan
from sweep.publish import publish
from sweep.store import SweepStore, TrialFolder

if TYPE_CHECKING:
    from sweep.scoring.references import ReferenceSet

OnEvent = Callable[[Event], None]


@dataclass(frozen=True)
class Summary:
    """How a run ended.

    Attributes:
        states: Trial name to state, for the trials that were asked for.
        trained: Trials that this run trained.
        files: Tables and charts that were written.
        notes: Sentences for the user.
        stopped_by: Number of the signal that ended the run early; None when none did.
    """

    states: dict[str, str]
    trained: tuple[str, ...]
    files: tuple[Path, ...]
    notes: tuple[str, ...]
    stopped_by: int | None = None

    @property
    def exit_status(self) -> int:
        """0 when all trials are done, 128 + signal when the run was stopped, else 1."""
        if self.stopped_by is not None:
            return 128 + self.stopped_by
        return 0 if all(state == "done" for state in self.states.values()) else 1


def run_sweep(
    store: SweepStore,
    plan: Plan,
    executor: Executor,
    on_event: OnEvent,
    *,
    keep_checkpoints: bool = False,
) -> Summary:
    """Does what a plan says and writes tables and charts.

    After SIGINT or SIGTERM all workers write their checkpoints, and the tables, though not the
    charts, are brought up to date; a second SIGINT raises KeyboardInterrupt at once.

    Args:
        store: The results folder; the caller holds its lock.
        plan: What to do; it has passed `check_plan`.
        executor: Who does it.
        on_event: Told what happens.
        keep_checkpoints: Whether training states stay once a trial is done.

    Returns:
        The states that the trials ended in.

    Raises:
        StoreError: when another run changed the folder after the plan was made.
        TrialError: when the test sets themselves cannot be scored.
    """
    from sweep.scoring.references import dataset_record

    _refuse_stale_plan(store, plan)
    store.write_config(plan.config)
    references = _write_references(store, plan)
    with _stop_signals() as stop:
        jobs = PendingJobs(store, plan, test_set_jobs(plan, references), keep_checkpoints)
        for label, state in executor.run(jobs.references(), on_event, stop).items():
            if state == "failed":
                raise TrialError(f"{label}: could not be scored, for the reason given above")
        executor.run(jobs.starts(), on_event, stop)
        todo = jobs.trials()
        untrained = [job.label for job in todo if "steps" not in _result(job)]
        states = executor.run(todo, on_event, stop)
        if not (stop or keep_checkpoints):
            store.drop_warmups()
        datasets = {reference.name: dataset_record(reference) for reference in references}
        files, notes = publish(
            store, plan.config, plan.trials, plan.starts, datasets, charts=not stop
        )
    return Summary(
        states={trial.name: store.trial(trial.name).state for trial in plan.asked},
        trained=tuple(name for name in untrained if states[name] == "done"),
        files=files,
        notes=(*plan.notes, *notes),
        stopped_by=stop.signals[0] if stop else None,
    )


def _refuse_stale_plan(store: SweepStore, plan: Plan) -> None:
    if store.merge_config(plan.config) != plan.config:
        raise StoreError(
            f"{store.root}: another run has extended the sweep meanwhile; "
            "run the same command again"
        )


def _write_references(store: SweepStore, plan: Plan) -> list[ReferenceSet]:
    from sweep.scoring.references import prepare_reference

    parts = [plan.config.eval.excerpt(name) for name in plan.config.eval.sets]
    return [
        prepare_reference(
            test_set,
            plan.config.scale,
            store.reference(test_set.name),
            crop=part.crop,
            limit=part.limit,
        )
        for test_set, part in zip(plan.sets, parts, strict=True)
    ]


def _result(job: TrainJob) -> dict[str, Any]:
    return TrialFolder(job.folder).read_result()


@contextmanager
def _stop_signals() -> Iterator[StopRequest]:
    """Turns SIGINT and SIGTERM into a request; a second SIGINT ends at once."""
    stop = StopRequest()

    def receive(number: int, frame: object) -> None:
        if number == signal.SIGINT and signal.SIGINT in stop.signals:
            raise KeyboardInterrupt
        stop.signals.append(number)

    before = {number: signal.signal(number, receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
