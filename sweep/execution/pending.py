"""The jobs of a plan that are not finished yet, in the order in which they had best be run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.training.config import TrainingSpec
from sweep.config.grid import Trial
from sweep.execution.jobs.failing import Job
from sweep.execution.jobs.missing import TestSetJob, missing_of_trial
from sweep.execution.jobs.reference import ReferenceJob
from sweep.execution.jobs.trial import TrainJob
from sweep.metrics.registry import columns_for
from sweep.planning.plan import Plan
from sweep.store.folder import SweepStore, TrialFolder
from sweep.store.records.trial import Identity
from sweep.store.states import State

if TYPE_CHECKING:
    from sweep.scoring.sets.test_sets import TestSet


class PendingJobs:
    """Makes the jobs of a plan that are not finished yet.

    Args:
        store: The results folder.
        plan: What is going to be done.
        test_sets: What to score on.
        keep_checkpoints: Whether training states stay once a trial is done.
        score_every: Steps from one scoring of a trial on the way to the next; None for none.
        retry: States, `failed` and `diverged`, in which trainings of earlier runs are tried again.
    """

    def __init__(
        self,
        store: SweepStore,
        plan: Plan,
        test_sets: tuple[TestSetJob, ...],
        keep_checkpoints: bool,
        score_every: int | None = None,
        retry: Collection[str] = (State.FAILED,),
    ) -> None:
        self._store, self._plan, self._test_sets = store, plan, test_sets
        self._keep, self._score_every = keep_checkpoints, score_every
        self._retry = retry

    def references(self) -> list[Job]:
        """Jobs of the test sets on which bicubic or HR lack scores."""
        jobs = [ReferenceJob(self._store.root, test_set) for test_set in self._test_sets]
        return [job for job in jobs if not job.is_done()]

    def starts(self) -> list[Job]:
        """Jobs of the shared SRResNets that lack scores, or that a trial has to start from."""
        needed = {
            trial.seed
            for trial in self._plan.asked
            if not self._store.trial(trial.name).state.is_finished
        }
        jobs: list[Job] = []
        for seed, start in self._plan.starts.items():
            files = self._store.start(seed)
            lost = seed in needed and not files.generator.is_file()
            if self._is_left(files):
                continue
            if lost or not self._complete(files):
                identity = Identity(trial=start.name, seed=seed, recipe=start.recipe)
                init = None if start.spec else self._plan.config.srresnet.init
                jobs.append(self._job(files.path, identity, start.spec, init, lost))
        return jobs

    def trials(self) -> list[TrainJob]:
        """Jobs of the trials asked for; those of earlier runs only lack scores."""
        asked = {trial.name for trial in self._plan.asked}
        jobs: list[TrainJob] = []
        for trial in in_running_order(self._plan.trials):
            files, start = self._store.trial(trial.name), self._store.start(trial.seed)
            trained = files.read_result().is_trained
            wanted = trained or (trial.name in asked and start.generator.is_file())
            if not wanted or self._is_left(files) or self._complete(files):
                continue
            job = self._job(files.path, identity_of(trial), trial.spec, start.generator)
            jobs.append(replace(job, score_every=self._score_every))
        return jobs

    def _job(
        self,
        folder: Path,
        identity: Identity,
        spec: TrainingSpec | None,
        init: Path | None,
        needs_generator: bool = False,
    ) -> TrainJob:
        return TrainJob(
            root=self._store.root,
            folder=folder,
            label=identity["trial"],
            identity=identity,
            spec=spec,
            init=init,
            test_sets=self._test_sets,
            keep_checkpoints=self._keep,
            needs_generator=needs_generator,
        )

    def _is_left(self, files: TrialFolder) -> bool:
        """Whether a training ended badly in an earlier run and nobody asked for another try."""
        state = files.state
        return state in (State.FAILED, State.DIVERGED) and state not in self._retry

    def _complete(self, files: TrialFolder) -> bool:
        """Whether a trial is finished and has every score that is asked for."""
        state = files.state
        if state is not State.DONE:
            return state.is_finished
        result = files.read_result()
        return not any(missing_of_trial(files, result, each) for each in self._test_sets)


def identity_of(trial: Trial) -> Identity:
    """What a trial's record says of its place in the grid."""
    return Identity(trial=trial.name, content=trial.content, adv=trial.adv, seed=trial.seed)


def in_running_order(trials: Sequence[Trial]) -> list[Trial]:
    """Orders trials so that workers wait neither for a discriminator nor for the last trial.

    One trial of each seed warms its discriminator up; meanwhile the controls, which have none,
    keep the other workers busy. Behind them the deepest content loss, which takes longest,
    comes first.
    """
    from srgan_core.vgg import FEATURE_CUTS

    def depth(trial: Trial) -> int:
        return FEATURE_CUTS[trial.content].stop if trial.content in FEATURE_CUTS else 0

    longest_first = sorted(trials, key=depth, reverse=True)
    first = {trial.seed: trial for trial in reversed(longest_first) if trial.adv}

    def rank(trial: Trial) -> int:
        if trial is first.get(trial.seed):
            return 0
        return 2 if trial.adv else 1

    return sorted(longest_first, key=rank)


def test_set_jobs(plan: Plan, references: Sequence[TestSet]) -> tuple[TestSetJob, ...]:
    """Makes what jobs know of the test sets, whose images are written."""
    columns = columns_for(plan.config.eval.metrics)
    return tuple(
        TestSetJob(
            name=reference.name,
            images=tuple(path.stem for path in reference.hr),
            columns=columns,
            scale=plan.config.scale,
        )
        for reference in references
    )
