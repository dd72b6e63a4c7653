"""Writes files so that no reader ever sees half of one, and tells files by their content."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Lends a temporary file that becomes the target once the block ends well.

    The file lies in the target's folder, since a rename is atomic only within one file system.
    It reaches the disk before the rename, and the rename before the context ends.

    Args:
        target: The file to write or replace; its folder is made.

    Yields:
        The path to create and write to; deleted when the block raises.

    Raises:
        OSError: when the folder cannot be written to.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(target.parent)


def write_atomically(path: Path, content: bytes) -> None:
    """Replaces a file in one step.

    Args:
        path: The file; its folder is made.
        content: All of its bytes.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def sync_folder(folder: Path) -> None:
    """Makes renames inside a folder durable.

    Args:
        folder: The folder.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_sha256(path: Path) -> str:
    """Hashes a file's bytes.

    Args:
        path: The file.

    Returns:
        64 hexadecimal digits.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
