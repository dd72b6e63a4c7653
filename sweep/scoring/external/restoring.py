"""Restores test sets with a generator, so that its images can be scored from files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from srgan_core.data.images import read_rgb, write_png
from srgan_core.errors import SrganError
from sweep.scoring.external.pairing import Pair
from sweep.scoring.foreign_generators.loading import LoadedGenerator
from sweep.scoring.sets.test_sets import TestSet


@dataclass(frozen=True)
class Restored:
    """What a generator made of a test set.

    Attributes:
        pairs: Restored images with their references.
        problems: Image to the reason why it could not be restored.
    """

    pairs: tuple[Pair, ...]
    problems: dict[str, str]


def restore_set(
    generator: LoadedGenerator,
    reference: TestSet,
    folder: Path,
    on_image: Callable[[str], None] | None = None,
) -> Restored:
    """Restores every LR image of a test set and saves it as 8-bit PNG.

    Args:
        generator: What restores.
        reference: Prepared images.
        folder: Where the restored images go, one `<image>.png` each.
        on_image: Called after each image with its name.

    Returns:
        The images that are there, and why others are not.
    """
    pairs, problems = [], {}
    for lr, hr in zip(reference.lr, reference.hr, strict=True):
        target = folder / lr.name
        try:
            write_png(target, generator.restore(read_rgb(lr)))
            pairs.append(Pair(hr.stem, target, hr))
        except SrganError as error:
            problems[hr.stem] = str(error)
        if on_image is not None:
            on_image(hr.stem)
    return Restored(tuple(pairs), problems)
