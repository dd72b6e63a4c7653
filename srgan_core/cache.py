"""The folder for what was fetched once, and writes that are whole or absent."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

CACHE_VARIABLE = "SWEEP_CACHE"
"""Environment variable that moves the cache elsewhere."""


def cache_dir() -> Path:
    """Says where fetched files are kept.

    Returns:
        The folder in `$SWEEP_CACHE` if that is set and not empty, else the user's cache
        folder of this system. It need not exist yet: whoever writes makes it.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    return platformdirs.user_cache_path("sweep-srgan", appauthor=False)


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Lends a temporary file that becomes `target` once the block ends well.

    The file lies in the target's folder, since a rename is atomic only within one file
    system. When the block raises, the file is deleted and `target` stays as it was.

    Args:
        target: The file to write or replace; its folder is made when missing.

    Yields:
        The path to create and write to.

    Raises:
        OSError: when the folder cannot be written to.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        yield temporary
        _flush_to_disk(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _flush_to_disk(path: Path) -> None:
    """Makes sure that a rename cannot survive a power cut which the content does not."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
