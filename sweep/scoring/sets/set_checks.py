"""Tells before any training whether the images of a test set can be scored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from srgan_core.data.images import read_rgb, read_size
from srgan_core.data.listing import describe_unusable, table_name
from srgan_core.data.pair_folders import PairSize, describe_other_scale, scale_of_pairs
from srgan_core.errors import ConfigError, DataError
from srgan_core.wording import counted, first_names
from sweep.config.names import TEST_SETS
from sweep.metrics.builtin.niqe import BLOCK, count_blocks
from sweep.scoring.sets.published_sets import is_on_disk

SMALLEST_SIDE = 32
"""Pixels that an HR image must have on its shorter side for every full-reference metric."""

STEADY_IMAGES = 10
"""Images from which on a mean NIQE is not called shaky."""

STEADY_BLOCKS = 9
"""NIQE blocks in an image from which on its value is not called shaky."""


def refuse_equal_names(name: str, paths: Sequence[Path]) -> None:
    """Refuses images that the tables could not tell apart: names that differ in ending or folder.

    Raises:
        DataError: naming the test set and the images.
    """
    named: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        named[table_name(path)].append(path)
    problems = [
        f"{len(twins)} images are called {stem!r} without their endings "
        f"({first_names(str(path) for path in twins)})"
        for stem, twins in named.items()
        if len(twins) > 1
    ]
    if problems:
        raise DataError(
            f"{name}: {'; '.join(problems)}; rename them, scores are listed by that name"
        )


def unfit_images(paths: Sequence[Path], scale: int, decode: bool = False) -> dict[Path, str]:
    """Finds HR images that cannot be scored: no images, or too small for a full-reference metric.

    Args:
        paths: HR images.
        scale: Magnification.
        decode: Whether they are read whole; otherwise their headers decide.

    Returns:
        Path to a message that begins with it.
    """
    problems = {}
    for path in paths:
        try:
            size = scored_size(path, scale)
            if decode:
                read_rgb(path)
        except DataError as error:
            problems[path] = str(error)
            continue
        if min(size) < SMALLEST_SIDE:
            problems[path] = (
                f"{path}: expected at least {SMALLEST_SIDE} px on each side once cropped to a "
                f"multiple of {scale}, got {size[0]} x {size[1]}; remove the image"
            )
    return problems


def refuse_unfit_images(name: str, paths: Sequence[Path], scale: int, decode: bool = False) -> None:
    """Refuses a test set with images that cannot be scored; arguments as for `unfit_images`.

    Raises:
        DataError: naming the images.
    """
    if problems := unfit_images(paths, scale, decode):
        raise DataError(describe_unusable(f"test set {name}", len(paths), list(problems.values())))


def refuse_unfit_pairs(
    name: str, lr: Sequence[Path], hr: Sequence[Path], scale: int, decode: bool = False
) -> None:
    """Refuses LR images that are given and do not fit the HR images at the same places.

    Args:
        name: Of the test set.
        lr: LR images; none where they are made.
        hr: HR images.
        scale: Magnification.
        decode: Whether LR images are read whole; otherwise their headers decide.

    Raises:
        ConfigError: when they are of another scale.
        DataError: when an LR image cannot be read, or sizes do not fit.
    """
    if not lr:
        return
    where, sizes = f"test set {name}", []
    problems = []
    for small, large in zip(lr, hr, strict=True):
        try:
            sizes.append(PairSize(str(large), read_size(small), read_size(large)))
            if decode:
                read_rgb(small)
        except DataError as error:
            problems.append(str(error))
    if problems:
        raise DataError(describe_unusable(where, len(lr), problems))
    if problem := describe_other_scale(where, scale_of_pairs(where, sizes), scale):
        raise ConfigError(problem)


def unfit_pairs(name: str, lr: Sequence[Path], hr: Sequence[Path], scale: int) -> dict[Path, str]:
    """Finds pairs that cannot be scored; arguments as for `refuse_unfit_pairs`, read whole.

    Returns:
        Path of the HR image to a message.

    Raises:
        ConfigError: when a pair is of another scale.
    """
    problems = {}
    for small, large in zip(lr, hr, strict=False):
        try:
            refuse_unfit_pairs(name, [small], [large], scale, decode=True)
        except DataError as error:
            problems[large] = str(error)
    return problems


def niqe_warnings(
    name: str,
    paths: Sequence[Path],
    scale: int,
    crop: int | None = None,
    crop_border: int | None = None,
    remedy: str = "",
) -> list[str]:
    """Says when the HR images of a test set are too few or too small for their NIQE to mean much.

    Args:
        name: Name of the test set.
        paths: HR images.
        scale: Magnification.
        crop: Side of the centre crop that is scored, if one is.
        crop_border: Pixels cut from each side; None for the scale.
        remedy: What helps against too few images, if the command that asks has it.

    Raises:
        DataError: when a file is no image.
    """
    warnings = []
    blocks = [niqe_blocks(path, scale, crop_border, crop) for path in paths]
    if len(paths) < STEADY_IMAGES and all(blocks):
        warnings.append(
            f"{name}: NIQE is the mean of {counted(len(paths), 'image')}, fewer than "
            f"{STEADY_IMAGES}, so small differences mean little{remedy and f'; {remedy}'}"
        )
    few = sum(count < STEADY_BLOCKS for count in blocks)
    if few:
        absent = blocks.count(0)
        so = f"{absent} without any, so there is no mean" if absent else "their NIQE is unsteady"
        warnings.append(
            f"{name}: {few} of {counted(len(blocks), 'image')} with fewer than {STEADY_BLOCKS} of "
            f"NIQE's blocks of {BLOCK} px, the smallest {min(blocks)}; {so}"
        )
    return warnings


def larger_sets(name: str) -> str:
    """Words which larger test sets `--eval` can add to one, those that are on this machine first.

    Args:
        name: The test set that has too few images; stands in the option where it has a name of its
            own.
    """
    larger = [key for key in ("bsd100", "urban100", "set14") if key != name]
    here = next((key for key in larger if is_on_disk(key)), None)
    if here is None:
        return (
            "a larger test set is --eval folder:PATH, or "
            f"{', '.join(larger[:-1])} or {larger[-1]}, "
            "which are not on this machine and would be downloaded"
        )
    both = f"{name},{here}" if name in TEST_SETS else here
    return f"a larger test set is a word away (--eval {both})"


def niqe_blocks(
    path: Path, scale: int, crop_border: int | None = None, crop: int | None = None
) -> int:
    """Number of blocks of NIQE in an image, from the file's header; arguments as `niqe_warnings`.

    0 means that the image has no NIQE.

    Raises:
        DataError: when the file is no image.
    """
    width, height = scored_size(path, scale, crop)
    return count_blocks(height, width, scale if crop_border is None else crop_border)


def scored_size(path: Path, scale: int, crop: int | None = None) -> tuple[int, int]:
    """Width and height in pixels of an HR image as it will be scored, from the file's header.

    It is cropped about its centre to `crop`, if that is given, then to a multiple of the scale.

    Raises:
        DataError: when the file is no image.
    """
    width, height = (min(side, crop or side) // scale * scale for side in read_size(path))
    return width, height
