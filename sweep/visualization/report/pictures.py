"""Finds the restored images of a sweep and packs them losslessly for the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srgan_core.cores import usable_cores
from sweep.store.folder import SweepStore
from sweep.tables.columns import is_path_part
from sweep.tables.ranking import TRAINED_METHODS

REFERENCES = ("lr", "bicubic", "hr")
WEBP_LIMIT = 16_383
"""Longest side that a WebP file can have, in pixels."""

# Lossless either way: a higher effort saves 5% and takes 60 times as long.
_EFFORT = {"quality": 50, "method": 2}


@dataclass(frozen=True)
class Picture:
    """An image file of a results folder.

    Its key is `<dataset>/<source>/<image>`, the source a trial, `hr`, `lr` or `bicubic`.
    """

    key: str
    path: Path


@dataclass(frozen=True)
class Packed:
    """An image inside the page: its type, size in pixels and base64 text."""

    mime: str
    width: int
    height: int
    text: str


def find_pictures(
    store: SweepStore,
    images: Mapping[str, Sequence[str]],
    sources: Mapping[str, Sequence[tuple[str, str]]],
) -> tuple[list[Picture], list[str]]:
    """Lists the image files that the page can show.

    Args:
        store: The results folder.
        images: Data set to the names of its images.
        sources: Data set to (trial, method) of its rows.

    Returns:
        The files that exist, and one sentence for each source that lacks some.
    """
    found: list[Picture] = []
    notes: list[str] = []
    for dataset, names in images.items():
        usable = [name for name in names if is_path_part(name)]
        folders = _folders(store, dataset, sources[dataset]) if is_path_part(dataset) else {}
        for source, folder in folders.items():
            files = [(name, folder / f"{name}.png") for name in usable]
            there = [(name, path) for name, path in files if path.is_file()]
            found += [Picture(f"{dataset}/{source}/{name}", path) for name, path in there]
            if len(there) < len(files):
                missing = ", ".join(name for name, path in files if (name, path) not in there)
                notes.append(f"{dataset}: {source} has no image of {missing}")
    return found, notes


def _folders(
    store: SweepStore, dataset: str, sources: Sequence[tuple[str, str]]
) -> dict[str, Path]:
    folders = {name: store.reference(dataset) / name for name in REFERENCES}
    for trial, method in sources:
        if not is_path_part(trial):
            continue
        if method in TRAINED_METHODS:
            folders[trial] = store.generator(trial).images(dataset)
    return folders


def pack_pictures(pictures: Sequence[Picture]) -> Iterator[tuple[Picture, Packed | str]]:
    """Packs images, several at once, in their order, or says why there is no packed form."""
    with ThreadPoolExecutor(max_workers=usable_cores()) as pool:
        yield from zip(pictures, pool.map(_packed_or_reason, pictures), strict=True)


def _packed_or_reason(picture: Picture) -> Packed | str:
    try:
        return pack(picture.path)
    # Pillow raises SyntaxError and its own errors for damaged files too.
    except Exception as error:
        kind = type(error).__name__
        return (
            f"{picture.key}: left out, {picture.path} cannot be read ({kind}); run the sweep "
            "again to restore it"
        )


def pack(path: Path) -> Packed:
    """Packs the pixels of a PNG file, as lossless WebP where that is smaller than the file.

    Raises:
        OSError: when the file cannot be read as an image.
    """
    from PIL import Image

    content = path.read_bytes()
    with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
        image.load()
        width, height = image.size
        # WebP has no 16-bit, palette or grey mode; such files stay as they are.
        if image.mode in ("RGB", "RGBA") and max(width, height) <= WEBP_LIMIT:
            buffer = io.BytesIO()
            options: dict[str, Any] = {"lossless": True, "exact": True, **_EFFORT}
            image.save(buffer, "WEBP", **options)
            if buffer.tell() < len(content):
                return _packed("image/webp", width, height, buffer.getvalue())
    return _packed("image/png", width, height, content)


def _packed(mime: str, width: int, height: int, content: bytes) -> Packed:
    return Packed(mime, width, height, base64.b64encode(content).decode("ascii"))
