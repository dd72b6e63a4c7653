"""What a worker process does: make references, train, restore, score. Writes through the store.

A job may run twice: everything it finds done on disk it leaves as it is.
"""

from __future__ import annotations

import math
import os
import platform
import statistics
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srgan_core.errors import SrganError
from srgan_core.files import file_sha256, is_disk_error
from srgan_core.training.config import TrainingSpec
from srgan_core.training.log import read_log
from sweep.at_work import claimed
from sweep.failures import OUT_OF_MEMORY, describe_disk_error, is_out_of_memory
from sweep.scoring.metrics.specs import find_spec, image_columns
from sweep.scoring.path_scores import PathRecorder, PathSet, add_step
from sweep.scoring.set_scores import add_set_scores, missing_set_columns
from sweep.scoring.trial_health import add_health, lacks_health
from sweep.store import SweepStore, TrialFolder

if TYPE_CHECKING:
    from srgan_core.training.trainer import Observer, Progress
    from sweep.scoring.evaluate import Scorer

RESULT_SCHEMA = 1

GRADIENT_TERMS = ("grad_pixel", "grad_content", "grad_adv")


@dataclass(frozen=True)
class Event:
    """News from a job.

    Attributes:
        job: Label of the job.
        kind: `started`, `progress`, `scoring`, `packing`, `done`, `diverged`, `failed`,
            `interrupted`, `warning`, or `disk` when the disk takes no more.
        fields: Details: a log record with `iteration` and `iterations`, or a `message`.
    """

    job: str
    kind: str
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """What a worker lends to its jobs.

    Attributes:
        emit: Sends news to the supervisor.
        should_stop: Whether to write a checkpoint and end.
        device: Where to train and score.
        threads: CPU threads, on whose number the last digits of results depend.
    """

    emit: Callable[[Event], None]
    should_stop: Callable[[], bool]
    device: str
    threads: int

    def check(self) -> None:
        """Ends a job that needs no checkpoint.

        Raises:
            StoppedError: when the sweep is asked to end.
        """
        if self.should_stop():
            raise StoppedError


class StoppedError(Exception):
    """A job was left between two images; what it wrote so far is whole."""


@dataclass(frozen=True)
class TestSetJob:
    """One test set as a job needs it.

    Attributes:
        name: Name in the tables.
        images: Image names in order.
        columns: Metric columns to score.
        scale: Magnification.
    """

    __test__ = False

    name: str
    images: tuple[str, ...]
    columns: tuple[str, ...]
    scale: int


@dataclass(frozen=True)
class ReferenceJob:
    """Scores `bicubic` and `original` of a test set whose images are written."""

    root: Path
    test_set: TestSetJob

    @property
    def label(self) -> str:
        """Name in progress displays."""
        return f"reference {self.test_set.name}"

    def is_done(self) -> bool:
        """Whether both have every score that they can have."""
        scores = SweepStore(self.root).read_reference_scores(self.test_set.name)
        return not missing_set_columns(scores, "bicubic", self.test_set.columns) and not any(
            _missing_columns(scores.get(method, {}), self.test_set, full_reference)
            for method, full_reference in (("bicubic", True), ("original", False))
        )

    def run(self, context: Context) -> str:
        """Scores what is missing; returns `done`."""
        store, name = SweepStore(self.root), self.test_set.name
        scores = store.read_reference_scores(name)
        folder = store.reference(name)
        for method, images in (("bicubic", "bicubic"), ("original", "hr")):
            references = folder / "hr" if method == "bicubic" else None
            scores[method] = _complete_scores(
                scores.get(method, {}), self.test_set, folder / images, references, context
            )
        _score_as_a_whole(
            scores, "bicubic", self.test_set, folder / "bicubic", folder / "hr", context
        )
        store.write_reference_scores(name, scores)
        return "done"


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
        with claimed(self.folder, may_wait=lambda: not context.should_stop()):
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
        attempt: dict[str, Any] = {"host": platform.node(), "started": _now()}
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
        attempt |= {"ended": _now(), "resumed_from": outcome.resumed_from}
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
        message = f"a second result differs from the published one and was set aside: {aside.name}"
        self._report(files, context, "conflicts", message)
        return files.read_result()

    def _report_damage(
        self, files: TrialFolder, context: Context, checkpoint: Path, reason: str
    ) -> None:
        message = f"a checkpoint was damaged and is set aside as {checkpoint.name} ({reason})"
        self._report(files, context, "quarantined", message)

    def _report(self, files: TrialFolder, context: Context, field: str, message: str) -> None:
        """Keeps a message in trial.json and tells it."""
        files.update_trial(**{field: [*files.read_trial().get(field, []), message]})
        context.emit(Event(self.label, "warning", {"message": message}))

    def _observer(self, files: TrialFolder, context: Context) -> Observer | None:
        if self.score_every is None:
            return None
        from srgan_core.training.trainer import Observer

        sets = [self._path_set(test_set, context) for test_set in self.test_sets]
        return Observer(self.score_every, PathRecorder(files, sets, context.should_stop))

    def _path_set(self, test_set: TestSetJob, context: Context) -> PathSet:
        reference = SweepStore(self.root).reference(test_set.name)
        columns = image_columns(test_set.columns)
        scorer = partial(_scorer, columns, test_set.scale, context.device)
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
            if not (lacking or whole or _missing_columns(known, test_set, full_reference=True)):
                continue
            context.emit(Event(self.label, "scoring", {"message": test_set.name}))
            reference = store.reference(test_set.name)
            _restore_images(files, test_set, reference / "lr", context)
            result["scores"][test_set.name] = _complete_scores(
                known, test_set, files.images(test_set.name), reference / "hr", context
            )
            _score_as_a_whole(
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


Job = ReferenceJob | TrainJob


def run_job(job: Job, context: Context) -> str:
    """Runs a job and turns what goes wrong into a state.

    Args:
        job: What to do.
        context: What the worker lends.

    Returns:
        `done`, `interrupted`, `diverged`, `failed`, or `OUT_OF_MEMORY`, upon which the job may
        be tried once more alone.
    """
    if context.should_stop():
        return "interrupted"
    context.emit(Event(job.label, "started"))
    try:
        _use_threads(context.threads)
        state = job.run(context)
    except StoppedError:
        state = "interrupted"
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
            note_state(job, "interrupted", describe_disk_error(error))
        return "interrupted"
    return record_failure(job, message, context.emit, traceback.format_exc())


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

    Args:
        job: What ended; jobs of other kinds have no record.
        state: State of the trial.
        cause: One sentence.
        trace: Traceback of an error that nobody foresaw.
    """
    if not isinstance(job, TrainJob):
        return
    files = TrialFolder(job.folder)
    fields: dict[str, Any] = {"state": state, "cause": cause, "traceback": trace}
    attempts = files.read_trial().get("attempts", [])
    if attempts and "ended" not in attempts[-1]:
        attempts[-1] |= {"ended": _now(), "cause": cause}
        fields["attempts"] = attempts
    files.update_trial(schema=RESULT_SCHEMA, **job.identity, **fields)


def _median(values: Iterable[float | None]) -> float | None:
    """A norm is not finite where half precision overflowed and the step was skipped."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return statistics.median(known) if known else None


def _use_threads(count: int) -> None:
    """PyTorch asks the environment when it is imported, which is left to those who need it."""
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(count)
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(count)


def _restore_images(files: TrialFolder, test_set: TestSetJob, lr: Path, context: Context) -> None:
    from srgan_core.data.images import read_rgb, write_png
    from srgan_core.inference import load_generator, restore
    from srgan_core.training.hardware import resolve_device

    folder = files.images(test_set.name)
    if all((folder / f"{name}.png").is_file() for name in test_set.images):
        return
    device = resolve_device(context.device)
    generator = load_generator(files.generator, test_set.scale, device)
    for name in test_set.images:
        context.check()
        write_png(folder / f"{name}.png", restore(generator, read_rgb(lr / f"{name}.png")))


def _complete_scores(
    scores: dict[str, dict[str, float]],
    test_set: TestSetJob,
    images: Path,
    references: Path | None,
    context: Context,
) -> dict[str, dict[str, float]]:
    """Adds the missing columns of every image; full-reference ones only with references."""
    missing = _missing_columns(scores, test_set, full_reference=references is not None)
    if not missing:
        return scores
    scorer = _scorer(missing, test_set.scale, context.device)
    completed = {}
    for name in test_set.images:
        context.check()
        reference = references / f"{name}.png" if references else None
        found = scorer.score(images / f"{name}.png", reference)
        completed[name] = scores.get(name, {}) | found
    for message in scorer.warnings:
        context.emit(Event(test_set.name, "warning", {"message": message}))
    return completed


def _score_as_a_whole(
    record: dict[str, Any],
    name: str,
    test_set: TestSetJob,
    images: Path,
    references: Path,
    context: Context,
) -> None:
    """Adds the missing columns that have one value for a whole test set."""
    missing = missing_set_columns(record, name, test_set.columns)
    if not missing:
        return
    context.check()
    pairs = [(images / f"{image}.png", references / f"{image}.png") for image in test_set.images]
    scorer = partial(_scorer, missing, test_set.scale, context.device)
    for message in add_set_scores(record, name, pairs, scorer):
        context.emit(Event(test_set.name, "warning", {"message": message}))


def _missing_columns(
    scores: dict[str, dict[str, float]], test_set: TestSetJob, full_reference: bool
) -> tuple[str, ...]:
    """Columns that some image lacks."""
    present = set.intersection(*(set(scores.get(n, {})) for n in test_set.images))
    return tuple(
        column
        for column in image_columns(test_set.columns)
        if column not in present and (full_reference or find_spec(column).reference == "none")
    )


_scorers: dict[tuple[tuple[str, ...], int, str], Scorer] = {}


def _scorer(columns: tuple[str, ...], scale: int, device: str) -> Scorer:
    """Networks are loaded once a process."""
    from srgan_core.training.hardware import resolve_device
    from sweep.scoring.evaluate import Scorer

    key = (columns, scale, device)
    if key not in _scorers:
        _scorers[key] = Scorer(columns, scale, str(resolve_device(device)))
    return _scorers[key]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
