"""Whether something may be written where a user wants it: asked before any work begins."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from srgan_core.errors import ConfigError
from srgan_core.files import described, end_of_links, is_written_through, temporary_name

Source = Path | None


def check_file(target: Path, sources: Iterable[Source] = ()) -> None:
    """Refuses what cannot become a file, or must not be replaced by one.

    Args:
        target: As the user typed it. Folders above it that are missing will be made.
        sources: Files that are read; None is passed over.

    Raises:
        ConfigError: names the target and what is wrong with it.
        SrganError: when the system refuses to look, as for a name that is too long.
    """
    with _named(target):
        _check_file(target)
        for source in sources:
            if source is not None and _is_same(target, source):
                raise ConfigError(
                    f"{target}: expected a new file, got one that is read; choose another"
                )


def check_folder(target: Path) -> None:
    """Refuses what cannot become a folder to write into; raises as `check_file`."""
    with _named(target):
        _look_for(target)
        if not target.exists():
            _check_parents(target, end_of_links(target))
        elif target.is_dir():
            _check_access(target, target)
        else:
            raise ConfigError(f"{target}: expected a folder, got a file; choose another")


@contextmanager
def _named(target: Path) -> Iterator[None]:
    """Words what the system refuses by the name that the user knows."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(target), None
        raise described(error) from None


def _look_for(place: Path) -> None:
    """Raises where the system does not take a name, whatever lies there."""
    with suppress(FileNotFoundError, NotADirectoryError):
        place.lstat()


def _check_file(target: Path) -> None:
    if is_written_through(target):
        _check_access(target, target)
        return
    place = end_of_links(target)
    # The longer name, which the file has at first.
    _look_for(temporary_name(place))
    if place.exists():
        _check_access(target, place)
    _check_parents(target, place)


def _check_parents(target: Path, place: Path) -> None:
    """The nearest folder above that exists has to take what is missing below it."""
    nearest = next(parent for parent in place.absolute().parents if os.path.lexists(parent))
    if not nearest.is_dir():
        raise ConfigError(f"{target}: lies below {nearest}, which is no folder; choose another")
    _check_access(target, nearest)


def _check_access(target: Path, place: Path) -> None:
    needed = os.W_OK | (os.X_OK if place.is_dir() else 0)
    if not os.access(place, needed):
        where = "" if place == target else f" ({place})"
        raise ConfigError(f"{target}: cannot be written to{where}; choose another place")


def _is_same(target: Path, source: Path) -> bool:
    return target.exists() and source.exists() and target.samefile(source)
