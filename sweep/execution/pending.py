"""The jobs of a plan that are not finished yet, in the order in which they had best be run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.training.config import TrainingSpec
from srgan_core.wording import counted
from sweep.config.grid import Start, Trial, start_name
from sweep.config.names import StartKind
from sweep.execution.jobs.failing import Job
from sweep.execution.jobs.missing import TestSetJob, missing_of_trial
from sweep.execution.jobs.reference import ReferenceJob
from sweep.execution.jobs.trial import TrainJob
from sweep.metrics.registry import columns_for
from sweep.planning.estimate import content_depth
from sweep.planning.plan import Plan
from sweep.store.folder import SweepStore
from sweep.store.intact import (
    generator_loss,
    has_discriminator,
    has_generator,
    is_damaged,
    lost_images,
)
from sweep.store.records.trial import Identity
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder

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

    def starts(self, kind: StartKind) -> list[Job]:
        """Jobs of the starts of a kind that lack scores, or that a training has to set out from."""
        jobs: list[Job] = []
        for start in self._plan.starts.values():
            files = self._store.generator(start.name)
            if start.kind is not kind or self._is_left(files):
                continue
            lost = not _has_weights(files, kind) and self._is_wanted(start, files)
            if lost or not self._complete(files):
                identity = Identity(trial=start.name, seed=start.seed, recipe=start.recipe)
                init, discriminator = self._initial_files(start)
                job = self._job(files.path, identity, start.spec, init, lost)
                is_pair = kind is StartKind.SRGAN
                jobs.append(replace(job, init_discriminator=discriminator, is_pair=is_pair))
        return jobs

    def _is_wanted(self, start: Start, files: TrialFolder) -> bool:
        """Whether the weights of a start are worth making again where they are not whole.

        A file that only has to be taken once more is put back wherever a damaged one lies.
        """
        adopted = start.spec is None
        return start.name in self._needed() or (adopted and is_damaged(files, files.read_result()))

    def _needed(self) -> set[str]:
        """Names of the starts whose weights a training is to set out from."""
        needed = {
            start_name(trial.start, trial.seed)
            for trial in self._plan.asked
            if not self._store.trial(trial.name).state.is_finished
        }
        for start in self._plan.starts.values():
            is_trained = start.kind is StartKind.SRGAN and start.spec is not None
            if is_trained and start.name in needed:
                files = self._store.generator(start.name)
                if not (files.state.is_finished and _has_weights(files, start.kind)):
                    needed.add(start_name(StartKind.SRRESNET, start.seed))
        return needed

    def _initial_files(self, start: Start) -> tuple[Path | None, Path | None]:
        """What a start sets out from itself, or is: generator and discriminator."""
        if start.kind is StartKind.SRRESNET:
            return None if start.spec else self._plan.config.srresnet.init, None
        if start.spec:
            return self._store.start(StartKind.SRRESNET, start.seed).generator, None
        folder = self._plan.config.srgan.init
        if folder is None:
            return None, None
        given = TrialFolder(folder)
        return given.generator, given.discriminator

    def trials(self) -> list[TrainJob]:
        """Jobs of the trials asked for; those of earlier runs only lack scores."""
        asked = {trial.name for trial in self._plan.asked}
        jobs: list[TrainJob] = []
        for trial in in_running_order(self._plan.trials):
            files = self._store.trial(trial.name)
            start = self._store.start(trial.start, trial.seed)
            trained = files.read_result().is_trained
            wanted = trained or (trial.name in asked and _has_weights(start, trial.start))
            if not wanted or self._is_left(files) or self._complete(files):
                continue
            goes_on = trial.adv > 0 and trial.start is StartKind.SRGAN
            job = replace(
                self._job(files.path, identity_of(trial), trial.spec, start.generator),
                init_discriminator=start.discriminator if goes_on else None,
                score_every=self._score_every,
            )
            jobs.append(job)
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

    def losses(self) -> list[str]:
        """Says of what is done which files are lost that no run makes again by itself."""
        names = [start.name for start in self._plan.starts.values()]
        names += [trial.name for trial in self._plan.trials]
        found = [self._loss(self._store.generator(name)) for name in names]
        return [text for text in found if text]

    def _loss(self, files: TrialFolder) -> str | None:
        result = files.read_result() if files.state is State.DONE else None
        if result is None or has_generator(files, result):
            return None
        if files.generator.is_file():
            return generator_loss(files, result)
        lost = [
            name
            for each in self._test_sets
            for name in lost_images(files, result, each.name, each.images)
        ]
        if not (lost and files.has_images):
            return None
        return f"{files.path}: lost {counted(len(lost), 'image')}; {generator_loss(files, result)}"


def _has_weights(files: TrialFolder, kind: StartKind) -> bool:
    """Whether a training can set out from a start: its files are there as its result has them."""
    result = files.read_result()
    is_whole = kind is not StartKind.SRGAN or has_discriminator(files, result)
    return has_generator(files, result) and is_whole


def identity_of(trial: Trial) -> Identity:
    """What a trial's record says of its place in the grid."""
    return Identity(
        trial=trial.name,
        content=trial.content,
        adv=trial.adv,
        seed=trial.seed,
        start=trial.start,
    )


def in_running_order(trials: Sequence[Trial]) -> list[Trial]:
    """Orders trials so that workers wait neither for a discriminator nor for the last trial.

    One trial of each seed, and of each setting on which a warm-up depends, warms a fresh
    discriminator up; meanwhile the controls, which have none, keep the other workers busy. Behind
    them the deepest content loss, which takes longest, comes first.
    """
    longest_first = sorted(trials, key=lambda trial: content_depth(trial.content), reverse=True)
    fresh = [trial for trial in longest_first if trial.adv and trial.start is StartKind.SRRESNET]
    first = {trial.spec.warmup_digest(): trial.name for trial in reversed(fresh)}
    warming = set(first.values())

    def rank(trial: Trial) -> int:
        if trial.name in warming:
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
            keeps_lr=reference.low_resolution is None,
        )
        for reference in references
    )
