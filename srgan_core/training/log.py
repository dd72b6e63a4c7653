"""The training log: one JSON object a line, and TensorBoard events on request."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from srgan_core.errors import MissingDependencyError
from srgan_core.files import make_folder, sync_folder, write_atomically
from srgan_core.installing import install_extra


class TrainingLog:
    """Appends records to `log.jsonl`.

    Args:
        path: The log; lines behind `resume_at` are cut off first. None keeps nothing.
        resume_at: Iterations that the checkpoint to go on from has behind it.
        tensorboard: Folder for event files, or None.

    Raises:
        MissingDependencyError: when TensorBoard is asked for and not installed.
    """

    def __init__(self, path: Path | None, resume_at: int, tensorboard: Path | None = None) -> None:
        self._events = _open_events(tensorboard, resume_at) if tensorboard else None
        self._file: TextIO | None = None
        if path is not None:
            _cut_back(path, resume_at)
            make_folder(path.parent)
            self._file = path.open("a", encoding="utf-8")
            # A checkpoint makes the lines durable; without its name the file would be lost.
            sync_folder(path.parent)

    def write(self, record: dict[str, Any]) -> None:
        """Appends one record; its `iteration` counts the discriminator's warm-up."""
        if self._file is not None:
            self._file.write(_line(record))
            self._file.flush()
        if self._events is not None:
            for name, value in record.items():
                self._events.add_scalar(name, value, record["iteration"])

    def flush(self) -> None:
        """Makes every line durable, as a checkpoint requires."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def __enter__(self) -> TrainingLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
        if self._events is not None:
            self._events.close()


def read_log(path: Path) -> list[dict[str, Any]]:
    """Reads the records of a log; a last line cut off by a crash is passed over.

    Args:
        path: The log; need not exist.

    Returns:
        Its records, oldest first; values that were not finite are NaN.
    """
    if not path.is_file():
        return []
    records = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(line)
            records.append({name: math.nan if v is None else v for name, v in record.items()})
        except (ValueError, RecursionError, AttributeError):
            break
    return records


def _cut_back(path: Path, resume_at: int) -> None:
    records = [record for record in read_log(path) if record["iteration"] <= resume_at]
    if path.is_file():
        write_atomically(path, "".join(map(_line, records)).encode())


def _line(record: dict[str, Any]) -> str:
    """JSON has no word for values that are not finite; they are written as null."""
    finite = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in record.items()
    }
    return json.dumps(finite, allow_nan=False) + "\n"


def _open_events(folder: Path, resume_at: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise MissingDependencyError(
            f"training.tensorboard: TensorBoard is not installed; {install_extra('tensorboard')}"
        ) from None
    return SummaryWriter(str(folder), purge_step=resume_at + 1)
