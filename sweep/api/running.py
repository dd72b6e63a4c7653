"""One run of a sweep, from what was asked for to how it ended; `sweep run` and Python share it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from srgan_core.errors import ConfigError
from sweep.config.names import EXECUTORS, TRACKERS, StartKind
from sweep.execution.child_processes import begin_importing
from sweep.execution.executors.base import WATCHDOG_SECONDS, OnEvent
from sweep.store.states import State

if TYPE_CHECKING:
    from sweep.execution.executors.slurm.settings import SlurmSettings
    from sweep.planning.plan import Plan
    from sweep.planning.request import SweepRequest
    from sweep.runner import Summary
    from sweep.store.folder import SweepStore

OpenDisplay = Callable[["Plan", "SweepStore"], AbstractContextManager[OnEvent]]
"""Begins to show how a run goes on, and yields what is told."""

RETRIED = (State.FAILED, State.DIVERGED)
"""States whose trials may be tried again."""

RECIPE = (
    ", and the same recipe diverges at the same step again: the recipe has to change, by a smaller "
    "--adv, or in another --out by a smaller --set adversarial.learning_rate"
)
"""Trainings are reproducible, and so are their ends."""


@dataclass(frozen=True)
class HowToRun:
    """Who carries a sweep out, and what is kept and told meanwhile; no result depends on it.

    Attributes:
        executor: One of `EXECUTORS`.
        address: Ray's cluster; None to start one.
        ray_storage: Whether its machines share no folder.
        slurm: What SLURM's jobs are asked for, each as KEY=VALUE.
        trackers: Of `TRACKERS`.
        score_every: Steps from one scoring of a trial to the next; None for the last step alone.
        retry: States whose trials are tried again, or `none` alone.
        watchdog: Seconds after which a worker without a sign of life is ended; None for never.
        keep_checkpoints: Whether training states of finished trials stay.
    """

    executor: str = EXECUTORS[0]
    address: str | None = None
    ray_storage: bool = False
    slurm: tuple[str, ...] = ()
    trackers: tuple[str, ...] = ()
    score_every: int | None = None
    retry: tuple[str, ...] = (State.FAILED,)
    watchdog: float | None = WATCHDOG_SECONDS
    keep_checkpoints: bool = False


@dataclass(frozen=True)
class PreparedRun:
    """A run that is planned, and of which nothing is written.

    Attributes:
        store: The results folder.
        plan: What to do.
        jobs: Trials at once.
        how: Who does it.
        slurm: What SLURM's jobs are asked for, when these do it.
    """

    store: SweepStore
    plan: Plan
    jobs: int
    how: HowToRun
    slurm: SlurmSettings | None

    @property
    def elsewhere(self) -> bool:
        """Whether trials run on machines that this one knows nothing of."""
        return self.slurm is not None and self.slurm.is_remote

    @property
    def threads(self) -> int:
        """CPU threads of each trial."""
        return self.plan.config.threads or 1


def prepare(request: SweepRequest, how: HowToRun, *, dry: bool = False) -> PreparedRun:
    """Checks what was asked for against this machine and plans it; writes nothing.

    Args:
        request: What was asked for.
        how: Who is to do it.
        dry: Whether it is not going to be done.

    Raises:
        ConfigError, DataError, WeightsError: when something is wrong or not to be had.
        MissingDependencyError: when an executor or a tracker is not installed.
        StoreError: when the folder belongs to another config.
    """
    from sweep.execution.executors.opening import read_options
    from sweep.planning.request import plan_request
    from sweep.tracking.trackers import require_trackers

    _refuse_unknown(how)
    slurm = read_options(how.executor, how.address, how.ray_storage, how.slurm)
    require_trackers(how.trackers)
    elsewhere = slurm is not None and slurm.is_remote
    on_new = begin_importing if how.executor == "local" and not dry else None
    store, plan, jobs = plan_request(request, elsewhere, on_new)
    _refuse_late_scoring(how.score_every, min(trial.spec.training.steps for trial in plan.asked))
    return PreparedRun(store, plan, jobs, how, slurm)


def carry_out(run: PreparedRun, open_display: OpenDisplay) -> Summary:
    """Trains and scores what is not done yet, and writes tables and charts.

    Args:
        run: What to do.
        open_display: Shows how it goes on.

    Raises:
        ConfigError, DataError: when an image cannot be used.
        DiskError: when the disk is too full.
        StoreError: when another run is at work in the folder.
        TrialError: when the test sets themselves cannot be scored.
    """
    from sweep.execution.executors.opening import open_executor
    from sweep.planning.plan import check_plan
    from sweep.planning.training_data import is_training_left
    from sweep.runner import run_sweep
    from sweep.tracking.supervision import open_tracking

    store, how = run.store, run.how
    retry = () if how.retry == ("none",) else how.retry
    on_cpu = how.executor == "local" and run.plan.device == "cpu"
    if on_cpu and is_training_left(store, run.plan.asked, run.plan.starts, retry):
        begin_importing()
    checked = check_plan(store, run.plan, run.jobs, retry)
    plan = replace(run.plan, notes=(*run.plan.notes, *checked.notes))
    opened = open_executor(
        how.executor,
        run.jobs,
        plan.device,
        run.threads,
        how.watchdog,
        how.address,
        how.ray_storage,
        run.slurm,
    )
    try:
        with (
            store.locked(),
            open_display(plan, store) as on_event,
            open_tracking(how.trackers, store, plan, on_event) as tracking,
        ):
            summary = run_sweep(
                store,
                plan,
                opened,
                tracking.receive,
                keep_checkpoints=how.keep_checkpoints,
                score_every=how.score_every,
                retry=retry,
                checked=checked,
                jobs=run.jobs,
            )
            if summary.stopped_by is None:
                tracking.finish()
    finally:
        opened.close()
    return replace(summary, tracked=tuple(tracking.report()))


def cause_of(store: SweepStore, name: str, state: str) -> str:
    """Why a trial is not done and what to do about it."""
    record = store.trial(name).read_trial()
    start = store.start(record.start or StartKind.SRRESNET, record.seed or 0)
    if record.cause is None and start.state is State.DIVERGED:
        again = f"--retry diverged trains it again{RECIPE}"
        return f"{start.path.name}, which it starts from, diverged; {again}"
    cause = record.cause or "what it starts from is not there"
    if state == State.DIVERGED:
        return f"{cause}; --retry diverged trains it again{RECIPE}"
    return f"{cause}; run again to try again"


def _refuse_unknown(how: HowToRun) -> None:
    """Refuses words that stand for nothing."""
    if how.executor not in EXECUTORS:
        expected = " or ".join(EXECUTORS)
        raise ConfigError(f"--executor: expected {expected}, got {how.executor!r}")
    for state in how.retry:
        if state not in (*RETRIED, "none"):
            raise ConfigError(f"--retry: expected failed, diverged or none, got {state!r}")
    if ("none" in how.retry and len(how.retry) > 1) or len(set(how.retry)) < len(how.retry):
        raise ConfigError(
            "--retry: expected none alone or the states to try again, each once, got "
            f"{','.join(how.retry)!r}"
        )
    for name in how.trackers:
        if name not in TRACKERS:
            raise ConfigError(f"--track: expected {' or '.join(TRACKERS)}, got {name!r}")
    seconds = how.watchdog
    if seconds is None:
        return
    if not isinstance(seconds, int | float) or not 0 < seconds < float("inf"):
        raise ConfigError(f"--watchdog: expected seconds above 0, got {seconds!r}")


def _refuse_late_scoring(score_every: int | None, steps: int) -> None:
    if score_every is not None and score_every > steps:
        raise ConfigError(
            f"--score-every: expected at most {steps}, the steps of a trial, got {score_every}; "
            "leave it out to score the last step alone"
        )
