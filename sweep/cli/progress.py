"""Shows how a sweep goes on: bars in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from sweep.jobs import Event

if TYPE_CHECKING:
    from sweep.runner import Plan

SECONDS_BETWEEN_LINES = 10.0

TROUBLE = ("failed", "diverged", "interrupted")


class Display(Protocol):
    """What a sweep reports to."""

    def begin(self, plan: Plan) -> None:
        """Learns what there is to do."""

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
    parts = [f"{record['patches_per_second']:.1f} patches/s", f"pixel {record['loss_pixel']:.4f}"]
    if "loss_content" in record:
        parts.append(f"content {record['loss_content']:.3f}")
    if "loss_adv" in record:
        parts.append(f"adv {record['loss_adv']:.2f}")
        parts.append(f"D {record['d_real']:.2f}/{record['d_fake']:.2f}")
    return "  ".join(parts)


class Lines:
    """Writes a line now and then, for logs and pipes."""

    def __init__(self) -> None:
        self._trials: list[str] = []
        self._last = 0.0
        self._warned: set[str] = set()

    def begin(self, plan: Plan) -> None:
        """Writes the notes."""
        self._trials = [trial.name for trial in plan.asked]
        for note in plan.notes:
            self._write(f"note: {note}")

    def receive(self, event: Event) -> None:
        """Writes what matters, steps at most every few seconds."""
        if event.kind == "progress":
            now = time.monotonic()
            if now - self._last < SECONDS_BETWEEN_LINES:
                return
            self._last = now
            steps = f"{event.fields['iteration']}/{event.fields['iterations']}"
            self._write(f"{self._title(event.job)}: step {steps}  {describe(event)}")
        elif event.kind == "warning":
            message = f"{self._title(event.job)}: warning: {event.fields['message']}"
            if message not in self._warned:
                self._write(message)
            self._warned.add(message)
        elif event.kind == "scoring":
            self._write(f"{self._title(event.job)}: scoring {event.fields['message']}")
        else:
            self._write(f"{self._title(event.job)}: {event.kind}")

    def _title(self, job: str) -> str:
        if job not in self._trials:
            return job
        return f"[{self._trials.index(job) + 1}/{len(self._trials)}] {job}"

    def _write(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


class Bars:
    """One bar for the grid and one for each trial at work."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[detail]}", style="dim"),
            console=console,
            speed_estimate_period=120,
        )
        self._grid: TaskID | None = None
        self._tasks: dict[str, TaskID] = {}
        self._steps: dict[str, int] = {}
        self._trials: list[str] = []
        self._done: set[str] = set()
        self._warned: set[str] = set()

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def begin(self, plan: Plan) -> None:
        """Writes the notes and opens the grid's bar, which counts steps."""
        for note in plan.notes:
            self._console.print(f"note: {note}", highlight=False, markup=False)
        self._trials = [trial.name for trial in plan.asked]
        steps = plan.config.adversarial.steps
        warmup = plan.config.adversarial.discriminator.warmup_steps
        self._steps = {t.name: steps + (warmup if t.adv else 0) for t in plan.asked}
        self._grid = self._progress.add_task(
            self._grid_title(), total=sum(self._steps.values()), detail="steps"
        )

    def receive(self, event: Event) -> None:
        """Moves the bars."""
        if event.kind == "progress":
            self._move(event)
        elif event.kind == "warning":
            message = f"{event.job}: {event.fields['message']}"
            if message not in self._warned:
                self._console.print(message, style="yellow", highlight=False, markup=False)
            self._warned.add(message)
        elif event.kind == "scoring":
            self._detail(event.job, f"scoring {event.fields['message']}")
        elif event.kind == "started":
            self._task(event.job, None)
        else:
            self._end(event)

    def _move(self, event: Event) -> None:
        task = self._task(event.job, event.fields["iterations"])
        self._progress.update(
            task, completed=event.fields["iteration"], detail=describe(event)
        )
        self._advance_grid(event.job, event.fields["iteration"])

    def _end(self, event: Event) -> None:
        task = self._tasks.pop(event.job, None)
        if task is not None:
            self._progress.remove_task(task)
        if event.kind in TROUBLE:
            self._console.print(f"{event.job}: {event.kind}", style="red", highlight=False)
        if event.job in self._trials:
            self._done.add(event.job)
            self._advance_grid(event.job, self._steps[event.job])

    def _advance_grid(self, job: str, iteration: int) -> None:
        """Finished trials count in full, so that resumed and skipped ones keep the bar right."""
        if self._grid is None or job not in self._trials:
            return
        others = sum(self._steps[name] for name in self._done if name != job)
        running = sum(
            self._progress.tasks[self._progress.task_ids.index(task)].completed
            for name, task in self._tasks.items()
            if name in self._trials and name != job
        )
        self._progress.update(
            self._grid, completed=others + running + iteration, description=self._grid_title()
        )

    def _grid_title(self) -> str:
        return f"grid: {len(self._done)} of {len(self._trials)} trials"

    def _detail(self, job: str, text: str) -> None:
        self._progress.update(self._task(job, None), detail=text)

    def _task(self, job: str, total: int | None) -> TaskID:
        if job not in self._tasks:
            self._tasks[job] = self._progress.add_task(job, total=total, detail="")
        task = self._tasks[job]
        if total is not None:
            self._progress.update(task, total=total)
        return task
