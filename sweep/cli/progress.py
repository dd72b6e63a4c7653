"""Shows how a sweep goes on: bars in a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
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
from sweep.api.grid_steps import ENDS, TROUBLE, GridSteps
from sweep.cli.item_progress import Pace, duration_left
from sweep.execution.jobs.context import Event
from sweep.store.folder import SweepStore

if TYPE_CHECKING:
    from sweep.planning.plan import Plan

WIDE = 100
"""Columns of a terminal from which on bars are long."""

LOSSES = {
    "loss_pixel": "pixel {loss_pixel:.4f}",
    "loss_content": "content {loss_content:.3f}",
    "loss_adv": "adv {loss_adv:.2f}",
    "loss_d": "D {d_real:.2f}/{d_fake:.2f}",
}


@contextmanager
def open_progress(plan: Plan, store: SweepStore, console: Console | None = None) -> Iterator[Lines]:
    """Chooses the display for a console, by default that of standard error."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield Lines(plan, store)
        return
    bars = Bars(plan, store, console)
    with bars.progress:
        yield bars


def describe(event: Event) -> str:
    """One line about a logged step: rate, losses, the discriminator's outputs."""
    record = event.fields
    losses = (text.format(**record) for name, text in LOSSES.items() if name in record)
    return "  ".join([f"{record['patches_per_second']:.1f} patches/s", *losses])


def _left(grid: GridSteps) -> str:
    """Words the time until the last step; empty while it is unknown."""
    seconds = grid.seconds_left()
    return "" if seconds is None else duration_left(seconds)


class Lines:
    """What a sweep reports to: lines for logs and pipes, those about steps only now and then.

    Args:
        plan: What there is to do; its notes are written first.
        store: Knows what of it is done.
    """

    def __init__(self, plan: Plan, store: SweepStore) -> None:
        self._grid, self._pace = GridSteps(plan, store), Pace(0.0)
        self._warned: set[tuple[str, str]] = set()
        for note in plan.notes:
            self._write(f"note: {note}")

    def receive(self, event: Event) -> None:
        """Learns what happened; a warning is shown once."""
        self._grid.receive(event)
        if event.kind == "placed":
            self._write(f"{self._title(event.job)}: {event.fields['message']}")
            return
        if event.kind != "warning":
            self._show(event)
            return
        warning = event.job, event.fields["message"]
        if warning not in self._warned:
            self._warn(*warning)
        self._warned.add(warning)

    def _show(self, event: Event) -> None:
        title = self._title(event.job)
        if event.kind == "scoring":
            self._write(f"{title}: scoring {event.fields['message']}")
        elif event.kind != "progress":
            self._write(f"{title}: {event.kind}")
        elif self._pace.is_due():
            steps = f"step {event.fields['iteration']}/{event.fields['iterations']}"
            left = _left(self._grid) if event.job in self._grid.names else ""
            self._write(f"{title}: {'  '.join(filter(None, (steps, describe(event), left)))}")

    def _warn(self, job: str, message: str) -> None:
        self._write(f"{self._title(job)}: warning: {message}")

    def _title(self, job: str) -> str:
        names = self._grid.names
        return f"[{names.index(job) + 1}/{len(names)}] {job}" if job in names else job

    def _write(self, text: str) -> None:
        click.echo(text, err=True)


class Detail(ProgressColumn):
    """The end of a bar's line, which gives way where the terminal is narrow."""

    def render(self, task: Task) -> Text:
        """What fits of the task's field `detail`."""
        return Text(task.fields["detail"], style="dim", no_wrap=True, overflow="ellipsis")


class Bars(Lines):
    """The same with one bar for the steps of the grid and one for each job at work.

    Attributes:
        progress: The bars, to be started.
    """

    def __init__(self, plan: Plan, store: SweepStore, console: Console) -> None:
        self._console = console
        super().__init__(plan, store)
        # Names of jobs may hold what would be markup.
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(20 if console.width >= WIDE else 8, table_column=Column(no_wrap=True)),
            MofNCompleteColumn(table_column=Column(no_wrap=True)),
            TimeElapsedColumn(table_column=Column(no_wrap=True)),
            Detail(),
            console=console,
        )
        self._grid_task = self.progress.add_task("grid", total=self._grid.total, detail="")
        self._tasks: dict[str, TaskID] = {}
        self._show_grid()

    def receive(self, event: Event) -> None:
        """Moves the bars."""
        super().receive(event)
        self._show_grid()

    def _show(self, event: Event) -> None:
        if event.kind in ENDS:
            self._end(event)
            return
        if event.job not in self._tasks:
            self._tasks[event.job] = self.progress.add_task(event.job, total=None, detail="")
        task = self._tasks[event.job]
        if event.kind == "progress":
            iteration, iterations = event.fields["iteration"], event.fields["iterations"]
            detail = describe(event)
            self.progress.update(task, completed=iteration, total=iterations, detail=detail)
        elif event.kind == "scoring":
            self.progress.update(task, detail=f"scoring {event.fields['message']}")

    def _end(self, event: Event) -> None:
        if event.job in self._tasks:
            self.progress.remove_task(self._tasks.pop(event.job))
        if event.kind in TROUBLE:
            self._write(f"{event.job}: {event.kind}", "red")

    def _warn(self, job: str, message: str) -> None:
        self._write(f"{job}: {message}", "yellow")

    def _show_grid(self) -> None:
        self.progress.update(
            self._grid_task,
            completed=self._grid.done,
            total=self._grid.total,
            description=f"grid: {self._grid.ended} of {counted(len(self._grid.names), 'trial')}",
            detail=_left(self._grid) or "steps",
        )

    def _write(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, highlight=False, markup=False)
