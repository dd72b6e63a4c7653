"""Where training images come from: synthetic, scikit-image, a folder, pairs, VOC2012."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import numpy as np

from srgan_core.data import voc2012
from srgan_core.data.dead_leaves import DeadLeavesConfig, dead_leaves_image
from srgan_core.data.images import needs_turning, read_rgb
from srgan_core.data.listing import Skipped, list_images
from srgan_core.data.pair_folders import PAIRS_PREFIX, find_pairs, pair_folders
from srgan_core.errors import ConfigError, UnavailableDataError, unknown_name
from srgan_core.files import file_sha256
from srgan_core.inputs import irregularity

FOLDER_PREFIX = "folder:"
"""What the name of a folder of images begins with; its path follows."""

SOURCE_NAMES = ("dead-leaves", "skimage", "voc2012", f"{FOLDER_PREFIX}PATH", f"{PAIRS_PREFIX}LR,HR")

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

DEAD_LEAVES_VERSION = 1
"""Raised when the synthetic images change, so that packed copies are made anew."""


UNREADABLE, UPRIGHT = "unreadable", "upright"
"""What a fingerprint says of a file beside its hash."""


class Source(Protocol):
    """A finite, ordered set of images with a fingerprint of its content."""

    @property
    def name(self) -> str:
        """How the user wrote it."""

    @property
    def images(self) -> Sequence[str]:
        """Names of the images, for messages."""

    @property
    def skipped(self) -> Sequence[Skipped]:
        """What lies among the images and is none."""

    @property
    def lr(self) -> Source | None:
        """The LR images in the same order, where they are given and not made of these."""

    def fingerprint(self) -> str:
        """A hash that changes whenever any image does."""

    def read(self, index: int) -> np.ndarray:
        """Pixels of one image, (H, W, 3), uint8; raises DataError, which begins with its name."""


@dataclass(frozen=True)
class DeadLeavesSource:
    """Synthetic images made on the fly."""

    config: DeadLeavesConfig
    name: str = "dead-leaves"
    skipped: Sequence[Skipped] = ()
    lr: None = None

    @property
    def images(self) -> Sequence[str]:
        """Their numbers."""
        return [f"dead-leaves-{index}" for index in range(self.config.images)]

    def fingerprint(self) -> str:
        """Hashes the parameters, which determine the pixels."""
        text = f"dead-leaves {DEAD_LEAVES_VERSION} {self.config.model_dump_json()}"
        return hashlib.sha256(text.encode()).hexdigest()

    def read(self, index: int) -> np.ndarray:
        """Makes one image."""
        return dead_leaves_image(self.config, index)


@dataclass(frozen=True)
class FileSource:
    """Image files on disk."""

    name: str
    paths: tuple[Path, ...]
    skipped: Sequence[Skipped] = ()
    lr: FileSource | None = None

    @property
    def images(self) -> Sequence[str]:
        """Their paths."""
        return [str(path) for path in self.paths]

    def fingerprint(self) -> str:
        """Hashes every file's bytes, in order, and which of them are turned upright."""
        digests = "".join(_fingerprint(path) for path in self.paths)
        return hashlib.sha256(digests.encode()).hexdigest()

    def read(self, index: int) -> np.ndarray:
        """Decodes one file."""
        return read_rgb(self.paths[index])


def _fingerprint(path: Path) -> str:
    """What decides a file's pixels; of a file that cannot be read, that it is so."""
    if irregularity(path):
        return UNREADABLE
    try:
        digest = file_sha256(path)
    except OSError:
        return UNREADABLE
    return f"{digest}{UPRIGHT}" if needs_turning(path) else digest


def open_source(name: str, dead_leaves: DeadLeavesConfig, seed: int = 0) -> Source:
    """Finds a source by the name that the user wrote.

    Args:
        name: One of `SOURCE_NAMES`.
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
        training, _ = voc2012.split_voc(voc2012.download_voc(), seed)
        return FileSource(name, training)
    if name.startswith(PAIRS_PREFIX):
        pairs = find_pairs(name)
        return FileSource(name, pairs.hr, pairs.skipped, lr=FileSource(name, pairs.lr))
    (folder,) = source_folders(name)
    listing = list_images(folder)
    return FileSource(name, listing.images, listing.skipped)


def check_source_name(name: str) -> None:
    """Refuses names that no source has.

    Raises:
        ConfigError: when the name is unknown, a folder's path is empty or pairs have not two.
    """
    if source_folders(name):
        return
    if name not in SOURCE_NAMES:
        raise ConfigError(unknown_name("data source", name, SOURCE_NAMES))


def source_folders(name: str) -> tuple[Path, ...]:
    """The user's folders behind a name; none for other sources, or where the path is empty.

    Raises:
        ConfigError: when pairs have not two paths.
    """
    if name.startswith(PAIRS_PREFIX):
        return pair_folders(name)
    path = name.removeprefix(FOLDER_PREFIX)
    return (Path(path).expanduser(),) if name.startswith(FOLDER_PREFIX) and path else ()


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


def is_at_hand(name: str) -> bool:
    """Whether a source needs no download."""
    return name != "voc2012" or voc2012.is_here()
