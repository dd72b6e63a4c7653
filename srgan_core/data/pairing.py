"""Pairs images of two folders by file name: restored ones, or LR, with their references."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from srgan_core.data.listing import Listing, list_images, table_name
from srgan_core.errors import DataError
from srgan_core.wording import first_names

WORDS = (
    *("sr", "hr", "lr", "gt", "fake", "real", "pred", "out", "output", "result", "restored"),
    *("original", "bicubic", "bilinear", "nearest", "lanczos", "rlt"),
    *("srcnn", "srresnet", "msrresnet", "srgan", "msrgan", "esrgan", "edsr", "rcan", "swinir"),
)
"""What file names carry before or after the name of the image, in lower case."""

_SEPARATOR = r"[-_. ]+"
# The scale is also written without a separator: DIV2K calls its LR images 0801x4.
_SCALE_BEHIND = re.compile(r"[-_. ]*(?:x[2348]|[2348]x)$")
_SCALE_BEFORE = re.compile(r"^(?:x[2348]|[2348]x)[-_. ]+")
# Set14, BSD100 and Urban100 circulate as img_001_SRF_4_HR.png.
_FACTOR_BEHIND = re.compile(r"[-_. ]+srf[-_. ]*[2348]$")


@dataclass(frozen=True)
class Pair:
    """A restored image and its reference, None where there is none.

    `image` is its name in the tables: that of the reference, or the restored image's own where
    there is no reference.
    """

    image: str
    sr: Path
    hr: Path | None = None


def pair_images(
    sr: Path, hr: Path | None = None, method: str = "", role: str = "restored image"
) -> tuple[Pair, ...]:
    """Pairs the images of two folders.

    Names are compared without their endings: as the tables have them, then without regard to
    case, then also without what says scale, role or method (`baby_x4`, `SR-baby`, `baby_GT`).
    The first of the three that finds a reference decides. Folders below are not searched.

    Args:
        sr: Folder of the restored images.
        hr: Folder of the references; None to take the restored images alone.
        method: Name of the method, which file names may carry too.
        role: What the images of the first folder are, for messages.

    Returns:
        Pairs in the order of the image names.

    Raises:
        DataError: when a folder holds no image, when a name is ambiguous, or when images of
            either folder have no counterpart.
    """
    restored = list_folder(sr).images
    _refuse_twins(restored)
    if hr is None:
        return tuple(Pair(table_name(path), path) for path in restored)
    references = list_folder(hr).images
    _refuse_twins(references)
    keys = (_exact, str.casefold, lambda stem: bare_name(stem, method))
    indexes = [(key, _index(references, key)) for key in keys]
    found = {path: _find(path, indexes) for path in restored}
    pairs = [Pair(table_name(own), path, own) for path, own in found.items() if own is not None]
    _refuse_shared(pairs, role)
    _refuse_unmatched(found, references, (sr, hr), role)
    return tuple(sorted(pairs, key=lambda pair: pair.image))


def list_folder(folder: Path) -> Listing:
    """The images right in a folder, by name; those below are often other versions of the same.

    Raises:
        DataError: as `list_images`.
    """
    return list_images(folder, deep=False)


def bare_name(stem: str, method: str = "") -> str:
    """A file name in lower case without scale, role and method, unless nothing would be left."""
    words = "|".join(re.escape(word) for word in (*WORDS, *filter(None, [method.casefold()])))
    patterns = (
        _FACTOR_BEHIND,
        _SCALE_BEHIND,
        _SCALE_BEFORE,
        re.compile(rf"{_SEPARATOR}(?:{words})$"),
        re.compile(rf"^(?:{words}){_SEPARATOR}"),
    )
    name, before = stem.casefold(), ""
    while name != before:
        before = name
        for pattern in patterns:
            name = pattern.sub("", name) or name
    return name


_Index = tuple[Callable[[str], str], Mapping[str, list[Path]]]


def _exact(stem: str) -> str:
    return stem


def _index(paths: Sequence[Path], key: Callable[[str], str]) -> dict[str, list[Path]]:
    index: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        index[key(table_name(path))].append(path)
    return dict(index)


def _find(path: Path, indexes: Sequence[_Index]) -> Path | None:
    """The reference of an image by the strictest rule that finds one."""
    for key, index in indexes:
        candidates = index.get(key(table_name(path)), [])
        if len(candidates) > 1:
            raise DataError(
                f"{path.name}: expected one reference, got "
                f"{' and '.join(candidate.name for candidate in candidates[:2])}; "
                "rename the files so that their names agree"
            )
        if candidates:
            return candidates[0]
    return None


def _refuse_twins(paths: Sequence[Path]) -> None:
    for stem, twins in _index(paths, _exact).items():
        if len(twins) > 1:
            raise DataError(
                f"{twins[0].parent}: expected one file called {stem!r}, got "
                f"{' and '.join(path.name for path in twins[:2])}; remove one"
            )


def _refuse_unmatched(
    found: Mapping[Path, Path | None],
    references: Sequence[Path],
    folders: tuple[Path, Path],
    role: str,
) -> None:
    alone = [path.name for path, hr in found.items() if hr is None]
    used = {hr for hr in found.values() if hr is not None}
    missing = [path.name for path in references if path not in used]
    if not alone and not missing:
        return
    sr, hr = folders
    parts = [f"{first_names(alone)} of {sr} without a reference"] if alone else []
    parts += [f"{first_names(missing)} of {hr} without its {role}"] if missing else []
    raise DataError(
        f"{sr}: expected one image for each of the {len(references)} in {hr}, got {len(found)}, "
        f"with {'; '.join(parts)}; complete or rename the files"
    )


def _refuse_shared(pairs: Sequence[Pair], role: str) -> None:
    first: dict[Path | None, Path] = {}
    for pair in pairs:
        other = first.setdefault(pair.hr, pair.sr)
        if other != pair.sr:
            raise DataError(
                f"{pair.image}: expected one {role}, got {other.name} and "
                f"{pair.sr.name}; remove one or rename it"
            )
