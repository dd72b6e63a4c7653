"""Where training images come from: synthetic, inside scikit-image, a folder, VOC2012."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from srgan_core.cache import cache_dir
from srgan_core.data.dead_leaves import DeadLeavesConfig, dead_leaves_image
from srgan_core.data.images import list_images, read_rgb
from srgan_core.errors import ConfigError, DataError, UnavailableDataError, unknown_name
from srgan_core.files import file_sha256
from srgan_core.network import OFFLINE_VARIABLE, is_offline

SOURCE_NAMES = ("dead-leaves", "skimage", "voc2012", "folder:PATH")

SKIMAGE_PHOTOGRAPHS = (
    "astronaut.png",
    "brick.png",
    "camera.png",
    "grass.png",
    "gravel.png",
    "motorcycle_left.png",
    "motorcycle_right.png",
)
"""Photographs in the scikit-image wheel that may be trained on."""

VOC_TRAINING_IMAGES = 16_700
"""Of VOC2012's 17,125 images; the other 425 are held out."""

VOC_SHORTEST_SIDE = 96
"""Images whose short side is this or less cannot give a patch and are held out."""

DEAD_LEAVES_VERSION = 1
"""Raised when the synthetic images change, so that packed copies are made anew."""


class Source(Protocol):
    """A finite, ordered set of images with a fingerprint of its content."""

    @property
    def name(self) -> str:
        """How the user wrote it."""

    def fingerprint(self) -> str:
        """A hash that changes whenever any image does."""

    def __len__(self) -> int:
        """How many images there are."""

    def __iter__(self) -> Iterator[tuple[str, np.ndarray]]:
        """Image names with their pixels, (H, W, 3), uint8."""


@dataclass(frozen=True)
class DeadLeavesSource:
    """Synthetic images made on the fly."""

    config: DeadLeavesConfig
    name: str = "dead-leaves"

    def fingerprint(self) -> str:
        """Hashes the parameters, which determine the pixels."""
        text = f"dead-leaves {DEAD_LEAVES_VERSION} {self.config.model_dump_json()}"
        return hashlib.sha256(text.encode()).hexdigest()

    def __len__(self) -> int:
        return self.config.images

    def __iter__(self) -> Iterator[tuple[str, np.ndarray]]:
        for index in range(self.config.images):
            yield f"dead-leaves-{index}", dead_leaves_image(self.config, index)


@dataclass(frozen=True)
class FileSource:
    """Image files on disk."""

    name: str
    paths: tuple[Path, ...]

    def fingerprint(self) -> str:
        """Hashes every file's bytes, in order."""
        digests = "".join(_hash_readable(path) for path in self.paths)
        return hashlib.sha256(digests.encode()).hexdigest()

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[tuple[str, np.ndarray]]:
        for path in self.paths:
            yield str(path), read_rgb(path)


def _hash_readable(path: Path) -> str:
    try:
        return file_sha256(path)
    except OSError as error:
        reason = error.strerror
        raise DataError(f"{path}: cannot be read ({reason}); remove or replace it") from None


def open_source(name: str, dead_leaves: DeadLeavesConfig, seed: int = 0) -> Source:
    """Finds a source by the name that the user wrote.

    Args:
        name: `dead-leaves`, `skimage`, `voc2012` or `folder:PATH`.
        dead_leaves: Parameters of the synthetic images.
        seed: Seed of VOC2012's split.

    Returns:
        The source; nothing is decoded yet.

    Raises:
        ConfigError: when the name is unknown.
        DataError: when the source's files are not to be had.
    """
    check_source_name(name)
    if name == "dead-leaves":
        return DeadLeavesSource(dead_leaves)
    if name == "skimage":
        return FileSource(name, skimage_files(SKIMAGE_PHOTOGRAPHS))
    if name == "voc2012":
        training, _ = split_voc(download_voc(), seed)
        return FileSource(name, training)
    folder = Path(name.removeprefix("folder:")).expanduser()
    return FileSource(name, tuple(list_images(folder)))


def check_source_name(name: str) -> None:
    """Refuses names that no source has.

    Raises:
        ConfigError: when the name is unknown or a folder's path is empty.
    """
    if name.startswith("folder:") and len(name) > len("folder:"):
        return
    if name not in SOURCE_NAMES:
        raise ConfigError(unknown_name("data source", name, SOURCE_NAMES))


def skimage_files(names: Sequence[str]) -> tuple[Path, ...]:
    """Finds images that lie inside the installed scikit-image package.

    Returns:
        Their paths, in the given order.

    Raises:
        DataError: when the installed version does not ship one of them.
    """
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    paths = tuple(folder / name for name in names)
    for path in paths:
        if not path.is_file():
            raise UnavailableDataError(
                f"{path.name}: not inside the installed scikit-image {version('scikit-image')}; "
                "reinstall scikit-image"
            )
    return paths


def download_voc() -> tuple[Path, ...]:
    """Makes sure that VOC2012 is on disk, through torchvision's own loader.

    Returns:
        Paths of all its images, sorted by name.

    Raises:
        DataError: when it is neither on disk nor to be downloaded.
    """
    root = Path(os.environ.get("SWEEP_DATA") or cache_dir() / "data")
    images = root / "VOCdevkit" / "VOC2012" / "JPEGImages"
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
    for path in sorted(paths):
        (large if _short_side(path) > VOC_SHORTEST_SIDE else small).append(path)
    if len(large) < training_images:
        raise UnavailableDataError(
            f"voc2012: expected at least {training_images} images with a short side above "
            f"{VOC_SHORTEST_SIDE} px, found {len(large)}; the data set is incomplete: "
            "delete its folder VOCdevkit and run again"
        )
    order = np.random.Generator(np.random.Philox(key=[seed, 0])).permutation(len(large))
    training = [large[index] for index in order[:training_images]]
    held_out = [large[index] for index in order[training_images:]] + small
    return tuple(sorted(training)), tuple(sorted(held_out))


def _short_side(path: Path) -> int:
    try:
        with Image.open(path, formats=("JPEG",)) as image:
            return min(image.size)
    except OSError as error:
        raise DataError(f"{path}: not a whole JPEG image ({error}); replace it") from None
