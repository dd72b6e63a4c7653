"""Measures the health of a trial from its files and keeps it in result.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from srgan_core.training.log import read_log
from sweep.store.folder import TrialFolder

KEY = "health"
"""Name of the section in result.json."""


def lacks_health(
    files: TrialFolder, result: Mapping[str, Any], dataset: str, images: Sequence[str]
) -> bool:
    """Whether the health of a trial on a test set is still to be measured, and can be.

    Args:
        files: The trial.
        result: Its result.json.
        dataset: Name of the test set.
        images: Image names.

    Returns:
        False also for an older trial of which neither images nor generator are left.
    """
    if dataset in result.get(KEY, {}).get("images", {}):
        return False
    restored = (files.images(dataset) / f"{name}.png" for name in images)
    return files.generator.is_file() or all(image.is_file() for image in restored)


def add_health(
    files: TrialFolder,
    result: dict[str, Any],
    dataset: str,
    images: Sequence[str],
    lr: Path,
    scale: int,
) -> None:
    """Measures a trial whose images are restored, and puts the measures into its record.

    Args:
        files: The trial.
        result: Its result.json, which is changed.
        dataset: Name of the test set.
        images: Image names.
        lr: Folder of the LR images.
        scale: Magnification.
    """
    from sweep.scoring.health.measures import image_measures, training_measures

    section = result.setdefault(KEY, {"images": {}})
    section["training"] = training_measures(read_log(files.log))
    restored = [files.images(dataset) / f"{name}.png" for name in images]
    section["images"][dataset] = image_measures(
        restored, [lr / f"{name}.png" for name in images], scale
    )


def read_health(result: Mapping[str, Any], dataset: str) -> dict[str, float]:
    """Reads the measures of a trial on a test set; infinity and nan are text in the record.

    Args:
        result: Its result.json.
        dataset: Name of the test set.

    Returns:
        Measure to value; empty when nothing was measured.
    """
    section = result.get(KEY, {})
    found = {**section.get("training", {}), **section.get("images", {}).get(dataset, {})}
    return {name: float(value) for name, value in found.items()}
