"""Writes files so that no reader ever sees half of one, and tells files by their content.

Whatever is under way bears a temporary name, `.<name>.<8 hexadecimal digits>.tmp`, beside its
target. A process that is killed leaves such names behind and nothing else; `leftovers` finds them.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp")

_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


def _replace(temporary: Path, target: Path) -> None:
    temporary.replace(target)


@contextmanager
def atomic_path(target: Path, rename: Callable[[Path, Path], None] = _replace) -> Iterator[Path]:
    """Lends a temporary file that becomes the target once the block ends well.

    The file lies in the target's folder, since a rename is atomic only within one file system.
    It reaches the disk before the rename, and the rename before the context ends.

    Yields:
        The path to create and write to; deleted when the block raises.

    Raises:
        OSError: when the folder cannot be written to.
    """
    make_folder(target.parent)
    temporary = temporary_name(target)
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        rename(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(target.parent)


def write_atomically(path: Path, content: bytes) -> None:
    """Replaces a file in one step."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def publish_once(path: Path, content: bytes) -> bool:
    """Makes a file unless there is one: of several writers, on several hosts too, one succeeds.

    Returns:
        Whether this call made the file.
    """
    try:
        with atomic_path(path, _name_exclusively) as temporary:
            temporary.write_bytes(content)
    except FileExistsError:
        return False
    return True


def _name_exclusively(temporary: Path, path: Path) -> None:
    try:
        # A hard link is made or refused in one step, over NFS as well; a rename would replace.
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        # This file system knows no hard links: whole in any case, exclusive as far as can be.
        if path.exists():
            raise FileExistsError(path) from None
        temporary.replace(path)


def publish_folder(temporary: Path, target: Path) -> None:
    """Gives a whole folder its name in one step.

    Args:
        temporary: The folder, beside the target, its files on the disk already.
        target: Its name; a folder that has it is dropped first.
    """
    drop_folder(target)
    sync_folder(temporary)
    temporary.rename(target)
    sync_folder(target.parent)


def drop_folder(folder: Path) -> None:
    """Deletes a folder so that no reader sees part of it under its name, after a power cut too."""
    doomed = temporary_name(folder)
    # Another process of the same run may have dropped it first.
    try:
        with suppress(FileNotFoundError):
            folder.rename(doomed)
            sync_folder(folder.parent)
    finally:
        shutil.rmtree(doomed, ignore_errors=True)


def temporary_name(target: Path) -> Path:
    """A new name beside a target for what is not whole yet, or not any more."""
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")


def leftovers(root: Path) -> list[Path]:
    """Finds what writes that were cut off have left behind.

    Args:
        root: Where to look, at any depth. No writer may be at work there.

    Returns:
        Files and folders with temporary names, sorted; what lies inside one is not listed.
    """
    found: list[Path] = []
    for place, folders, files in os.walk(root):
        names = [name for name in (*folders, *files) if _TEMPORARY.fullmatch(name)]
        found += [Path(place) / name for name in names]
        folders[:] = [name for name in folders if name not in names]
    return sorted(found)


def size_on_disk(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; 0 when it is not there."""
    if path.is_dir():
        return sum(size_on_disk(below) for below in path.iterdir())
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0


def is_disk_error(error: BaseException) -> bool:
    """Whether the disk is full, over its quota, read-only or closed to this user.

    Returns:
        True where every further write to the same place has to be expected to fail too.
    """
    return isinstance(error, OSError) and error.errno in _DISK_ERRORS


def make_folder(folder: Path) -> None:
    """Makes a folder and those above it, unless they are there, each durable in the one above.

    Raises:
        OSError: when one of them cannot be made, or is a file.
    """
    try:
        folder.mkdir()
    except FileNotFoundError:
        make_folder(folder.parent)
        make_folder(folder)
    except OSError:
        if not folder.is_dir():
            raise
    else:
        # Whoever may make folders in another's, such as /scratch, may not always read it.
        with suppress(PermissionError):
            sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Makes renames inside a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_sha256(path: Path) -> str:
    """Hashes a file's bytes.

    Returns:
        64 hexadecimal digits.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
