"""The training log: one JSON object a line, and TensorBoard events on request."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any

from srgan_core.errors import MissingDependencyError
from srgan_core.files import write_atomically


class TrainingLog:
    """Appends records to `log.jsonl`.

    Args:
        path: The log; lines behind `resume_at` are cut off first.
        resume_at: Iterations that the checkpoint to go on from has behind it.
        tensorboard: Folder for event files, or None.

    Raises:
        MissingDependencyError: when TensorBoard is asked for and not installed.
    """

    def __init__(self, path: Path, resume_at: int, tensorboard: Path | None = None) -> None:
        _cut_back(path, resume_at)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")
        self._events = _open_events(tensorboard, resume_at) if tensorboard else None

    def write(self, record: dict[str, Any]) -> None:
        """Appends one record; its `iteration` counts the discriminator's warm-up."""
        self._file.write(json.dumps(record) + "\n")
        self._file.flush()
        if self._events is not None:
            for name, value in record.items():
                self._events.add_scalar(name, value, record["iteration"])

    def flush(self) -> None:
        """Makes every line durable, as a checkpoint requires."""
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
        self._file.close()
        if self._events is not None:
            self._events.close()


def read_log(path: Path) -> list[dict[str, Any]]:
    """Reads the records of a log; a last line cut off by a crash is passed over.

    Args:
        path: The log; need not exist.

    Returns:
        Its records, oldest first.
    """
    if not path.is_file():
        return []
    records = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return records


def _cut_back(path: Path, resume_at: int) -> None:
    records = [record for record in read_log(path) if record["iteration"] <= resume_at]
    if path.is_file():
        write_atomically(path, "".join(f"{json.dumps(r)}\n" for r in records).encode())


def _open_events(folder: Path, resume_at: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise MissingDependencyError(
            "training.tensorboard: TensorBoard is not installed; "
            "pip install 'srgan-sweep[tensorboard]'"
        ) from None
    return SummaryWriter(str(folder), purge_step=resume_at + 1)  # type: ignore[no-untyped-call]
