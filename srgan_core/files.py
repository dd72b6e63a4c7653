"""Writes files so that no reader ever sees half of one, and tells files by their content.

Whatever is under way bears a temporary name, `.<name>.<8 hexadecimal digits>.tmp`, beside its
target. A process that is killed leaves such names behind and nothing else; `leftovers` finds them.
What is there already stays what it is: behind a symbolic link the file that it leads to is
replaced, a device or a named pipe is written to.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import socket
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from srgan_core.errors import ConfigError, DiskError, SrganError, UnavailableError

_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp")

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}

_DISK_ERRORS = _FULL - {errno.EIO} | {errno.EACCES, errno.EPERM}

_NETWORK_ERRORS = (ConnectionError, TimeoutError, socket.gaierror)


def _replace(temporary: Path, target: Path) -> None:
    temporary.replace(target)


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Lends a temporary file that becomes the target once the block ends well.

    The file lies in the target's folder, since a rename is atomic only within one file system.
    It reaches the disk before the rename, and the rename before the context ends. A device or a
    named pipe gets the content instead, and stays what it is.

    Yields:
        The path to create and write to; deleted when the block raises.

    Raises:
        OSError: when the folder cannot be written to, or the disk is full; names the target.
        ConfigError: when the target is a folder, a socket or a disk.
    """
    if is_written_through(target):
        with _poured_into(target) as temporary:
            yield temporary
        return
    with _atomic(end_of_links(target), target, _replace) as temporary:
        yield temporary


@contextmanager
def _atomic(place: Path, target: Path, rename: Callable[[Path, Path], None]) -> Iterator[Path]:
    """Lends the temporary file of a place; errors name what the caller knows, the target."""
    make_folder(place.parent)
    temporary = temporary_name(place)
    try:
        yield temporary
        with suppress(FileNotFoundError):
            shutil.copymode(place, temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        rename(temporary, place)
    except OSError as error:
        if error.errno is not None and error.filename in (None, str(temporary), temporary):
            error.filename, error.filename2 = str(target), None
        raise
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(place.parent)


@contextmanager
def _poured_into(target: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        # Some writers go by the ending.
        temporary = Path(folder) / target.name
        yield temporary
        try:
            with temporary.open("rb") as file, target.open("wb") as device:
                shutil.copyfileobj(file, device)
        except BrokenPipeError:
            raise UnavailableError(f"{target}: nobody reads it any more") from None


def is_written_through(target: Path) -> bool:
    """Whether a path leads to a device or a named pipe, which are written to, never replaced.

    Raises:
        ConfigError: when it leads to what no file can be written to.
    """
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    for kind, name in ((stat.S_ISDIR, "folder"), (stat.S_ISSOCK, "socket"), (stat.S_ISBLK, "disk")):
        if kind(mode):
            raise ConfigError(f"{target}: expected a file to write, got a {name}; choose another")
    return not stat.S_ISREG(mode)


def end_of_links(target: Path) -> Path:
    """The path itself, or where a symbolic link leads in the end; that need not exist."""
    if not target.is_symlink():
        return target
    place = Path(os.path.realpath(target))
    if place.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(target))
    return place


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
        with _atomic(path, path, _name_exclusively) as temporary:
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


def described(error: OSError) -> SrganError:
    """What the system refused, such as a write to a full disk or a name that is too long."""
    if error.filename is None or error.strerror is None:
        text = str(error)
    else:
        text = f"{error.filename}: {error.strerror}"
    if error.errno in _FULL:
        return DiskError(f"{text}; make room there, or choose another place")
    if isinstance(error, _NETWORK_ERRORS):
        return UnavailableError(text)
    return SrganError(
        text if error.filename is None else f"{text}; mend that or choose another place"
    )


def sync_folder(folder: Path) -> None:
    """Makes renames inside a folder durable, where the system lets folders be opened."""
    if sys.platform == "win32":
        return
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
