"""Decodes images once into a packed uint8 store, a memory-mapped file in the cache folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from filelock import FileLock

from srgan_core.cache import cache_dir
from srgan_core.data.listing import Skipped, describe_unusable, without_path
from srgan_core.data.pair_folders import PairSize, describe_other_scale, scale_of_pairs
from srgan_core.data.sources import Source
from srgan_core.errors import DataError
from srgan_core.files import atomic_path, make_folder, write_atomically
from srgan_core.inputs import escaped

SCHEMA = 1
"""Version of the packed layout; part of every key."""

PROBLEM = "problem"
"""Key of the index for the reason why an image could not be read."""

SKIP_UNFIT = "mend or remove them, or leave them out with --set data.skip_unfit=true"

TOO_SMALL = "smaller than a patch of"

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
        skipped: What was left out of the source, and why.
        lr: The LR images in the same order, where they are given; None where they are made.
        lr_scale: By how much these are larger than the given LR images; 1 where none are.
    """

    name: str
    key: str
    pixels: np.ndarray
    shapes: np.ndarray
    offsets: np.ndarray
    names: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    lr: PackedImages | None = None
    lr_scale: int = 1

    def __len__(self) -> int:
        return len(self.names)

    def image(self, index: int) -> np.ndarray:
        """One image, (H, W, 3), uint8, a view."""
        height, width = self.shapes[index]
        begin = self.offsets[index]
        return self.pixels[begin : begin + height * width * 3].reshape(height, width, 3)

    def smaller_than(self, side: int) -> list[Skipped]:
        """The images that are shorter than so many pixels on a side."""
        return [
            Skipped(self.names[i], f"{width} x {height} px, {TOO_SMALL} {side} px")
            for i, (height, width) in enumerate(self.shapes.tolist())
            if min(height, width) < side
        ]

    def describe_smaller_than(self, side: int, setting: str = "patch_size") -> str:
        """Words which images are smaller than a patch, and what may be done; empty where none is.

        Args:
            side: Of a patch, in pixels.
            setting: The key that decides about it.
        """
        small = self.smaller_than(side)
        if not small:
            return ""
        remedy = f"set a smaller {setting}"
        if len(small) < len(self):
            remedy = f"{SKIP_UNFIT}, or {remedy}"
        problems = [f"{escaped(each.name)}: {each.reason}" for each in small]
        return describe_unusable(f"data source {self.name}", len(self), problems, remedy)

    def without_smaller_than(self, side: int) -> PackedImages:
        """The same without those, or all where nothing would be left."""
        small = self.smaller_than(side)
        if len(small) in (0, len(self)):
            return self
        kept = np.flatnonzero(self.shapes.min(axis=1) >= side)
        named = tuple(replace(each, reason=f"{TOO_SMALL} {side} px") for each in small)
        return self.taking(kept, named)

    def taking(
        self, places: Sequence[int] | np.ndarray, skipped: Sequence[Skipped]
    ) -> PackedImages:
        """The images at those places alone; `skipped` says what that leaves out."""
        kept = np.asarray(places, dtype=np.int64)
        return replace(
            self,
            shapes=self.shapes[kept],
            offsets=self.offsets[kept],
            names=tuple(self.names[i] for i in kept),
            skipped=(*self.skipped, *skipped),
            lr=self.lr.taking(kept, ()) if self.lr is not None else None,
        )

    def describe_other_scale(self, scale: int) -> str:
        """Words that given LR images are of another scale; empty where they are not."""
        found = scale if self.lr is None else self.lr_scale
        return describe_other_scale(f"data source {self.name}", found, scale)


def open_packed(
    source: Source, progress: Progress | None = None, skip_unfit: bool = False
) -> PackedImages:
    """Opens the packed copy of a source, making it when there is none.

    Args:
        source: The images.
        progress: Told about every image that is decoded.
        skip_unfit: Whether images that cannot be read are left out instead of refused.

    Returns:
        The packed images.

    Raises:
        DataError: when images cannot be read; it names them, and nothing is kept. Also when no
            image can, and when LR images are given that do not fit.
    """
    packed = _open_or_pack(source, progress, skip_unfit)
    if source.lr is None:
        return packed
    return _paired(source, source.lr, packed, _open_or_pack(source.lr, progress, skip_unfit))


def _paired(source: Source, lr: Source, hr: PackedImages, given: PackedImages) -> PackedImages:
    """Joins HR images with their LR images; of either, some may have been left out."""
    partners = dict(zip(source.images, lr.images, strict=True))
    place = {name: number for number, name in enumerate(given.names)}
    whole = [number for number, name in enumerate(hr.names) if partners[name] in place]
    hr = hr.taking(whole, given.skipped)
    given = given.taking([place[partners[name]] for name in hr.names], ())
    sizes = [
        PairSize(name, (small[1], small[0]), (large[1], large[0]))
        for name, small, large in zip(
            hr.names, given.shapes.tolist(), hr.shapes.tolist(), strict=True
        )
    ]
    if not sizes:
        raise DataError(f"data source {source.name}: no pair has two images that can be read")
    scale = scale_of_pairs(f"data source {source.name}", sizes)
    key = hashlib.sha256(f"pairs {given.key} {hr.key}".encode()).hexdigest()
    return replace(hr, key=key, lr=given, lr_scale=scale)


def _open_or_pack(source: Source, progress: Progress | None, skip_unfit: bool) -> PackedImages:
    digest = hashlib.sha256(f"{SCHEMA} {source.fingerprint()}".encode()).hexdigest()
    folder = cache_dir() / "packed"
    make_folder(folder)
    pixels, index = folder / f"{digest[:32]}.bin", folder / f"{digest[:32]}.json"
    with FileLock(folder / f"{digest[:32]}.lock"):
        if not (pixels.is_file() and index.is_file()):
            _pack(source, pixels, index, progress, skip_unfit)
    return _open(source, digest, pixels, index, skip_unfit)


def _pack(
    source: Source, pixels: Path, index: Path, progress: Progress | None, skip_unfit: bool
) -> None:
    entries: list[dict[str, object]] = []
    with atomic_path(pixels) as temporary, temporary.open("xb") as file:
        for done, name in enumerate(source.images):
            try:
                rgb = source.read(done)
            except DataError as error:
                entries.append({"name": name, PROBLEM: without_path(str(error), Path(name))})
            else:
                file.write(np.ascontiguousarray(rgb).data)
                entries.append({"name": name, "height": rgb.shape[0], "width": rgb.shape[1]})
            if progress:
                progress(source.name, done + 1, len(source.images))
        # In here, so that nothing is kept.
        _refuse_unfit(source, entries, skip_unfit)
    write_atomically(index, json.dumps(entries).encode())


def _refuse_unfit(
    source: Source, entries: Sequence[Mapping[str, object]], skip_unfit: bool
) -> list[Skipped]:
    """The images that could not be read, where some may be left out."""
    # The packed copy may be that of the same files in another place.
    named = zip(source.images, entries, strict=True)
    unfit = [Skipped(name, str(each[PROBLEM])) for name, each in named if PROBLEM in each]
    if unfit and not (skip_unfit and len(unfit) < len(entries)):
        problems = [f"{escaped(each.name)}: {each.reason}" for each in unfit]
        remedy = "" if len(unfit) == len(entries) else SKIP_UNFIT
        where = f"data source {source.name}"
        raise DataError(describe_unusable(where, len(entries), problems, remedy))
    return unfit


def _open(source: Source, digest: str, pixels: Path, index: Path, skip_unfit: bool) -> PackedImages:
    try:
        found = json.loads(index.read_bytes())
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or len(found) != len(source.images):
        raise DataError(f"{index}: damaged; delete the file, it is made anew")
    unfit = _refuse_unfit(source, found, skip_unfit)
    whole = [
        (name, each) for name, each in zip(source.images, found, strict=True) if PROBLEM not in each
    ]
    entries = [each for _, each in whole]
    try:
        shapes = np.array([(entry["height"], entry["width"]) for entry in entries], dtype=np.int64)
    except (ValueError, KeyError, TypeError, OverflowError):
        raise DataError(f"{index}: damaged; delete the file, it is made anew") from None
    sizes = shapes.prod(axis=1) * 3
    if pixels.stat().st_size != sizes.sum():
        raise DataError(
            f"{pixels}: expected {sizes.sum()} bytes, found {pixels.stat().st_size}; "
            "delete the file, it is made anew"
        )
    return PackedImages(
        name=source.name,
        key=digest,
        pixels=np.memmap(pixels, dtype=np.uint8, mode="r"),
        shapes=shapes,
        offsets=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64),
        names=tuple(name for name, _ in whole),
        # The remedy is for whoever mends the image, not for a list of what was left out.
        skipped=(*source.skipped, *(replace(e, reason=e.reason.partition("; ")[0]) for e in unfit)),
    )
