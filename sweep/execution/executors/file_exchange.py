"""Carries a job's files between machines that share no folder.

A bundle holds files by their path below the results folder. On the way out it is what a job
reads; on the way back what it wrote. `trial.json` is written last: a reader that finds a state
finds what belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from srgan_core.errors import DataError
from srgan_core.files import drop_folder, publish_folder, temporary_name, write_atomically
from sweep.execution.jobs.failing import Job
from sweep.execution.jobs.trial import TrainJob
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.result_file import publish_result

CHECKPOINTS, RECORD, RESULT = "checkpoints", "trial.json", "result.json"

FOREIGN_INIT = "shared/init"
"""Where a worker finds initial weights that lie outside the results folder, by file name."""


@dataclass(frozen=True)
class FileBundle:
    """Files by path.

    Attributes:
        files: POSIX path below the results folder to content.
        gone: Folders that are to be deleted: checkpoints that are not needed any more.
    """

    files: dict[str, bytes]
    gone: tuple[str, ...] = ()


def pack_inputs(job: Job) -> FileBundle:
    """Packs what a job reads, its paths those of this machine.

    Returns:
        Reference images and scores, the weights to start from, and what the trial's folder
        holds; finished images and generators go along, so that nothing is made twice.
    """
    root = job.root
    store = SweepStore(root)
    wanted = [store.references, store.data_file]
    foreign: dict[str, bytes] = {}
    if isinstance(job, TrainJob):
        wanted.append(job.folder)
        for file in filter(None, (job.init, job.init_discriminator)):
            if file.is_relative_to(root):
                wanted.append(file)
            else:
                foreign[f"{FOREIGN_INIT}/{file.name}"] = file.read_bytes()
    return FileBundle({**_contents(root, wanted), **foreign})


def unpack(bundle: FileBundle, root: Path) -> list[tuple[Path, Path]]:
    """Writes what a bundle holds into a results folder, each checkpoint whole or not at all.

    Returns:
        Trial's folder and file of each result that contradicts the published one and was set
        aside.

    Raises:
        DataError: when a path leads out of the folder.
    """
    for path in (*bundle.files, *bundle.gone):
        _refuse_escape(path)
    checkpoints: dict[Path, dict[str, bytes]] = {}
    conflicts: list[tuple[Path, Path]] = []
    for path, content in sorted(bundle.files.items(), key=lambda item: item[0].endswith(RECORD)):
        target = root / path
        if target.parent.parent.name == CHECKPOINTS:
            checkpoints.setdefault(target.parent, {})[target.name] = content
        else:
            _write_checkpoints(checkpoints)
            if target.name != RESULT:
                write_atomically(target, content)
            elif aside := publish_result(target, _result(content, path)):
                conflicts.append((target.parent, aside))
    _write_checkpoints(checkpoints)
    for path in bundle.gone:
        drop_folder(root / path)
    return conflicts


def _result(content: bytes, path: str) -> ResultRecord:
    """What a worker sent; the file that is here, if there is one, is not to blame for it."""
    try:
        return ResultRecord.model_validate_json(content)
    except ValidationError:
        raise DataError(f"{path}: a worker sent a damaged result; it was not written") from None


def _write_checkpoints(checkpoints: dict[Path, dict[str, bytes]]) -> None:
    for folder, files in checkpoints.items():
        temporary = temporary_name(folder)
        for name, content in files.items():
            write_atomically(temporary / name, content)
        publish_folder(temporary, folder)
    checkpoints.clear()


def _refuse_escape(path: str) -> None:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise DataError(f"{path}: expected a path below the results folder; it was not written")


def _contents(root: Path, wanted: Iterable[Path]) -> dict[str, bytes]:
    """Reads files and whole folders; what is hidden is temporary."""
    found = chain.from_iterable(sorted(t.rglob("*")) if t.is_dir() else [t] for t in wanted)
    paths = ((path, path.relative_to(root)) for path in found if path.is_file())
    return {
        path.as_posix(): file.read_bytes()
        for file, path in paths
        if not any(part.startswith(".") for part in path.parts)
    }


class WorkingCopy:
    """A worker's side: a folder of its own that begins as the inputs, and what changed in it.

    Args:
        inputs: What the job reads.
        root: An empty folder.
    """

    def __init__(self, inputs: FileBundle, root: Path) -> None:
        self._root = root
        unpack(inputs, root)
        self._sent = self._stamps()

    def localised(self, job: Job) -> Job:
        """The same job with the paths of this machine."""
        if not isinstance(job, TrainJob):
            return replace(job, root=self._root)
        folder = self._root / job.folder.relative_to(job.root)
        init, discriminator = (
            self._local(file, job.root) if file is not None else None
            for file in (job.init, job.init_discriminator)
        )
        return replace(
            job, root=self._root, folder=folder, init=init, init_discriminator=discriminator
        )

    def _local(self, file: Path, root: Path) -> Path:
        inside = file.is_relative_to(root)
        return self._root / (file.relative_to(root) if inside else f"{FOREIGN_INIT}/{file.name}")

    def new_checkpoint(self) -> FileBundle | None:
        """What has changed since the last time, once there is a new checkpoint; else None."""
        return self.changes() if self._checkpoints() - self._sent_checkpoints() else None

    def changes(self) -> FileBundle:
        """Packs what has changed since the last time, in any file."""
        stamps, gone = self._stamps(), self._sent_checkpoints() - self._checkpoints()
        changed = [path for path, stamp in stamps.items() if self._sent.get(path) != stamp]
        self._sent = stamps
        names = sorted(path.relative_to(self._root).as_posix() for path in gone)
        return FileBundle(_contents(self._root, changed), tuple(names))

    def _checkpoints(self) -> set[Path]:
        found = self._root.glob(f"*/*/{CHECKPOINTS}/*")
        return {path for path in found if path.name.isdigit()}

    def _sent_checkpoints(self) -> set[Path]:
        folders = {path.parent for path in self._sent}
        return {path for path in folders if path.parent.name == CHECKPOINTS and path.name.isdigit()}

    def _stamps(self) -> dict[Path, tuple[int, int]]:
        stats = ((path, path.stat()) for path in self._root.rglob("*") if path.is_file())
        return {path: (stat.st_mtime_ns, stat.st_size) for path, stat in stats}
