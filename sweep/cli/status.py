"""`sweep status`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from srgan_core.wording import counted
from sweep.cli.options import json_option
from sweep.cli.paths import results_folder
from sweep.store.states import State

if TYPE_CHECKING:
    from sweep.store.status import SweepStatus, TrialStatus

EPILOG = """\b
Examples:
  sweep status                    # results/quick
  watch sweep status results/standard
  sweep status results/standard --json
"""

SHORT = {"loss_pixel": "pixel", "loss_content": "content", "loss_adv": "adv", "loss_d": "D"}


@click.command("status", epilog=EPILOG)
@results_folder
@json_option("for the folder")
def command(folder: Path, as_json: bool) -> None:
    """Show how far each trial of DIR (default results/quick) is, and why any failed.

    Reads files alone, so it may be called while the sweep runs, on another machine too.
    """
    from sweep.store.status import read_status

    status = read_status(folder)
    if as_json:
        from sweep.cli.documents import print_document

        print_document(
            "status",
            root=status.root,
            run=status.run,
            trials=status.trials,
            problem=status.problem,
            states=status.count(),
            unplaced=status.unplaced,
        )
        return
    _print(status)


def _print(status: SweepStatus) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("trial", "state", "step", "rate", "loss", "attempts", "host", "device"):
        table.add_column(title, overflow="fold", no_wrap=title in ("trial", "state"))
    for trial in status.trials:
        table.add_row(*_cells(trial))
    # A pipe has no width, and a line that wraps there can be searched by no one.
    width = None if sys.stdout.isatty() else 200
    Console(width=width, highlight=False, markup=False, emoji=False).print(table)
    for trial in status.trials:
        # What has ended well needs no reason, even where an earlier attempt had one.
        reasons = [trial.cause] if trial.cause and trial.state != State.DONE else []
        for reason in (*reasons, *trial.remarks):
            click.echo(f"{trial.name}: {reason}")
    click.echo()
    counts = ", ".join(f"{number} {state}" for state, number in status.count().items())
    click.echo(f"{status.root}: {counts or 'no trials yet'}; {_at_work(status)}")
    if status.unplaced:
        click.echo(f"at most {counted(status.unplaced, 'trial')} more to be placed where gaps are")
    if (status.count().get(State.PENDING) or status.unplaced) and status.run is None:
        from sweep.store.folder import run_command

        click.echo(f"what is pending is trained by `{run_command(status.root)}`")
    if status.problem is not None:
        click.echo(f"no run can go on: {status.problem}")


def _at_work(status: SweepStatus) -> str:
    if status.run is None:
        return "nobody is at work"
    return f"process {status.run.pid} on {status.run.host} at work since {status.run.started}"


def _cells(trial: TrialStatus) -> tuple[str, ...]:
    step = "" if trial.step is None else str(trial.step)
    rate = trial.patches_per_second
    losses = [
        f"{SHORT[name]} {value:.4g}" for name, value in trial.losses.items() if value is not None
    ]
    return (
        trial.name,
        trial.state,
        f"{step or 0}/{trial.steps}" if trial.steps else step,
        f"{rate:.1f} patches/s" if rate is not None else "",
        "  ".join(losses),
        str(trial.attempts or ""),
        trial.host or "",
        trial.device or "",
    )
