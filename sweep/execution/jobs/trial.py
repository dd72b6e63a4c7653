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
from typing import TYPE_CHECKING, Any

from srgan_core.files import file_sha256
from srgan_core.training.config import TrainingSpec
from srgan_core.training.log import read_log
from sweep.errors import StoreError
from sweep.execution.jobs.context import Context, Event, StoppedError
from sweep.execution.jobs.scoring import (
    TestSetJob,
    complete_scores,
    missing_columns,
    restore_images,
    score_as_a_whole,
    scorer_for,
)
from sweep.metrics.specs import image_columns
from sweep.scoring.health.trial_health import add_health, lacks_health
from sweep.scoring.path_scores import PathRecorder, PathSet, add_step
from sweep.scoring.set_scores import missing_set_columns
from sweep.store.claims import claimed
from sweep.store.folder import SweepStore, TrialFolder

if TYPE_CHECKING:
    from srgan_core.training.reports import Observer, Progress

RESULT_SCHEMA = 1

GRADIENT_TERMS = ("grad_pixel", "grad_content", "grad_adv")


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
        test_sets: What to score on.
        keep_checkpoints: Whether training states stay once the trial is done.
        needs_generator: Whether the generator's file must be there, also when all is scored.
        score_every: Steps from one scoring on the way to the next; None to score the last
            generator alone. The weights do not depend on it.
    """

    root: Path
    folder: Path
    label: str
    identity: dict[str, Any]
    spec: TrainingSpec | None
    init: Path | None
    test_sets: tuple[TestSetJob, ...]
    keep_checkpoints: bool = False
    needs_generator: bool = False
    score_every: int | None = None

    def run(self, context: Context) -> str:
        """Does what is left to do; returns the state that the trial ends in."""
        # A worker that an executor took for dead may be at work still, on another host.
        with ExitStack() as stack:
            try:
                stack.enter_context(claimed(self.folder, lambda: not context.should_stop()))
            except StoreError:
                # The other one's trial is not this worker's to judge.
                raise StoppedError from None
            return self._run(TrialFolder(self.folder), context)

    def _run(self, files: TrialFolder, context: Context) -> str:
        result = files.read_result()
        if not self._is_trained(files, result):
            state = self._train(files, context)
            if state != "trained":
                return self._end(files, state) if state == "diverged" else state
        if "steps" not in result:
            result = self._publish(files, self._trained_result(files), context)
        self._score(files, result, context)
        files.update_trial(state="scored")
        return self._end(files, "done")

    def _is_trained(self, files: TrialFolder, result: dict[str, Any]) -> bool:
        if files.generator.is_file():
            return "steps" in result or files.state == "trained"
        return "steps" in result and not self.needs_generator

    def _end(self, files: TrialFolder, state: str) -> str:
        """Drops what only a trial that goes on needs; the state comes last, as after a crash."""
        if not self.keep_checkpoints:
            files.drop_checkpoints()
        past = {"cause": None, "traceback": None} if state == "done" else {}
        files.update_trial(state=state, **past)
        return state

    def _train(self, files: TrialFolder, context: Context) -> str:
        if self.spec is None:
            return self._adopt(files)
        from srgan_core.training.hardware import resolve_device
        from srgan_core.training.job import train

        data_keys = SweepStore(self.root).read_data_keys()
        attempts = files.read_trial().get("attempts", [])
        attempt: dict[str, Any] = {"host": platform.node(), "started": now()}
        spec = self.spec
        if self.init is not None:
            spec = spec.model_copy(update={"init_sha256": file_sha256(self.init)})
        files.update_trial(
            schema=RESULT_SCHEMA,
            **self.identity,
            spec=spec.canonical(),
            data={name: data_keys.get(name) for name in spec.data.sources},
            state="running",
            attempts=[*attempts, attempt],
        )
        outcome = train(
            spec,
            files.path,
            init=self.init,
            device=resolve_device(context.device),
            warmups=SweepStore(self.root).warmups,
            on_progress=lambda progress: context.emit(self._progress(progress)),
            should_stop=context.should_stop,
            observer=self._observer(files, context),
            data_keys=data_keys,
            on_damaged=partial(self._report_damage, files, context),
        )
        attempt |= {"ended": now(), "resumed_from": outcome.resumed_from}
        files.update_trial(
            state=outcome.status,
            attempts=[*attempts, attempt],
            train_seconds=outcome.seconds,
            cause=outcome.cause,
        )
        if outcome.status == "diverged":
            context.emit(Event(self.label, "warning", {"message": outcome.cause}))
        return outcome.status

    def _publish(
        self, files: TrialFolder, result: dict[str, Any], context: Context
    ) -> dict[str, Any]:
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
        _report(files, self.label, "quarantined", message, context.emit)

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

    def _adopt(self, files: TrialFolder) -> str:
        """Takes a generator as it is: the bundled one or the user's."""
        from srgan_core.inference import load_generator, save_generator

        scale = self.test_sets[0].scale
        save_generator(files.generator, load_generator(self.init, scale))
        files.update_trial(schema=RESULT_SCHEMA, **self.identity, state="trained")
        return "trained"

    def _trained_result(self, files: TrialFolder) -> dict[str, Any]:
        records = read_log(files.log)
        medians = {term: _median(record.get(term) for record in records) for term in GRADIENT_TERMS}
        return {
            "schema": RESULT_SCHEMA,
            "steps": self.spec.training.steps if self.spec else None,
            "train_seconds": files.read_trial().get("train_seconds"),
            "generator_sha256": file_sha256(files.generator),
            **medians,
            "scores": {},
        }

    def _score(self, files: TrialFolder, result: dict[str, Any], context: Context) -> None:
        store = SweepStore(self.root)
        for test_set in self.test_sets:
            known = result["scores"].get(test_set.name, {})
            lacking = lacks_health(files, result, test_set.name, test_set.images)
            whole = missing_set_columns(result, test_set.name, test_set.columns)
            if not (lacking or whole or missing_columns(known, test_set, full_reference=True)):
                continue
            context.emit(Event(self.label, "scoring", {"message": test_set.name}))
            reference = store.reference(test_set.name)
            restore_images(files, test_set, reference / "lr", context)
            result["scores"][test_set.name] = complete_scores(
                known, test_set, files.images(test_set.name), reference / "hr", context
            )
            score_as_a_whole(
                result,
                test_set.name,
                test_set,
                files.images(test_set.name),
                reference / "hr",
                context,
            )
            if lacking:
                images, lr = test_set.images, reference / "lr"
                add_health(files, result, test_set.name, images, lr, test_set.scale)
            result = self._publish(files, result, context)
            if self.score_every is not None and self.spec is not None:
                # The last generator, which is scored in any case, ends the path.
                rows = list(result["scores"][test_set.name].values())
                add_step(files, self.spec.training.steps, test_set.name, rows)

    def _progress(self, progress: Progress) -> Event:
        fields = {"iteration": progress.iteration, "iterations": progress.iterations}
        return Event(self.label, "progress", fields | progress.record)


def report_conflict(
    files: TrialFolder, label: str, aside: Path, emit: Callable[[Event], None]
) -> None:
    """Tells that a trial has two results, and keeps it in trial.json.

    Args:
        files: The trial.
        label: Name in progress displays.
        aside: File of the second result.
        emit: Who is told.
    """
    message = f"a second result differs from the published one and was set aside: {aside.name}"
    _report(files, label, "conflicts", message, emit)


def _report(
    files: TrialFolder, label: str, field: str, message: str, emit: Callable[[Event], None]
) -> None:
    """Keeps a message in trial.json and tells it."""
    files.update_trial(**{field: [*files.read_trial().get(field, []), message]})
    emit(Event(label, "warning", {"message": message}))


def _median(values: Iterable[float | None]) -> float | None:
    """A norm is not finite where half precision overflowed and the step was skipped."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return statistics.median(known) if known else None


def now() -> str:
    """The time in UTC, to the second, as records hold it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
