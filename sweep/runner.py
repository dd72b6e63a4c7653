"""Carries out a plan: references, the shared start, the trials, their scores, the tables."""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srgan_core.errors import DiskError
from srgan_core.files import is_disk_error
from srgan_core.signals import signals_to_obey, stop_status
from sweep.config.names import StartKind
from sweep.errors import StoreError, TrialError
from sweep.execution.dispatch import dispatch
from sweep.execution.executors.base import Executor, StopRequest
from sweep.execution.failures import describe_disk_error
from sweep.execution.jobs.context import Event
from sweep.execution.pending import PendingJobs, identity_of, test_set_jobs
from sweep.placing.rounds import account_of, place_next
from sweep.planning.image_checks import CheckedImages
from sweep.planning.plan import Plan
from sweep.publishing import publish
from sweep.store.folder import SweepStore
from sweep.store.joining import join_config
from sweep.store.states import State

if TYPE_CHECKING:
    from sweep.scoring.sets.test_sets import TestSet

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
        tracked: Sentences about what trackers were told.
    """

    states: dict[str, State]
    trained: tuple[str, ...]
    files: tuple[Path, ...]
    notes: tuple[str, ...]
    stopped_by: int | None = None
    tracked: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """0 when all trials are done, 130 after SIGINT, 143 after another signal, else 1."""
        if self.stopped_by is not None:
            return stop_status(self.stopped_by)
        return 0 if all(state == State.DONE for state in self.states.values()) else 1


def run_sweep(
    store: SweepStore,
    plan: Plan,
    executor: Executor,
    on_event: OnEvent,
    *,
    keep_checkpoints: bool = False,
    score_every: int | None = None,
    retry: Collection[str] = (State.FAILED,),
    checked: CheckedImages | None = None,
    jobs: int = 1,
) -> Summary:
    """Does what a plan says and writes tables and charts.

    After one of `STOP_SIGNALS` all workers write their checkpoints, and the tables, though not the
    charts, are brought up to date; a second SIGINT raises KeyboardInterrupt at once.

    Args:
        store: The results folder; the caller holds its lock.
        plan: What to do; it has passed `check_plan`.
        executor: Who does it.
        on_event: Told what happens.
        keep_checkpoints: Whether training states stay once a trial is done.
        score_every: Steps from one scoring of a trial on the way to the next; None to score
            the last generator alone.
        retry: States, `failed` and `diverged`, whose trials are tried again.
        checked: What `check_plan` returned: later runs and all workers are held to it.
        jobs: Trials that the executor runs at once: where coefficients are placed as results come,
            the first run in a folder places enough at a time to keep it busy.

    Returns:
        The states that the trials ended in.

    Raises:
        DiskError: when the disk takes no more; all workers have ended.
        StoreError: when another run changed the folder after the plan was made.
        TrialError: when the test sets themselves cannot be scored.
    """
    from sweep.scoring.sets.references import dataset_record

    with _stop_signals() as stop, _disk_errors(store, stop):
        _refuse_stale_plan(store, plan)
        store.write_config(plan.config)
        if checked is not None:
            store.add_data_keys(checked.keys)
            if checked.sources:
                store.write_data_images(checked.sources)
        _register(store, plan, retry)
        references = _write_references(store, plan)
        test_sets = test_set_jobs(plan, references)
        pending = PendingJobs(store, plan, test_sets, keep_checkpoints, score_every, retry)
        for label, state in dispatch(executor, pending.references(), on_event, stop).items():
            if state == State.FAILED:
                raise TrialError(f"{label}: could not be scored, for the reason given above")
        states, untrained = _run_trials(executor, pending, on_event, stop)
        while not stop and (placed := place_next(store, plan, jobs, on_event)):
            plan = placed
            _register(store, plan, ())
            # Nothing is tried twice in one run.
            pending = PendingJobs(store, plan, test_sets, keep_checkpoints, score_every, ())
            ended, further = _run_trials(executor, pending, on_event, stop)
            states, untrained = states | ended, [*untrained, *further]
        _raise_when_full(store, stop)
        if not (stop or keep_checkpoints):
            store.drop_warmups()
        datasets = {reference.name: dataset_record(reference) for reference in references}
        files, notes = publish(
            store, plan.config, plan.trials, plan.starts, datasets, charts=not stop
        )
    return Summary(
        states={
            trial.name: State.FAILED
            if states.get(trial.name) == State.FAILED
            else store.trial(trial.name).state
            for trial in plan.asked
        },
        trained=tuple(name for name in untrained if states[name] == State.DONE),
        files=files,
        notes=(*plan.notes, *notes, *pending.losses(), *account_of(store, plan)),
        stopped_by=stop.signals[0] if stop.signals else None,
    )


def _run_trials(
    executor: Executor, pending: PendingJobs, on_event: OnEvent, stop: StopRequest
) -> tuple[dict[str, str], list[str]]:
    """Runs what starts and trials lack.

    Returns:
        Trial to the state that it ended in, and the trials among them that were not trained yet.
    """
    for kind in StartKind:
        dispatch(executor, pending.starts(kind), on_event, stop)
    todo = pending.trials()
    untrained = [job.label for job in todo if not job.is_trained()]
    return dispatch(executor, todo, on_event, stop), untrained


def _register(store: SweepStore, plan: Plan, retry: Collection[str]) -> None:
    """Gives every trial its record, and a diverged one that is tried again a fresh start."""
    for trial in plan.asked:
        files = store.trial(trial.name)
        state = files.state
        if not files.is_registered:
            files.update_trial(**identity_of(trial), spec=trial.spec, state=State.PENDING)
        elif state is State.DIVERGED and state in retry:
            files.drop_checkpoints()
            files.update_trial(state=State.PENDING, cause=None, traceback=None)


@contextmanager
def _disk_errors(store: SweepStore, stop: StopRequest) -> Iterator[None]:
    """Words what the supervisor's own writes raise like what the workers' writes do."""
    try:
        yield
    except OSError as error:
        if not is_disk_error(error):
            raise
        stop.disk = stop.disk or describe_disk_error(error)
        _raise_when_full(store, stop)


def _raise_when_full(store: SweepStore, stop: StopRequest) -> None:
    if stop.disk is not None:
        raise DiskError(
            f"{store.root}: the disk takes no more ({stop.disk}); what was written before is "
            "whole, the last checkpoints among it: make room, then run the same command again"
        ) from None


def _refuse_stale_plan(store: SweepStore, plan: Plan) -> None:
    joined = join_config(store.root, plan.config, store.read_config())
    trials = plan.with_placed(store.read_placements().coefficients).trials
    if joined != plan.config or trials != plan.trials:
        raise StoreError(
            f"{store.root}: another run has extended the sweep meanwhile; "
            "run the same command again"
        )


def _write_references(store: SweepStore, plan: Plan) -> list[TestSet]:
    from sweep.scoring.sets.references import prepare_reference

    parts = [plan.config.eval.excerpt(name) for name in plan.config.eval.sets]
    known = _known_images(store)
    return [
        prepare_reference(
            test_set,
            plan.config.scale,
            store.reference(test_set.name),
            crop=part.crop,
            limit=part.limit,
            hr_sha256=known.get(test_set.name),
        )
        for test_set, part in zip(plan.sets, parts, strict=True)
    ]


def _known_images(store: SweepStore) -> dict[str, dict[str, str]]:
    """Test set to image to the hash of its HR PNG, from tables that may be damaged: made anew."""
    with suppress(StoreError):
        record = store.read_metrics()
        return {name: entry.hr_sha256 for name, entry in record.datasets.items()} if record else {}
    return {}


@contextmanager
def _stop_signals() -> Iterator[StopRequest]:
    """Turns the stop signals into a request; a second SIGINT ends at once.

    Outside of the main thread, which alone may answer to signals, nothing is changed.
    """
    stop = StopRequest()

    def receive(number: int, frame: object) -> None:
        if number == signal.SIGINT and signal.SIGINT in stop.signals:
            raise KeyboardInterrupt
        stop.signals.append(number)

    before: dict[signal.Signals, Any] = {}
    with suppress(ValueError):
        for number in signals_to_obey():
            # One that is not Python's own could not be put back.
            if signal.getsignal(number) is not None:
                before[number] = signal.signal(number, receive)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
