"""Restores and scores the images of a test set, as far as that is not done yet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.execution.jobs.context import Context, Event
from sweep.metrics.specs import find_spec, image_columns
from sweep.scoring.set_scores import add_set_scores, missing_set_columns
from sweep.store.folder import TrialFolder

if TYPE_CHECKING:
    from sweep.scoring.evaluate import Scorer


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


def restore_images(files: TrialFolder, test_set: TestSetJob, lr: Path, context: Context) -> None:
    """Restores the LR images of a test set with a trial's generator, unless all are there.

    Args:
        files: The trial.
        test_set: Which images.
        lr: Folder of the LR images.
        context: What the worker lends.
    """
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


def complete_scores(
    scores: dict[str, dict[str, float]],
    test_set: TestSetJob,
    images: Path,
    references: Path | None,
    context: Context,
) -> dict[str, dict[str, float]]:
    """Adds the missing columns of every image; full-reference ones only with references.

    Args:
        scores: Image to column to value, as far as known.
        test_set: Which images and columns.
        images: Folder of the restored images.
        references: Folder of the HR images; None for methods that have none.
        context: What the worker lends.

    Returns:
        The completed scores.
    """
    missing = missing_columns(scores, test_set, full_reference=references is not None)
    if not missing:
        return scores
    scorer = scorer_for(missing, test_set.scale, context.device)
    # The scorer serves many trials and test sets.
    scorer.warnings.clear()
    completed = {}
    for name in test_set.images:
        context.check()
        reference = references / f"{name}.png" if references else None
        found = scorer.score(images / f"{name}.png", reference)
        completed[name] = scores.get(name, {}) | found
    for message in scorer.warnings:
        context.emit(Event(test_set.name, "warning", {"message": message}))
    return completed


def score_as_a_whole(
    record: dict[str, Any],
    name: str,
    test_set: TestSetJob,
    images: Path,
    references: Path,
    context: Context,
) -> None:
    """Adds the missing columns that have one value for a whole test set.

    Args:
        record: Document with the scores, which is added to.
        name: Name of the test set, or of the method, in it.
        test_set: Which images and columns.
        images: Folder of the restored images.
        references: Folder of the HR images.
        context: What the worker lends.
    """
    missing = missing_set_columns(record, name, test_set.columns)
    if not missing:
        return
    context.check()
    pairs = [(images / f"{image}.png", references / f"{image}.png") for image in test_set.images]
    scorer = partial(scorer_for, missing, test_set.scale, context.device)
    for message in add_set_scores(record, name, pairs, scorer):
        context.emit(Event(test_set.name, "warning", {"message": message}))


def missing_columns(
    scores: dict[str, dict[str, float]], test_set: TestSetJob, full_reference: bool
) -> tuple[str, ...]:
    """Names the columns that some image lacks.

    Args:
        scores: Image to column to value.
        test_set: Which images and columns.
        full_reference: Whether columns that need the HR image are wanted too.

    Returns:
        Columns in the order of the test set.
    """
    present = set.intersection(*(set(scores.get(n, {})) for n in test_set.images))
    return tuple(
        column
        for column in image_columns(test_set.columns)
        if column not in present and (full_reference or find_spec(column).reference == "none")
    )


_scorers: dict[tuple[tuple[str, ...], int, str], Scorer] = {}


def scorer_for(columns: tuple[str, ...], scale: int, device: str) -> Scorer:
    """Gives the scorer of some columns; its networks are loaded once a process.

    Args:
        columns: Metric columns.
        scale: Magnification.
        device: Where networks run.
    """
    from srgan_core.training.hardware import resolve_device
    from sweep.scoring.evaluate import Scorer

    key = (columns, scale, device)
    if key not in _scorers:
        _scorers[key] = Scorer(columns, scale, str(resolve_device(device)))
    return _scorers[key]
