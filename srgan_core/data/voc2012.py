"""VOC2012: its images, downloaded through torchvision, and their split for training."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from srgan_core.cache import cache_dir
from srgan_core.data.images import read_size
from srgan_core.data.listing import describe_unusable
from srgan_core.errors import DataError, UnavailableDataError
from srgan_core.network import OFFLINE_VARIABLE, is_offline

VOC_TRAINING_IMAGES = 16_700
"""Of VOC2012's 17,125 images; the other 425 are held out."""

VOC_SHORTEST_SIDE = 96
"""Images whose short side is this or less cannot give a patch and are held out."""


def download_voc() -> tuple[Path, ...]:
    """Makes sure that VOC2012 is on disk, through torchvision's own loader.

    Returns:
        Paths of all its images, sorted by name.

    Raises:
        DataError: when it is neither on disk nor to be downloaded.
    """
    root = _root()
    images = _images_of(root)
    if not images.is_dir():
        if is_offline():
            raise UnavailableDataError(
                f"voc2012: is not on this machine and {OFFLINE_VARIABLE} forbids the network; "
                f"unpack VOCtrainval_11-May-2012.tar so that {images} exists"
            )
        from torchvision.datasets import VOCDetection

        try:
            root.mkdir(parents=True, exist_ok=True)
            VOCDetection(str(root), year="2012", image_set="trainval", download=True)
        except (OSError, RuntimeError) as error:
            raise UnavailableDataError(
                f"voc2012: could not be downloaded ({error}); unpack VOCtrainval_11-May-2012.tar "
                f"so that {images} exists, or train on folder:PATH"
            ) from None
    return tuple(sorted(images.glob("*.jpg")))


def _root() -> Path:
    return Path(os.environ.get("SWEEP_DATA") or cache_dir() / "data")


def _images_of(root: Path) -> Path:
    return root / "VOCdevkit" / "VOC2012" / "JPEGImages"


def is_here() -> bool:
    """Whether it needs no download."""
    return _images_of(_root()).is_dir()


def split_voc(
    paths: Sequence[Path], seed: int, training_images: int = VOC_TRAINING_IMAGES
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Splits VOC2012 at random into training and held-out images.

    Args:
        paths: All images.
        seed: Seed of the split.
        training_images: How many to train on.

    Returns:
        Training paths and held-out paths, each sorted; images too small for a patch are
        always held out.

    Raises:
        DataError: when fewer images than asked for are large enough, or one is damaged.
    """
    large: list[Path] = []
    small: list[Path] = []
    damaged: list[str] = []
    for path in sorted(paths):
        try:
            is_large = min(read_size(path)) > VOC_SHORTEST_SIDE
        except DataError as error:
            damaged.append(str(error))
        else:
            (large if is_large else small).append(path)
    if damaged:
        raise DataError(describe_unusable("voc2012", len(paths), damaged))
    if len(large) < training_images:
        raise UnavailableDataError(
            f"voc2012: expected at least {training_images} images with a short side above "
            f"{VOC_SHORTEST_SIDE} px, found {len(large)}; the data set is incomplete: "
            "complete it, or move its folder VOCdevkit away and run again"
        )
    order = np.random.Generator(np.random.Philox(key=[seed, 0])).permutation(len(large))
    training = [large[index] for index in order[:training_images]]
    held_out = [large[index] for index in order[training_images:]] + small
    return tuple(sorted(training)), tuple(sorted(held_out))
