"""Carries a job's files between machines that share no folder.

A parcel holds files by their path below the results folder. On the way out it is what a job
reads; on the way back what it wrote. `trial.json` is written last: a reader that finds a state
finds what belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from srgan_core.errors import DataError
from srgan_core.files import drop_folder, publish_folder, temporary_name, write_atomically
from sweep.execution.jobs.failing import Job
from sweep.execution.jobs.trial import TrainJob
from sweep.store.folder import SweepStore
from sweep.store.records.base import decode
from sweep.store.records.result import ResultRecord
from sweep.store.result_file import publish_result

CHECKPOINTS, RECORD, RESULT = "checkpoints", "trial.json", "result.json"

FOREIGN_INIT = "shared/init.safetensors"
"""Where a worker finds a generator to start from that lies outside the results folder."""


@dataclass(frozen=True)
class Parcel:
    """Files by path.

    Attributes:
        files: POSIX path below the results folder to content.
        gone: Folders that are to be deleted: checkpoints that are not needed any more.
    """

    files: dict[str, bytes]
    gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.gone)


def jobs_parcel(job: Job) -> Parcel:
    """Packs what a job reads.

    Args:
        job: The job, its paths those of this machine.

    Returns:
        Reference images and scores, the generator to start from, and what the trial's folder
        holds; finished images and generators go along, so that nothing is made twice.
    """
    root = job.root
    store = SweepStore(root)
    wanted = [store.references, store.data_file]
    if isinstance(job, TrainJob):
        wanted.append(job.folder)
        if job.init is not None and job.init.is_relative_to(root):
            wanted.append(job.init)
    files = dict(_contents(root, wanted))
    if isinstance(job, TrainJob) and job.init is not None and not job.init.is_relative_to(root):
        files[FOREIGN_INIT] = job.init.read_bytes()
    return Parcel(files)


def unpack(parcel: Parcel, root: Path) -> list[tuple[Path, Path]]:
    """Writes what a parcel holds, each checkpoint whole or not at all.

    Args:
        parcel: Files that a worker sent.
        root: The results folder.

    Returns:
        Trial's folder and file of each result that contradicts the published one and was set
        aside.

    Raises:
        DataError: when a path leads out of the folder.
    """
    for path in (*parcel.files, *parcel.gone):
        _refuse_escape(path)
    checkpoints: dict[Path, dict[str, bytes]] = {}
    conflicts: list[tuple[Path, Path]] = []
    for path, content in sorted(parcel.files.items(), key=lambda item: item[0].endswith(RECORD)):
        target = root / path
        if target.parent.parent.name == CHECKPOINTS:
            checkpoints.setdefault(target.parent, {})[target.name] = content
        else:
            _write_checkpoints(checkpoints)
            if aside := _write(target, content):
                conflicts.append((target.parent, aside))
    _write_checkpoints(checkpoints)
    for path in parcel.gone:
        drop_folder(root / path)
    return conflicts


def _write(target: Path, content: bytes) -> Path | None:
    """Returns where a second result was written to that contradicts the published one."""
    if target.name == RESULT:
        return publish_result(target, decode(content, ResultRecord, target))
    write_atomically(target, content)
    return None


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


def _contents(root: Path, wanted: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for top in wanted:
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
            if path.is_file() and not hidden:
                yield path.relative_to(root).as_posix(), path.read_bytes()


class Courier:
    """A worker's side: a folder of its own that begins as the parcel and sends back changes.

    Args:
        parcel: What the job reads.
        root: An empty folder.
    """

    def __init__(self, parcel: Parcel, root: Path) -> None:
        self._root = root
        unpack(parcel, root)
        self._sent = self._stamps()

    def localised(self, job: Job) -> Job:
        """The same job with the paths of this machine."""
        if not isinstance(job, TrainJob):
            return replace(job, root=self._root)
        folder = self._root / job.folder.relative_to(job.root)
        init = job.init
        if init is not None:
            inside = init.is_relative_to(job.root)
            init = self._root / (init.relative_to(job.root) if inside else FOREIGN_INIT)
        return replace(job, root=self._root, folder=folder, init=init)

    def news(self, everything: bool = False) -> Parcel | None:
        """Packs what has changed since the last time.

        Args:
            everything: Whether to look at all files; otherwise only a new checkpoint is news,
                and what changed beside it goes along.

        Returns:
            The changes; None when there is no news.
        """
        checkpoints = set(self._checkpoints())
        known = {
            path.parent
            for path in self._sent
            if path.parent.parent.name == CHECKPOINTS and path.parent.name.isdigit()
        }
        if not everything and checkpoints <= known:
            return None
        stamps = self._stamps()
        changed = [path for path, stamp in stamps.items() if self._sent.get(path) != stamp]
        gone = {path.relative_to(self._root).as_posix() for path in known - checkpoints}
        self._sent = stamps
        return Parcel(dict(_contents(self._root, changed)), tuple(sorted(gone)))

    def _checkpoints(self) -> Iterator[Path]:
        for folder in self._root.glob(f"*/*/{CHECKPOINTS}"):
            yield from (path for path in folder.iterdir() if path.name.isdigit())

    def _stamps(self) -> dict[Path, tuple[int, int]]:
        stats = ((path, path.stat()) for path in self._root.rglob("*") if path.is_file())
        return {path: (stat.st_mtime_ns, stat.st_size) for path, stat in stats}
