"""Refuses training images that are near-duplicates of test images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from srgan_core.data.images import read_rgb
from srgan_core.data.listing import describe_unusable
from srgan_core.data.store import PackedImages
from srgan_core.errors import DataError

THUMBNAIL = 16
"""Images are compared at this size, which forgets compression, noise and small crops."""

SIMILARITY = 0.985
"""Correlation of two thumbnails from which on they count as one image."""


def refuse_test_images(sources: Iterable[PackedImages], test_images: Sequence[Path]) -> None:
    """Compares every training image with every test image, under all flips and turns.

    Raises:
        DataError: naming the pairs that are too similar.
    """
    if not test_images:
        return
    wanted = np.stack([_symmetries(read_rgb(path)) for path in test_images])
    for packed in sources:
        problems = []
        for index, name in enumerate(packed.names):
            similarity = (wanted @ _thumbnail(packed.image(index))).max(axis=1)
            nearest = int(similarity.argmax())
            if similarity[nearest] >= SIMILARITY:
                problems.append(
                    f"{name}: is nearly the same image as {test_images[nearest].name} of the "
                    "test set; remove it from the training images"
                )
        if problems:
            where = f"data source {packed.name}"
            raise DataError(describe_unusable(where, len(packed), problems))


def _thumbnail(rgb: np.ndarray) -> np.ndarray:
    """A grey thumbnail of zero mean and unit length, (THUMBNAIL^2,)."""
    image = Image.fromarray(np.ascontiguousarray(rgb)).convert("L")
    small = image.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX)
    values = np.asarray(small, dtype=np.float64).ravel()
    values -= values.mean()
    normalised: np.ndarray = values / max(float(np.linalg.norm(values)), 1e-9)
    return normalised


def _symmetries(rgb: np.ndarray) -> np.ndarray:
    """Thumbnails of the eight flips and turns, (8, THUMBNAIL^2)."""
    square = _thumbnail(rgb).reshape(THUMBNAIL, THUMBNAIL)
    turned = [np.rot90(flip, turns) for flip in (square, square[:, ::-1]) for turns in range(4)]
    return np.stack([image.ravel() for image in turned])
