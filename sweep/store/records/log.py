"""`log.jsonl`: what a training says of itself, one line a logged step."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from sweep.store.records.base import Integer, Record

TAIL_BYTES = 16_384
"""As much of a log's end is read as surely holds its last whole line."""

Value = int | float | None


class LogLine(Record):
    """One logged step; whatever else it measures stands beside these under its own name.

    Attributes:
        iteration: Steps behind, the discriminator's warm-up included.
    """

    __pydantic_extra__: dict[str, Value]

    iteration: Integer

    @property
    def values(self) -> dict[str, float]:
        """Name to number; what was not finite is nan."""
        return {
            name: math.nan if value is None else value
            for name, value in (self.__pydantic_extra__ or {}).items()
        }


def read_log(path: Path) -> list[LogLine]:
    """Reads the whole lines of a log, oldest first; none when there is no file."""
    return list(_whole(path.read_bytes().splitlines())) if path.is_file() else []


def last_line(path: Path) -> LogLine | None:
    """Reads the last whole line of a log without reading the log; None when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            tail = file.read().splitlines()
    except OSError:
        return None
    return next(_whole(reversed(tail)), None)


def _whole(lines: Iterable[bytes]) -> Iterator[LogLine]:
    for line in lines:
        try:
            yield LogLine.model_validate_json(line)
        except ValidationError:
            continue
