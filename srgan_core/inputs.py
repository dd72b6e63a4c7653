"""What is told of a path before it is opened for reading: whether it is a file, and has a name."""

from __future__ import annotations

import os
import stat
from pathlib import Path

KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def irregularity(path: Path) -> str:
    """Words what stands in the place of a regular file: a FIFO or a device may never end.

    Returns:
        Such as `not a regular file but a FIFO`; empty for a regular file, and for what is not
        there or may not be seen, since opening that ends at once.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return ""
    if stat.S_ISREG(mode):
        return ""
    kind = next((words for is_kind, words in KINDS if is_kind(mode)), "something else")
    return f"not a regular file but {kind}"


def is_writable_name(name: str | os.PathLike[str]) -> bool:
    """Whether a name can be written into a record or a table, which are UTF-8."""
    try:
        os.fspath(name).encode()
    except UnicodeEncodeError:
        return False
    return True


def escaped(name: str | os.PathLike[str]) -> str:
    r"""A name as it can be shown: bytes of it that are no UTF-8 appear like `\udcfc`."""
    return os.fspath(name).encode(errors="backslashreplace").decode()
