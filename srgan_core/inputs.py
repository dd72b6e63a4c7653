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


def unwritable(name: str | os.PathLike[str]) -> str:
    """Words why a name cannot be written into records and tables, which are UTF-8.

    Returns:
        The reason and the remedy, which differ where the name is UTF-8 and the locale is not;
        empty for a name that can be written.
    """
    text = os.fspath(name)
    try:
        text.encode()
        return ""
    except UnicodeEncodeError:
        pass
    try:
        os.fsencode(text).decode()
    except UnicodeError:
        return "its name is not UTF-8; rename it"
    return "this locale does not know the letters of its name; set PYTHONUTF8=1"


def escaped(name: str | os.PathLike[str]) -> str:
    r"""A name as it can be shown: bytes of it that are no UTF-8 appear like `\udcfc`."""
    return os.fspath(name).encode(errors="backslashreplace").decode()
