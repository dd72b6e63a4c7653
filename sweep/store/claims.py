"""Who is at work in a folder: a file that a run makes first and deletes last.

A results folder has one of its run, a trial's folder one of its worker. A lock on a file is not
seen from other hosts on every network file system; a record that is made exclusively and kept
young while its maker lives is.
"""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from srgan_core.files import make_folder, publish_once, temporary_name
from sweep.errors import StoreError
from sweep.store.records.base import read_record
from sweep.store.records.folder import RunClaim

RUN_FILE, LOCK_FILE = ".run.json", ".lock"

BEAT_SECONDS = 15.0
"""How often a run shows that it is still there."""

SILENT_SECONDS = 120.0
"""Age at which the record of a run on another host counts as left behind."""


WAIT_SECONDS = 0.5

SAME_BIRTH_SECONDS = 2.0
"""By how much two readings of one process's birth may differ."""


@dataclass(frozen=True)
class Run:
    """A run that is, or was, at work.

    Attributes:
        host: Its computer.
        pid: Its process there.
        started: When it began, in ISO 8601.
        alive: Whether it is at work still.
    """

    host: str
    pid: int
    started: str
    alive: bool


def find_run(root: Path) -> Run | None:
    """Looks for the run in a results folder; None when there is no record or it is damaged."""
    path = root / RUN_FILE
    try:
        claim = read_record(path, RunClaim)
        if claim is None:
            return None
        here = claim.host == platform.node()
        alive = _is_running(claim) if here else _age(path) < SILENT_SECONDS
    except (OSError, StoreError):
        return None
    return Run(claim.host, claim.pid, claim.started, alive)


def is_at_work(root: Path) -> bool:
    """Whether another process is at work in a results folder."""
    run = find_run(root)
    return run is not None and run.alive and not _is_ours(run)


def _is_ours(run: Run) -> bool:
    return (run.host, run.pid) == (platform.node(), os.getpid())


@contextmanager
def claimed(root: Path, may_wait: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Keeps every other process out of a folder, on this host or another.

    Args:
        root: The folder.
        may_wait: Asked every moment whether to go on waiting for the other one to end.

    Raises:
        StoreError: when another process is at work there and waiting is over.
    """
    path = root / RUN_FILE
    while (other := _try_to_claim(path)) is not None:
        if not may_wait():
            raise StoreError(
                f"{root}: another `sweep run` is at work there (process {other.pid} on "
                f"{other.host}, since {other.started}); wait for it to end"
            )
        time.sleep(WAIT_SECONDS)
    ours = path.read_bytes()
    ended = threading.Event()
    beat = threading.Thread(target=_beat, args=(path, ours, ended), daemon=True)
    beat.start()
    try:
        yield
    finally:
        ended.set()
        beat.join()
        # A process that was suspended for long may find another's record in its place.
        if _holds(path, ours):
            path.unlink(missing_ok=True)


@contextmanager
def locked_folder(root: Path) -> Iterator[None]:
    """Keeps a second run out of a results folder, which is made.

    Raises:
        StoreError: when another process holds it, or the folder cannot be made.
    """
    try:
        make_folder(root)
    except OSError as error:
        raise StoreError(
            f"{root}: cannot be made ({error.strerror}); name another results folder"
        ) from None
    lock = FileLock(root / LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreError(
            f"{root}: another `sweep run` is at work there; wait for it to end"
        ) from None
    except OSError as error:
        raise StoreError(
            f"{root}: cannot be written to ({error.strerror}); make it writable, or name another "
            "results folder"
        ) from None
    try:
        with claimed(root):
            yield
    finally:
        lock.release()


def _try_to_claim(path: Path) -> Run | None:
    """Makes the record; returns the run that has made it before, None when this one has."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    claim = RunClaim(host=platform.node(), pid=os.getpid(), started=now, born=_born())
    while not publish_once(path, claim.encoded()):
        try:
            found = path.read_bytes()
        except FileNotFoundError:
            continue
        other = find_run(path.parent)
        if other is not None and other.alive and not _is_ours(other):
            return other
        _set_aside(path, found)
    return None


def _set_aside(path: Path, stale: bytes) -> None:
    """Moves an old record away; one that was made meanwhile is put back."""
    aside = temporary_name(path)
    with suppress(FileNotFoundError):
        path.rename(aside)
        if aside.read_bytes() != stale:
            with suppress(FileExistsError):
                os.link(aside, path)
        aside.unlink()


def _holds(path: Path, record: bytes) -> bool:
    try:
        return path.read_bytes() == record
    except OSError:
        return False


def _beat(path: Path, ours: bytes, ended: threading.Event) -> None:
    while not ended.wait(BEAT_SECONDS) and _holds(path, ours):
        # A full disk or a folder that is gone is told by those who write results.
        with suppress(OSError):
            os.utime(path)


def _born() -> float:
    import psutil

    return float(psutil.Process().create_time())


def _is_running(claim: RunClaim) -> bool:
    """Whether a process lives; another one that got its number later does not count."""
    import psutil

    # A number that no process can have is damage, not life.
    with suppress(psutil.Error, ValueError, OverflowError):
        process = psutil.Process(claim.pid)
        born = claim.born
        same = born is None or abs(process.create_time() - born) < SAME_BIRTH_SECONDS
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    return False


def _age(path: Path) -> float:
    """Seconds since the last sign of life, by the clock of the file system that keeps it."""
    probe = temporary_name(path)
    modified = path.stat().st_mtime
    try:
        probe.touch()
        return probe.stat().st_mtime - modified
    except OSError:
        return datetime.now(UTC).timestamp() - modified
    finally:
        with suppress(OSError):
            probe.unlink()
