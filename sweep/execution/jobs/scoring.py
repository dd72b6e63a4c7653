"""Restores and scores the images of a test set, as far as that is not done yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.files import file_sha256
from sweep.errors import StoreError
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.missing import TestSetJob
from sweep.store.intact import generator_loss, has_generator, lost_images
from sweep.store.records.base import Columns, Scores
from sweep.store.records.result import ResultRecord
from sweep.store.trial_folder import TrialFolder

if TYPE_CHECKING:
    from sweep.scoring.evaluate import Scorer


def restore_images(
    files: TrialFolder, result: ResultRecord, test_set: TestSetJob, lr: Path, context: Context
) -> ResultRecord:
    """Restores what is lost of a test set's images with a trial's generator.

    Returns:
        The result with the hashes of all images.

    Raises:
        StoreError: when the generator is not the one that the result is of, or makes other images
            than those that were scored.
    """
    name, folder = test_set.name, files.images(test_set.name)
    lost = lost_images(files, result, name, test_set.images)
    if lost:
        if not has_generator(files, result):
            raise StoreError(generator_loss(files, result))
        _restore(files, test_set, lost, lr, context)
    known = result.image_sha256.get(name, {})
    hashes = {image: file_sha256(folder / f"{image}.png") for image in test_set.images}
    others = [image for image in lost if known.get(image, hashes[image]) != hashes[image]]
    if others:
        for image in others:
            (folder / f"{image}.png").unlink()
        raise StoreError(
            f"{folder}: {', '.join(others)}: lost, and restored here with other bytes than those "
            "that were scored (another processor or PyTorch); put copies back, or delete "
            f"{files.path / 'result.json'} and run the sweep again to train it anew"
        )
    return result.with_image_hashes(name, hashes)


def _restore(
    files: TrialFolder, test_set: TestSetJob, images: Sequence[str], lr: Path, context: Context
) -> None:
    from srgan_core.data.images import read_rgb, write_png
    from srgan_core.inference import load_generator, restore
    from srgan_core.training.hardware import resolve_device

    folder = files.images(test_set.name)
    device = resolve_device(context.device)
    generator = load_generator(files.generator, test_set.scale, device)
    for name in images:
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
