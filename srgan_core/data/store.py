"""Decodes images once into a packed uint8 store, a memory-mapped file in the cache folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock

from srgan_core.cache import cache_dir
from srgan_core.data.sources import Source
from srgan_core.errors import DataError
from srgan_core.files import atomic_path, write_atomically

SCHEMA = 1
"""Version of the packed layout; part of every key."""

Progress = Callable[[str, int, int], None]
"""Called with a source's name, images done and images in all."""


@dataclass(frozen=True)
class PackedImages:
    """Decoded images, one after the other.

    Attributes:
        name: The source as the user wrote it.
        key: Hash of the content and of the layout's version.
        pixels: All bytes, (total,), uint8; memory-mapped, row by row, RGB interleaved.
        shapes: (images, 2), int64: height and width.
        offsets: (images,), int64: where each image begins in `pixels`.
        names: Image names, for messages.
    """

    name: str
    key: str
    pixels: np.ndarray
    shapes: np.ndarray
    offsets: np.ndarray
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def image(self, index: int) -> np.ndarray:
        """One image, (H, W, 3), uint8, a view."""
        height, width = self.shapes[index]
        begin = self.offsets[index]
        return self.pixels[begin : begin + height * width * 3].reshape(height, width, 3)


def open_packed(source: Source, progress: Progress | None = None) -> PackedImages:
    """Opens the packed copy of a source, making it when there is none.

    Returns:
        The packed images.

    Raises:
        DataError: when an image cannot be read; it names the file, and nothing is kept.
    """
    digest = hashlib.sha256(f"{SCHEMA} {source.fingerprint()}".encode()).hexdigest()
    folder = cache_dir() / "packed"
    folder.mkdir(parents=True, exist_ok=True)
    pixels, index = folder / f"{digest[:32]}.bin", folder / f"{digest[:32]}.json"
    with FileLock(folder / f"{digest[:32]}.lock"):
        if not (pixels.is_file() and index.is_file()):
            _pack(source, pixels, index, progress)
    return _open(source.name, digest, pixels, index)


def _pack(source: Source, pixels: Path, index: Path, progress: Progress | None) -> None:
    entries = []
    with atomic_path(pixels) as temporary, temporary.open("xb") as file:
        for done, (name, rgb) in enumerate(source, start=1):
            file.write(np.ascontiguousarray(rgb).data)
            entries.append({"name": name, "height": rgb.shape[0], "width": rgb.shape[1]})
            if progress:
                progress(source.name, done, len(source))
    write_atomically(index, json.dumps(entries).encode())


def _open(name: str, digest: str, pixels: Path, index: Path) -> PackedImages:
    try:
        entries = json.loads(index.read_bytes())
        shapes = np.array([(entry["height"], entry["width"]) for entry in entries], dtype=np.int64)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise DataError(f"{index}: damaged; delete the file, it is made anew") from None
    sizes = shapes.prod(axis=1) * 3
    if pixels.stat().st_size != sizes.sum():
        raise DataError(
            f"{pixels}: expected {sizes.sum()} bytes, found {pixels.stat().st_size}; "
            "delete the file, it is made anew"
        )
    return PackedImages(
        name=name,
        key=digest,
        pixels=np.memmap(pixels, dtype=np.uint8, mode="r"),
        shapes=shapes,
        offsets=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64),
        names=tuple(entry["name"] for entry in entries),
    )
