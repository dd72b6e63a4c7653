"""Finds the images of a folder, by one rule for training, test sets, scoring and upscaling.

An image is what has one of the known endings and no dot at its beginning. Links are followed, to
files and to folders, each folder once. Whatever else is met is left out and said with its reason.
"""

from __future__ import annotations

import os
import unicodedata
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from srgan_core.data.images import SUFFIXES
from srgan_core.errors import DataError
from srgan_core.inputs import escaped, unwritable
from srgan_core.wording import counted, first_names

NAMED = 10
"""Unusable images, or reasons, that are named before it is said how many more there are."""

NO_IMAGE = "no image by its ending"

BELOW = "a folder below, which is not searched"


@dataclass(frozen=True)
class Skipped:
    """What was left out: its name, relative to the folder that was searched, and the reason."""

    name: str
    reason: str


@dataclass(frozen=True)
class Listing:
    """What a folder holds.

    Attributes:
        images: Their paths, sorted by the position relative to the folder.
        skipped: What else was met, in the same order; names that begin with a dot never are.
    """

    images: tuple[Path, ...]
    skipped: tuple[Skipped, ...] = ()


def table_name(path: Path) -> str:
    """What an image is called in the tables: its file name without ending, composed as by NFC.

    File systems of macOS take names apart; the same name must be one everywhere.
    """
    return unicodedata.normalize("NFC", path.stem)


def list_images(folder: Path, deep: bool = True) -> Listing:
    """Finds the images of a folder.

    Args:
        folder: Where to look.
        deep: Whether folders below it are searched too, at any depth.

    Returns:
        The images, and what was left out.

    Raises:
        DataError: when the folder does not exist, cannot be read or holds no image, or when the
            name of an image cannot be written into records.
    """
    listing = find_images(folder, deep)
    if not listing.images:
        deeper = "" if deep else "; folders below it are not searched"
        others = f"; left out: {describe_skipped(listing.skipped)}" if listing.skipped else ""
        raise DataError(
            f"{escaped(folder)}: holds no image; known endings: {', '.join(SUFFIXES)}"
            f"{deeper}{others}"
        )
    return listing


def find_images(folder: Path, deep: bool = True) -> Listing:
    """As `list_images`, but a folder without an image has none.

    Raises:
        DataError: when the folder does not exist or cannot be read, or when the name of an image
            cannot be written into records.
    """
    if not folder.is_dir():
        raise DataError(
            f"{escaped(folder)}: expected a folder of images, found none; check the path"
        )
    walk = _Walk(folder, deep)
    walk.run()
    listing = walk.listing()
    problems = [f"{escaped(path)}: {why}" for path in listing.images if (why := unwritable(path))]
    if problems:
        raise DataError(describe_unusable(escaped(folder), len(listing.images), problems))
    return listing


def describe_skipped(skipped: Sequence[Skipped]) -> str:
    """Words what was left out, a few names for each reason."""
    reasons: dict[str, list[str]] = {}
    for each in skipped:
        reasons.setdefault(each.reason, []).append(each.name)
    parts = [f"{first_names(names)} ({reason})" for reason, names in reasons.items()]
    if len(parts) > NAMED:
        parts[NAMED:] = [f"and {counted(len(parts) - NAMED, 'reason')} more"]
    return "; ".join(parts)


def count_images(images: int, skipped: Sequence[Skipped]) -> str:
    """Words how many images there are and what was left out, such as `5 images, 1 skipped: ...`."""
    number = counted(images, "image")
    if not skipped:
        return f"{number}, 0 skipped"
    return f"{number}, {len(skipped)} skipped: {describe_skipped(skipped)}"


def describe_unusable(where: str, total: int, problems: Sequence[str], remedy: str = "") -> str:
    """Words which of some images cannot be used: all of them counted, the first ones by name.

    Args:
        where: The folder or set that holds them.
        total: Images in all.
        problems: At least one message, each with the image that it is about.
        remedy: What may be done besides mending the images.
    """
    behind = f"; {remedy}" if remedy else ""
    if len(problems) == 1:
        return f"{problems[0]}{behind}"
    lines = [f"  {problem}" for problem in problems[:NAMED]]
    if len(problems) > NAMED:
        lines.append(f"  and {len(problems) - NAMED} more")
    head = f"{where}: {len(problems)} of {counted(total, 'image')} cannot be used{behind}:"
    return "\n".join((head, *lines))


def without_path(message: str, path: Path) -> str:
    """The reason alone out of a message that begins with a path."""
    return message.removeprefix(f"{escaped(path)}: ")


class _Walk:
    """Searches folders, real ones before links, so that a loop is met as a link and left out."""

    def __init__(self, root: Path, deep: bool) -> None:
        self._root, self._deep = root, deep
        self._images: list[Path] = []
        self._skipped: list[tuple[Path, str]] = []
        self._seen: dict[tuple[int, int], Path] = {}

    def run(self) -> None:
        folders, links = deque([self._root]), deque[Path]()
        while folders or links:
            folder = folders.popleft() if folders else links.popleft()
            if not self._is_new(folder):
                continue
            for entry in self._entries(folder):
                path = folder / entry.name
                if not os.path.isdir(path):
                    self._take(path)
                elif not self._deep:
                    self._skipped.append((path, BELOW))
                else:
                    (links if entry.is_symlink() else folders).append(path)

    def listing(self) -> Listing:
        images = sorted(self._images, key=self._position)
        skipped = sorted(self._skipped, key=lambda item: self._position(item[0]))
        named = tuple(Skipped(escaped(self._position(path)), why) for path, why in skipped)
        return Listing(tuple(images), named)

    def _position(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _is_new(self, folder: Path) -> bool:
        found = folder.stat()
        first = self._seen.setdefault((found.st_dev, found.st_ino), folder)
        if first is folder:
            return True
        where = "the folder itself" if first == self._root else escaped(self._position(first))
        self._skipped.append((folder, f"a link to {where}, whose images are taken already"))
        return False

    def _entries(self, folder: Path) -> Iterable[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                visible = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
            if folder == self._root:
                raise DataError(f"{escaped(folder)}: {reason}; make it readable") from None
            self._skipped.append((folder, reason))
            return []
        return sorted(visible, key=lambda entry: entry.name)

    def _take(self, path: Path) -> None:
        if path.suffix.lower() in SUFFIXES:
            self._images.append(path)
        else:
            self._skipped.append((path, NO_IMAGE))
