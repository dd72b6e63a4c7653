"""Shows how a sweep goes on: bars in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column
from rich.text import Text

from srgan_core.wording import counted
from sweep.execution.jobs.context import Event
from sweep.store.folder import SweepStore

if TYPE_CHECKING:
    from sweep.planning.plan import Plan

SECONDS_BETWEEN_LINES = 10.0

WIDE = 100
"""Columns of a terminal from which on bars are long."""

TROUBLE = ("failed", "diverged", "interrupted")

ENDS = ("done", *TROUBLE)


class Display(Protocol):
    """What a sweep reports to."""

    def begin(self, plan: Plan, store: SweepStore) -> None:
        """Learns what there is to do, and what of it is done."""

    def receive(self, event: Event) -> None:
        """Learns what happened."""


@contextmanager
def open_progress() -> Iterator[Display]:
    """Chooses the display for standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines()
        return
    with Bars(console) as bars:
        yield bars


def describe(event: Event) -> str:
    """One line about a logged step: rate, losses, the discriminator's outputs."""
    record = event.fields
    parts = [f"{record['patches_per_second']:.1f} patches/s"]
    if "loss_pixel" in record:
        parts.append(f"pixel {record['loss_pixel']:.4f}")
    if "loss_content" in record:
        parts.append(f"content {record['loss_content']:.3f}")
    if "loss_adv" in record:
        parts.append(f"adv {record['loss_adv']:.2f}")
    if "loss_d" in record:
        parts.append(f"D {record['d_real']:.2f}/{record['d_fake']:.2f}")
    return "  ".join(parts)


class GridSteps:
    """Counts the steps of a grid; what earlier runs did counts as done, not as speed.

    Args:
        plan: Its trials are counted; events of other jobs are passed over.
        store: Knows which trials are trained already.
    """

    def __init__(self, plan: Plan, store: SweepStore) -> None:
        config = plan.config.adversarial
        warmup = config.discriminator.warmup_steps
        self._steps = {t.name: config.steps + (warmup if t.adv else 0) for t in plan.asked}
        states = {name: store.trial(name).state for name in self._steps}
        self._ended = {name for name, state in states.items() if state.is_finished}
        self._at = {name: self._steps[name] for name, state in states.items() if state.is_trained}
        self._moved, self._begin = 0, time.monotonic()

    @property
    def names(self) -> tuple[str, ...]:
        """The trials in their order."""
        return tuple(self._steps)

    @property
    def total(self) -> int:
        """Steps of all trials."""
        return sum(self._steps.values())

    @property
    def done(self) -> int:
        """Steps that are behind."""
        return sum(self._at.values())

    @property
    def ended(self) -> int:
        """Trials that have come to an end."""
        return len(self._ended)

    def receive(self, event: Event) -> None:
        """Learns what happened."""
        name = event.job
        if name not in self._steps:
            return
        if event.kind == "progress":
            if name in self._at:
                self._moved += event.fields["iteration"] - self._at[name]
            self._at[name] = event.fields["iteration"]
        elif event.kind in ENDS:
            self._ended.add(name)
            self._at[name] = self._steps[name]

    def left(self) -> str:
        """Time until the last step at the speed of this run; empty while that is unknown."""
        elapsed = time.monotonic() - self._begin
        if self._moved <= 0:
            return ""
        seconds = (self.total - self.done) * elapsed / self._moved
        return f"{timedelta(seconds=round(seconds))} left"


class Lines:
    """Writes a line now and then, for logs and pipes."""

    def __init__(self) -> None:
        self._grid: GridSteps | None = None
        self._last = 0.0
        self._warned: set[str] = set()

    def begin(self, plan: Plan, store: SweepStore) -> None:
        """Writes the notes."""
        self._grid = GridSteps(plan, store)
        for note in plan.notes:
            self._write(f"note: {note}")

    def receive(self, event: Event) -> None:
        """Writes what matters, steps at most every few seconds."""
        if self._grid is not None:
            self._grid.receive(event)
        if event.kind == "progress":
            self._step(event)
        elif event.kind == "warning":
            message = f"{self._title(event.job)}: warning: {event.fields['message']}"
            if message not in self._warned:
                self._write(message)
            self._warned.add(message)
        elif event.kind == "scoring":
            self._write(f"{self._title(event.job)}: scoring {event.fields['message']}")
        else:
            self._write(f"{self._title(event.job)}: {event.kind}")

    def _step(self, event: Event) -> None:
        now = time.monotonic()
        if now - self._last < SECONDS_BETWEEN_LINES:
            return
        self._last = now
        steps = f"step {event.fields['iteration']}/{event.fields['iterations']}"
        parts = [steps, describe(event)]
        if self._grid is not None and event.job in self._grid.names:
            parts.append(self._grid.left())
        self._write(f"{self._title(event.job)}: {'  '.join(filter(None, parts))}")

    def _title(self, job: str) -> str:
        names = self._grid.names if self._grid is not None else ()
        return f"[{names.index(job) + 1}/{len(names)}] {job}" if job in names else job

    def _write(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


class Detail(ProgressColumn):
    """The end of a bar's line, which gives way where the terminal is narrow."""

    def render(self, task: Task) -> Text:
        """What fits of the task's field `detail`."""
        return Text(task.fields["detail"], style="dim", no_wrap=True, overflow="ellipsis")


class Bars:
    """One bar for the grid and one for each job at work.

    Args:
        console: Where to draw.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        # Names of jobs may hold what would be markup.
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(20 if console.width >= WIDE else 8, table_column=Column(no_wrap=True)),
            MofNCompleteColumn(table_column=Column(no_wrap=True)),
            TimeElapsedColumn(table_column=Column(no_wrap=True)),
            Detail(),
            console=console,
        )
        self._grid: GridSteps | None = None
        self._grid_task: TaskID | None = None
        self._tasks: dict[str, TaskID] = {}
        self._warned: set[str] = set()

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def begin(self, plan: Plan, store: SweepStore) -> None:
        """Writes the notes and opens the grid's bar, which counts steps."""
        for note in plan.notes:
            self._print(f"note: {note}")
        self._grid = GridSteps(plan, store)
        self._grid_task = self._progress.add_task("grid", total=self._grid.total, detail="")
        self._show_grid()

    def receive(self, event: Event) -> None:
        """Moves the bars."""
        if self._grid is not None:
            self._grid.receive(event)
        if event.kind == "warning":
            message = f"{event.job}: {event.fields['message']}"
            if message not in self._warned:
                self._print(message, "yellow")
            self._warned.add(message)
        elif event.kind in ENDS:
            self._end(event)
        else:
            self._move(event)
        self._show_grid()

    def _move(self, event: Event) -> None:
        if event.job not in self._tasks:
            self._tasks[event.job] = self._progress.add_task(event.job, total=None, detail="")
        task = self._tasks[event.job]
        if event.kind == "progress":
            iteration, iterations = event.fields["iteration"], event.fields["iterations"]
            detail = describe(event)
            self._progress.update(task, completed=iteration, total=iterations, detail=detail)
        elif event.kind == "scoring":
            self._progress.update(task, detail=f"scoring {event.fields['message']}")

    def _end(self, event: Event) -> None:
        task = self._tasks.pop(event.job, None)
        if task is not None:
            self._progress.remove_task(task)
        if event.kind in TROUBLE:
            self._print(f"{event.job}: {event.kind}", "red")

    def _show_grid(self) -> None:
        if self._grid is None or self._grid_task is None:
            return
        self._progress.update(
            self._grid_task,
            completed=self._grid.done,
            description=f"grid: {self._grid.ended} of {counted(len(self._grid.names), 'trial')}",
            detail=self._grid.left() or "steps",
        )

    def _print(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, highlight=False, markup=False)
