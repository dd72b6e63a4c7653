"""Measures the health of a trial from its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sweep.store.records.log import read_log
from sweep.store.records.result import ResultRecord
from sweep.store.trial_folder import TrialFolder


def can_measure_health(files: TrialFolder, dataset: str, images: Sequence[str]) -> bool:
    """Whether the restored images of a trial on a test set are there, or can be made."""
    restored = (files.images(dataset) / f"{name}.png" for name in images)
    return files.generator.is_file() or all(image.is_file() for image in restored)


def with_health(
    files: TrialFolder,
    result: ResultRecord,
    dataset: str,
    images: Sequence[str],
    lr: Path | None,
    scale: int,
) -> ResultRecord:
    """Adds the health of a trial whose images are restored to its result.

    The folder of LR images is None where a restored image need not agree with them.
    """
    from sweep.scoring.health.measures import image_measures, training_measures

    training = training_measures([line.values for line in read_log(files.log)])
    restored = [files.images(dataset) / f"{name}.png" for name in images]
    small = [lr / f"{name}.png" for name in images] if lr else None
    measured = image_measures(restored, small, scale)
    return result.with_health(training, dataset, measured)
