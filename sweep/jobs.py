"""What a worker process does: make references, train, restore, score. Writes through the store.

A job may run twice: everything it finds done on disk it leaves as it is.
"""

from __future__ import annotations

import math
import platform
import statistics
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srgan_core.errors import SrganError
from srgan_core.files import file_sha256
from srgan_core.training.config import TrainingSpec
from srgan_core.training.log import read_log
from sweep.scoring.metrics.specs import METRICS
from sweep.store import SweepStore, TrialFolder

if TYPE_CHECKING:
    from srgan_core.training.trainer import Progress
    from sweep.scoring.evaluate import Scorer

RESULT_SCHEMA = 1

GRADIENT_TERMS = ("grad_pixel", "grad_content", "grad_adv")


@dataclass(frozen=True)
class Event:
    """News from a job.

    Attributes:
        job: Label of the job.
        kind: `started`, `progress`, `scoring`, `packing`, `done`, `diverged`, `failed`,
            `interrupted`, or `warning`.
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
        return not any(
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

    def run(self, context: Context) -> str:
        """Does what is left to do; returns the state that the trial ends in."""
        files = TrialFolder(self.folder)
        result = files.read_result()
        if not self._is_trained(files, result):
            state = self._train(files, context)
            if state != "trained":
                return self._end(files, state) if state == "diverged" else state
        if "steps" not in result:
            result = self._trained_result(files)
            files.write_result(result)
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

        attempts = files.read_trial().get("attempts", [])
        attempt: dict[str, Any] = {"host": platform.node(), "started": _now()}
        spec = self.spec
        if self.init is not None:
            spec = spec.model_copy(update={"init_sha256": file_sha256(self.init)})
        files.update_trial(
            schema=RESULT_SCHEMA,
            **self.identity,
            spec=spec.canonical(),
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
            if not _missing_columns(known, test_set, full_reference=True):
                continue
            context.emit(Event(self.label, "scoring", {"message": test_set.name}))
            reference = store.reference(test_set.name)
            _restore_images(files, test_set, reference / "lr", context)
            result["scores"][test_set.name] = _complete_scores(
                known, test_set, files.images(test_set.name), reference / "hr", context
            )
            files.write_result(result)

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
        `done`, `interrupted`, `diverged` or `failed`.
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
        message = f"{type(error).__name__}: {error}"
        state = record_failure(job, message, context.emit, traceback.format_exc())
    context.emit(Event(job.label, state))
    return state


def record_failure(
    job: Job, cause: str, emit: Callable[[Event], None], trace: str | None = None
) -> str:
    """Tells what went wrong and writes it into the trial's record.

    Args:
        job: What failed.
        cause: One sentence.
        emit: Who is told.
        trace: Traceback of an error that nobody foresaw.

    Returns:
        `failed`.
    """
    emit(Event(job.label, "warning", {"message": cause}))
    if isinstance(job, TrainJob):
        fields = {"state": "failed", "cause": cause, "traceback": trace}
        TrialFolder(job.folder).update_trial(schema=RESULT_SCHEMA, **job.identity, **fields)
    return "failed"


def _median(values: Iterable[float | None]) -> float | None:
    """A norm is not finite where half precision overflowed and the step was skipped."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    return statistics.median(known) if known else None


def _use_threads(count: int) -> None:
    import torch

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


def _missing_columns(
    scores: dict[str, dict[str, float]], test_set: TestSetJob, full_reference: bool
) -> tuple[str, ...]:
    """Columns that some image lacks."""
    present = set.intersection(*(set(scores.get(n, {})) for n in test_set.images))
    return tuple(
        column
        for column in test_set.columns
        if column not in present and (full_reference or METRICS[column].reference == "none")
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
