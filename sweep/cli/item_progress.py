"""Shows how a list of items goes on: a bar with the time left in a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

SECONDS_BETWEEN_LINES = 10.0

Advance = Callable[[str], None]


@contextmanager
def item_progress(title: str, total: int) -> Iterator[Advance]:
    """Opens a display on standard error.

    Args:
        title: What is being done.
        total: Number of items.

    Yields:
        Function to call after each item with its name.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(title, total)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeLeft(),
        TextColumn("{task.fields[item]}", style="dim", markup=False),
    )
    # A bar that stays on the screen would stand between the command and its table.
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=total, item="")
        yield lambda item: progress.update(task, advance=1, item=item)


class _Lines:
    """Writes a line now and then, for logs and pipes."""

    def __init__(self, title: str, total: int) -> None:
        self._title, self._total = title, total
        self._done, self._begin = 0, time.monotonic()
        self._last = self._begin

    def __call__(self, item: str) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._last < SECONDS_BETWEEN_LINES:
            return
        self._last = now
        seconds = (self._total - self._done) * (now - self._begin) / self._done
        left = timedelta(seconds=round(max(seconds, 0)))
        print(
            f"{self._title}: {self._done}/{self._total}, {left} left", file=sys.stderr, flush=True
        )
