"""Pairs of photographs, `pairs:LR,HR`: two folders whose LR images are taken as they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from srgan_core.data.listing import Skipped, describe_unusable
from srgan_core.data.pairing import list_folder, pair_images
from srgan_core.errors import ConfigError, DataError
from srgan_core.wording import counted

PAIRS_PREFIX = "pairs:"
"""What the name of pairs begins with; the paths of two folders follow."""

Size = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True)
class PairedFiles:
    """The files of two folders, each LR image at the place of its HR image."""

    lr: tuple[Path, ...]
    hr: tuple[Path, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True)
class PairSize:
    """How large the two images of a pair are; `image` names it in messages."""

    image: str
    lr: Size
    hr: Size

    def __str__(self) -> str:
        (width, height), (hr_width, hr_height) = self.lr, self.hr
        return f"{self.image}: LR {width} x {height} px, HR {hr_width} x {hr_height} px"

    @property
    def scale(self) -> int | None:
        """By how much both sides of HR are larger; None where that is no whole number above 1."""
        scale = self.hr[0] // self.lr[0]
        fits = self.hr == (scale * self.lr[0], scale * self.lr[1])
        return scale if fits and scale > 1 else None


def pair_folders(name: str) -> tuple[Path, Path]:
    """The folders of `pairs:LR,HR`: LR, then HR.

    Raises:
        ConfigError: when the name has not two paths.
    """
    paths = [path.strip() for path in name.removeprefix(PAIRS_PREFIX).split(",")]
    if len(paths) != 2 or not all(paths):
        raise ConfigError(
            f"{name!r}: expected {PAIRS_PREFIX}LR,HR with two folders, whose paths have no comma"
        )
    lr, hr = (Path(path).expanduser() for path in paths)
    return lr, hr


def find_pairs(name: str) -> PairedFiles:
    """Finds the images of `pairs:LR,HR` and pairs them by name; see `pair_images`.

    Raises:
        ConfigError: when the name has not two paths.
        DataError: when a folder holds no image, or images have no or several counterparts.
    """
    lr, hr = pair_folders(name)
    pairs = pair_images(lr, hr, role="LR image")
    skipped = [each for folder in (lr, hr) for each in list_folder(folder).skipped]
    return PairedFiles(
        tuple(pair.sr for pair in pairs),
        tuple(pair.hr for pair in pairs if pair.hr is not None),
        tuple(skipped),
    )


def scale_of_pairs(where: str, sizes: Iterable[PairSize]) -> int:
    """Deduces by how much the HR images of at least one pair are larger than their LR images.

    Raises:
        DataError: when the sides of some HR image are no multiple of its LR image's, or when the
            pairs differ in scale.
    """
    sizes = list(sizes)
    problems = [str(size) for size in sizes if size.scale is None]
    if problems:
        remedy = (
            "HR has to be LR times a whole number, 2 or above, on both sides: crop both alike, or "
            "remove the pair"
        )
        raise DataError(describe_unusable(where, len(sizes), problems, remedy))
    examples = {size.scale: size for size in sizes}
    if len(examples) > 1:
        found = "; ".join(f"x{scale} in {examples[scale]}" for scale in sorted(examples, key=str))
        raise DataError(
            f"{where}: expected one scale, got {len(examples)} ({found}); give each scale folders "
            "of its own"
        )
    return int(sizes[0].scale or 0)


def describe_other_scale(where: str, found: int, wanted: int) -> str:
    """Words that pairs are of another scale than asked for; empty where they are not."""
    if found == wanted:
        return ""
    known = f"set scale {found} (--scale {found}), or " if found in (2, 4, 8) else ""
    return f"{where}: expected pairs of scale {wanted}, got scale {found}; {known}give other pairs"


def describe_pairs(count: int, scale: int) -> str:
    """Words how many pairs there are, such as `5 pairs of scale 4`."""
    return f"{counted(count, 'pair')} of scale {scale}"
