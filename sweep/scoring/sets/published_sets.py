"""The test sets that the field knows by name: where they lie, where they come from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from filelock import FileLock

from srgan_core.cache import cache_dir
from srgan_core.data.listing import find_images
from srgan_core.errors import DataError, UnavailableDataError


@dataclass(frozen=True)
class PublishedSet:
    """Names that the folder of a test set goes by, its archive's first; the number of images."""

    folders: tuple[str, ...]
    images: int

    @property
    def hub_name(self) -> str:
        """Name of the data set on the Hugging Face Hub."""
        return f"eugenesiow/{self.folders[0]}"

    @property
    def url(self) -> str:
        """Address of the archive with the HR images."""
        root = f"https://huggingface.co/datasets/{self.hub_name}"
        return f"{root}/resolve/main/data/{self.folders[0]}_HR.tar.gz"


PUBLISHED: Mapping[str, PublishedSet] = MappingProxyType(
    {
        "set5": PublishedSet(("Set5", "set5"), 5),
        "set14": PublishedSet(("Set14", "set14"), 14),
        "bsd100": PublishedSet(("BSD100", "bsd100", "B100"), 100),
        "urban100": PublishedSet(("Urban100", "urban100"), 100),
    }
)


def find_published(name: str) -> tuple[tuple[Path, ...], str]:
    """Finds the HR images of a published set under `$SWEEP_DATA`, in the cache, or on the network.

    Returns:
        The images, sorted, and where they were: `folder`, `cache` or `download`.

    Raises:
        DataError: when they are incomplete, or nowhere to be had.
    """
    local = find_on_disk(name)
    if local is not None:
        return local
    folder = _cached_folder(name)
    _download(name, folder)
    return _all_images(name, folder), "download"


def find_on_disk(name: str) -> tuple[tuple[Path, ...], str] | None:
    """As `find_published`, but never on the network; None when they are not on this machine.

    Raises:
        DataError: when they are incomplete.
    """
    local = _local_folder(PUBLISHED[name])
    if local:
        return _all_images(name, local), "folder"
    folder = _cached_folder(name)
    return (_all_images(name, folder), "cache") if folder.is_dir() else None


def is_on_disk(name: str) -> bool:
    """Whether the HR images are whole under `$SWEEP_DATA` or in the cache."""
    try:
        return find_on_disk(name) is not None
    except DataError:
        return False


def _cached_folder(name: str) -> Path:
    return cache_dir() / "test_sets" / name


def _local_folder(published: PublishedSet) -> Path | None:
    root = os.environ.get("SWEEP_DATA")
    folders = [Path(root).expanduser() / folder for folder in published.folders] if root else []
    return next((folder for folder in folders if folder.is_dir()), None)


def _all_images(name: str, folder: Path) -> tuple[Path, ...]:
    """Images that lie directly in the folder: below it there may be LR versions."""
    paths = find_images(folder, deep=False).images
    expected = PUBLISHED[name].images
    if len(paths) != expected:
        raise UnavailableDataError(
            f"{folder}: expected the {expected} HR images of {name}, found {len(paths)}; "
            f"complete the folder, or score it under its own name with --eval folder:{folder}"
        )
    return paths


def _download(name: str, folder: Path) -> None:
    from sweep.scoring.sets.archives import download, extract_images

    published = PUBLISHED[name]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f".{name}.lock")):
            # Another process may have had the lock before, for the same purpose.
            if folder.is_dir():
                return
            archive = download(published.url, folder.parent)
            extract_images(archive, folder)
            archive.unlink(missing_ok=True)
    except (DataError, OSError) as error:
        raise UnavailableDataError(
            f"test set {name!r} is not on this machine and could not be fetched ({error}); put "
            f"its HR images into $SWEEP_DATA/{published.folders[0]}, or take skimage3, which "
            "needs no network"
        ) from None
