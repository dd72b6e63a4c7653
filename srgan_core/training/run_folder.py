"""The folder of a training by `python -m srgan_core.training`: one at a time, finished once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from srgan_core.errors import CheckpointError
from srgan_core.files import file_sha256, make_folder, write_atomically
from srgan_core.pairs import GENERATOR_FILE
from srgan_core.wording import counted

FINISHED, LOCK = "finished.json", ".training.lock"


@dataclass(frozen=True)
class Finished:
    """A training that has ended well.

    Attributes:
        spec: Digest of its spec.
        processes: How many processes trained it.
        iterations: Steps in all, the discriminator's warm-up included.
        generator_sha256: Hash of what it made.
    """

    spec: str
    processes: int
    iterations: int
    generator_sha256: str


@contextmanager
def alone_in(folder: Path, first: bool) -> Iterator[None]:
    """Keeps a second training out of a folder, which is made.

    Args:
        folder: Where log and weights go.
        first: Whether this process writes there; the others of its training only wait for it.

    Raises:
        CheckpointError: when another training is at work there, or the folder cannot be used.
    """
    if not first:
        yield
        return
    lock = FileLock(folder / LOCK)
    try:
        make_folder(folder)
        lock.acquire(timeout=0)
    except Timeout:
        raise CheckpointError(
            f"{folder}: another training is at work there; wait for it to end, or choose another "
            "--out"
        ) from None
    except OSError as error:
        raise CheckpointError(
            f"{folder}: cannot be written to ({error.strerror}); choose another --out"
        ) from None
    try:
        yield
    finally:
        lock.release()


def find_finished(folder: Path, spec: str, processes: int) -> Finished | None:
    """Finds the training that has ended in a folder and left its generator there.

    Raises:
        CheckpointError: when it is one of another spec or number of processes.
    """
    found = _read(folder)
    generator = folder / GENERATOR_FILE
    if found is None or not generator.is_file():
        return None
    if file_sha256(generator) != found.generator_sha256:
        return None
    if found.spec != spec:
        raise CheckpointError(
            f"{folder}: holds a finished training of another spec; choose another --out"
        )
    require_processes(folder, found.processes, processes)
    return found


def require_processes(folder: Path, begun: int, processes: int) -> None:
    """Refuses to go on with another number of processes, on which the weights depend.

    Raises:
        CheckpointError: naming both numbers.
    """
    if begun != processes:
        how = f"torchrun --nproc-per-node {begun}" if begun > 1 else "one process, without torchrun"
        raise CheckpointError(
            f"{folder}: its training was begun with {counted(begun, 'process', 'processes')}, got "
            f"{processes}, whose weights would be others; use {how}, or choose another --out"
        )


def write_finished(folder: Path, spec: str, processes: int, iterations: int) -> None:
    """Writes down that a training has ended well, behind all that it made."""
    digest = file_sha256(folder / GENERATOR_FILE)
    record = asdict(Finished(spec, processes, iterations, digest))
    write_atomically(folder / FINISHED, f"{json.dumps(record, indent=1)}\n".encode())


def _read(folder: Path) -> Finished | None:
    """The record; None where there is none or it is damaged: the training then ends once more."""
    try:
        fields = json.loads((folder / FINISHED).read_bytes())
        return Finished(
            str(fields["spec"]),
            int(fields["processes"]),
            int(fields["iterations"]),
            str(fields["generator_sha256"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
