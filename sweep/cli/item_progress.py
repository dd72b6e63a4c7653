"""Shows how a list of items goes on: a bar with the time left in a terminal, lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import click

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
        yield _lines(title, total)
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


class Pace:
    """Lets a line pass now and then, for logs and pipes.

    Args:
        last: When the line before was written, on the monotonic clock.
    """

    def __init__(self, last: float) -> None:
        self._last = last

    def is_due(self) -> bool:
        """Whether a line may be written now; the next has to wait then."""
        now = time.monotonic()
        if now - self._last < SECONDS_BETWEEN_LINES:
            return False
        self._last = now
        return True


def time_left(items: float, done: float, begun: float) -> str:
    """Words how long some items take.

    Args:
        items: How many are left.
        done: How many were done since `begun`, above 0.
        begun: A time on the monotonic clock.
    """
    return duration_left(max(items, 0) * (time.monotonic() - begun) / done)


def duration_left(seconds: float) -> str:
    """Words a time that is left: `0:01:30 left`."""
    return f"{timedelta(seconds=round(seconds))} left"


def _lines(title: str, total: int) -> Advance:
    begun, done = time.monotonic(), 0
    pace = Pace(begun)

    def advance(item: str) -> None:
        nonlocal done
        done += 1
        if pace.is_due():
            click.echo(f"{title}: {done}/{total}, {time_left(total - done, done, begun)}", err=True)

    return advance
