"""Restores and scores the images of a test set, as far as that is not done yet."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.missing import TestSetJob
from sweep.store.folder import TrialFolder
from sweep.store.records.base import Columns, Scores

if TYPE_CHECKING:
    from sweep.scoring.evaluate import Scorer


def restore_images(files: TrialFolder, test_set: TestSetJob, lr: Path, context: Context) -> None:
    """Restores the LR images of a test set with a trial's generator, unless all are there."""
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
    scores: Scores,
    columns: tuple[str, ...],
    test_set: TestSetJob,
    images: Path,
    hr: Path | None,
    context: Context,
) -> Scores:
    """Adds missing columns to the scores of every image; HR is None for a method without one."""
    if not columns:
        return scores
    scorer = scorer_for(columns, test_set.scale, context.device)
    completed = {}
    for name in test_set.images:
        context.check()
        reference = hr / f"{name}.png" if hr else None
        found = scorer.score(images / f"{name}.png", reference)
        completed[name] = scores.get(name, {}) | found
    _warn(scorer.warnings, test_set, context)
    return completed


def score_as_a_whole(
    columns: tuple[str, ...],
    test_set: TestSetJob,
    images: Path,
    hr: Path,
    context: Context,
) -> Columns:
    """Scores missing columns that are a distance between two sets of images."""
    if not columns:
        return {}
    context.check()
    files = [f"{image}.png" for image in test_set.images]
    scorer = scorer_for(columns, test_set.scale, context.device)
    found = scorer.score_distribution(
        [images / file for file in files], [hr / file for file in files]
    )
    _warn(scorer.warnings, test_set, context)
    return found


def _warn(messages: Iterable[str], test_set: TestSetJob, context: Context) -> None:
    for message in messages:
        context.emit(Event(test_set.name, "warning", {"message": message}))


_scorers: dict[tuple[tuple[str, ...], int, str], Scorer] = {}


def scorer_for(columns: tuple[str, ...], scale: int, device: str) -> Scorer:
    """Gives the scorer of some columns; its networks are loaded once a process."""
    from srgan_core.training.hardware import resolve_device
    from sweep.scoring.evaluate import Scorer

    key = (columns, scale, device)
    if key not in _scorers:
        _scorers[key] = Scorer(columns, scale, str(resolve_device(device)))
    # It serves many trials and test sets.
    _scorers[key].warnings.clear()
    return _scorers[key]
