"""The job of a trial: train its generator, or adopt a file, and score it."""

from __future__ import annotations

import math
import platform
import statistics
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.files import file_sha256
from srgan_core.training.config import TrainingSpec
from sweep.errors import StoreError
from sweep.execution.jobs.context import Context, Event, StoppedError
from sweep.execution.jobs.missing import Missing, TestSetJob, missing_of_trial
from sweep.execution.jobs.scoring import (
    complete_scores,
    restore_images,
    score_as_a_whole,
    scorer_for,
)
from sweep.metrics.registry import image_columns
from sweep.scoring.health.trial_health import with_health
from sweep.scoring.path_scores import PathRecorder, PathSet, add_step
from sweep.store.claims import claimed
from sweep.store.folder import SweepStore
from sweep.store.intact import has_discriminator, has_generator
from sweep.store.records.base import SCHEMA
from sweep.store.records.log import read_log
from sweep.store.records.result import ResultRecord
from sweep.store.records.trial import Attempt, Identity
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder

if TYPE_CHECKING:
    from srgan_core.training.reports import Observer, Progress


@dataclass(frozen=True)
class TrainJob:
    """Trains one generator, or adopts a file, and scores it on every test set.

    Attributes:
        root: The results folder.
        folder: The trial's own folder below it.
        label: Name in progress displays.
        identity: Fields of trial.json that say which point of the grid this is.
        spec: How to train; None to adopt `init` as it is.
        init: Generator to start from; None for fresh weights.
        init_discriminator: Discriminator to go on with; None for a fresh one.
        is_pair: Whether others start from it together with its discriminator.
        test_sets: What to score on.
        keep_checkpoints: Whether training states stay once the trial is done.
        needs_generator: Whether the generator's file must be there, also when all is scored.
        score_every: Steps from one scoring on the way to the next; None to score the last
            generator alone. The weights do not depend on it.
    """

    root: Path
    folder: Path
    label: str
    identity: Identity
    spec: TrainingSpec | None
    init: Path | None
    test_sets: tuple[TestSetJob, ...]
    init_discriminator: Path | None = None
    is_pair: bool = False
    keep_checkpoints: bool = False
    needs_generator: bool = False
    score_every: int | None = None

    def is_trained(self) -> bool:
        """Whether an earlier run trained it."""
        return TrialFolder(self.folder).read_result().is_trained

    def run(self, context: Context) -> State:
        """Does what is left to do; returns the state that the trial ends in."""
        # A worker that an executor took for dead may be at work still, on another host.
        with ExitStack() as stack:
            try:
                stack.enter_context(claimed(self.folder, lambda: not context.should_stop()))
            except StoreError:
                # The other one's trial is not this worker's to judge.
                raise StoppedError from None
            return self._run(TrialFolder(self.folder), context)

    def _run(self, files: TrialFolder, context: Context) -> State:
        if not files.is_registered:
            files.update_trial(**self.identity)
        result = files.read_result()
        if not self._is_trained(files, result):
            state = self._train(files, context)
            if state is not State.TRAINED:
                return self._end(files, state) if state is State.DIVERGED else state
        if not result.is_trained:
            result = self._publish(files, self._trained_result(files), context)
        self._score(files, result, context)
        files.update_trial(state=State.SCORED)
        return self._end(files, State.DONE)

    def _is_trained(self, files: TrialFolder, result: ResultRecord) -> bool:
        if has_generator(files, result) and (has_discriminator(files, result) or not self.is_pair):
            return result.is_trained or files.state is State.TRAINED
        return result.is_trained and not self.needs_generator

    def _end(self, files: TrialFolder, state: State) -> State:
        """Drops what only a trial that goes on needs; the state comes last, as after a crash."""
        if not self.keep_checkpoints:
            files.drop_checkpoints()
        if state is State.DONE:
            files.update_trial(state=state, cause=None, traceback=None)
        else:
            files.update_trial(state=state)
        return state

    def _train(self, files: TrialFolder, context: Context) -> State:
        if self.spec is None:
            return self._adopt(files)
        from srgan_core.training.hardware import resolve_device
        from srgan_core.training.job import train

        store = SweepStore(self.root)
        data_keys = store.read_data_keys()
        attempts = files.read_trial().attempts
        attempt = Attempt(host=platform.node(), device=context.device, started=now())
        spec = self.spec
        if self.init is not None:
            spec = spec.model_copy(update={"init_sha256": file_sha256(self.init)})
        if self.init_discriminator is not None:
            digest = file_sha256(self.init_discriminator)
            spec = spec.model_copy(update={"init_discriminator_sha256": digest})
        files.update_trial(
            **self.identity,
            spec=spec,
            data={name: data_keys.get(name) for name in spec.data.sources},
            state=State.RUNNING,
            attempts=(*attempts, attempt),
        )
        outcome = train(
            spec,
            files.path,
            init=self.init,
            init_discriminator=self.init_discriminator,
            keep_discriminator=self.is_pair or self.keep_checkpoints,
            device=resolve_device(context.device),
            warmups=store.warmups,
            on_progress=lambda progress: context.emit(self._progress(progress)),
            should_stop=context.should_stop,
            observer=self._observer(files, context),
            data_keys=data_keys,
            on_damaged=partial(self._report_damage, files, context),
        )
        ended = {"ended": now(), "resumed_from": outcome.resumed_from}
        state = State(outcome.status)
        files.update_trial(
            state=state,
            attempts=(*attempts, attempt.model_copy(update=ended)),
            train_seconds=outcome.seconds,
            cause=outcome.cause,
        )
        if state is State.DIVERGED:
            context.emit(Event(self.label, "warning", {"message": outcome.cause}))
        return state

    def _publish(self, files: TrialFolder, result: ResultRecord, context: Context) -> ResultRecord:
        """Writes result.json; what another worker has published before stands."""
        aside = files.write_result(result)
        if aside is None:
            return result
        report_conflict(files, self.label, aside, context.emit)
        return files.read_result()

    def _report_damage(
        self, files: TrialFolder, context: Context, checkpoint: Path, reason: str
    ) -> None:
        message = f"a checkpoint was damaged and is set aside as {checkpoint.name} ({reason})"
        files.update_trial(quarantined=[*files.read_trial().quarantined, message])
        context.emit(Event(self.label, "warning", {"message": message}))

    def _observer(self, files: TrialFolder, context: Context) -> Observer | None:
        if self.score_every is None:
            return None
        from srgan_core.training.reports import Observer

        sets = [self._path_set(test_set, context) for test_set in self.test_sets]
        return Observer(self.score_every, PathRecorder(files, sets, context.should_stop))

    def _path_set(self, test_set: TestSetJob, context: Context) -> PathSet:
        reference = SweepStore(self.root).reference(test_set.name)
        columns = image_columns(test_set.columns)
        scorer = partial(scorer_for, columns, test_set.scale, context.device)
        return PathSet(test_set.name, test_set.images, reference, scorer)

    def _adopt(self, files: TrialFolder) -> State:
        """Takes a generator or a pair as it is: the bundled one or the user's."""
        from srgan_core.inference import load_generator, save_generator
        from srgan_core.pairs import open_pair

        scale = self.test_sets[0].scale
        if self.is_pair:
            with open_pair(self.init.parent if self.init else None, scale) as pair:
                pair.copy_to(files.path, scale)
        else:
            save_generator(files.generator, load_generator(self.init, scale))
        files.update_trial(**self.identity, state=State.TRAINED)
        return State.TRAINED

    def _trained_result(self, files: TrialFolder) -> ResultRecord:
        lines = [line.values for line in read_log(files.log)]
        result = ResultRecord(
            schema_version=SCHEMA,
            steps=self.spec.training.steps if self.spec else None,
            train_seconds=files.read_trial().train_seconds,
            generator_sha256=file_sha256(files.generator),
            grad_pixel=_median(line.get("grad_pixel") for line in lines),
            grad_content=_median(line.get("grad_content") for line in lines),
            grad_adv=_median(line.get("grad_adv") for line in lines),
            scores={},
        )
        if not self.is_pair:
            return result
        digest = file_sha256(files.discriminator)
        return result.model_copy(update={"discriminator_sha256": digest})

    def _score(self, files: TrialFolder, result: ResultRecord, context: Context) -> None:
        for test_set in self.test_sets:
            missing = missing_of_trial(files, result, test_set)
            if missing:
                context.emit(Event(self.label, "scoring", {"message": test_set.name}))
                result = self._scored(files, result, test_set, missing, context)
                result = self._publish(files, result, context)
            self._end_path(files, result, test_set.name)

    def _end_path(self, files: TrialFolder, result: ResultRecord, dataset: str) -> None:
        """The last generator, which is scored in any case, ends the path."""
        rows = result.scores.get(dataset)
        if rows and self.score_every is not None and self.spec is not None:
            add_step(files, self.spec.training.steps, dataset, list(rows.values()))

    def _scored(
        self,
        files: TrialFolder,
        result: ResultRecord,
        test_set: TestSetJob,
        missing: Missing,
        context: Context,
    ) -> ResultRecord:
        """The result with what it lacks on a test set."""
        name, images = test_set.name, files.images(test_set.name)
        reference = SweepStore(self.root).reference(name)
        lr, hr = reference / "lr", reference / "hr"
        result = restore_images(files, result, test_set, lr, context)
        known = result.scores.get(name, {})
        scores = complete_scores(known, missing.image_columns, test_set, images, hr, context)
        result = result.with_scores(name, scores)
        if missing.set_columns:
            columns = score_as_a_whole(missing.set_columns, test_set, images, hr, context)
            result = result.with_set_scores(name, columns)
        if missing.health:
            small = lr if test_set.keeps_lr else None
            result = with_health(files, result, name, test_set.images, small, test_set.scale)
        return result

    def _progress(self, progress: Progress) -> Event:
        fields = {"iteration": progress.iteration, "iterations": progress.iterations}
        return Event(self.label, "progress", fields | progress.record)


def report_conflict(
    files: TrialFolder, label: str, aside: Path, emit: Callable[[Event], None]
) -> None:
    """Tells that a trial has two results, and keeps it in trial.json."""
    message = f"a second result differs from the published one and was set aside: {aside.name}"
    files.update_trial(conflicts=[*files.read_trial().conflicts, message])
    emit(Event(label, "warning", {"message": message}))


def _median(values: Iterable[float | None]) -> float | None:
    """A norm is not finite where half precision overflowed and the step was skipped."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return statistics.median(known) if known else None


def now() -> str:
    """The time in UTC, to the second, as records hold it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
