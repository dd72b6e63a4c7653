"""What `sweep run` prints at its end and before it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from srgan_core.wording import counted
from sweep.cli.messages import say
from sweep.planning.plan import Plan
from sweep.runner import Summary
from sweep.store.folder import SweepStore
from sweep.store.states import State

if TYPE_CHECKING:
    from sweep.planning.estimate import Kind


NOTABLE_WAIT = 0.2
"""Share of the time lost to other programs from which on an estimate says so."""


def report_summary(store: SweepStore, summary: Summary) -> None:
    """Prints the result table, what was trained, and where everything is."""
    from sweep.tables.files import read_results
    from sweep.tables.metric_file import read_metrics
    from sweep.visualization.printing.terminal import print_table

    if summary.stopped_by is not None:
        click.echo("stopped early; run the same command again to go on", err=True)
        return
    print_table(read_results(store.root), read_metrics(store.root))
    click.echo()
    done = sum(state == State.DONE for state in summary.states.values())
    trained = len(summary.trained)
    trials = counted(len(summary.states), "trial")
    click.echo(f"{done} of {trials} done, {trained} trained in this run")
    for name, state in summary.states.items():
        if state != State.DONE:
            click.echo(f"  {name}: {state}: {_cause(store, name, state)}")
    for note in summary.notes:
        say(f"note: {note}", err=False)
    for path in summary.files:
        if path.parent == store.root:
            click.echo(f"  {path}")
    figures = sorted({path.parent for path in summary.files if path.parent != store.root})
    for folder in figures:
        click.echo(f"  {folder}/*.png")
    click.echo(f"  {store.root / 'trials'}/*/images/  restored images")


def _cause(store: SweepStore, name: str, state: str) -> str:
    """Why a trial is not done and what to do about it."""
    trial = store.trial(name)
    cause = trial.read_trial().get("cause") or "the SRResNet that it starts from is not there"
    if state == State.DIVERGED:
        return f"{cause}; --retry diverged trains it again"
    return f"{cause}; run again to try again"


def report_plan(store: SweepStore, plan: Plan, jobs: int) -> None:
    """Prints the grid, what exists already, and the estimated cost."""
    from sweep.config.grid import format_adv
    from sweep.planning.estimate import estimate

    for note in plan.notes:
        say(f"note: {note}", err=False)
    width = max(len(trial.name) for trial in plan.asked)
    click.echo(f"{'trial':<{width}}  content   lambda    seed  state")
    for trial in plan.asked:
        click.echo(
            f"{trial.name:<{width}}  {trial.content:<8}  {format_adv(trial.adv):<8}  "
            f"{trial.seed:<4}  {store.trial(trial.name).state}"
        )
    cost = estimate(store, plan, jobs, _say_what_is_timed)
    click.echo()
    for kind in cost.kinds:
        click.echo(f"  {_describe_kind(kind)}")
    trials = counted(len(plan.asked), "trial")
    click.echo(f"{trials}, {cost.trials_left} to train into {store.root}")
    click.echo(f"{counted(cost.steps_left, 'step')} left, {cost.steps_done} done")
    threads = counted(plan.config.threads or 1, "thread")
    click.echo(f"about {cost.duration} on {plan.config.device}, {jobs} at once with {threads} each")
    click.echo(f"about {cost.memory_gb:.1f} GB of memory, {cost.disk_gb:.1f} GB of disk")
    waited = max((kind.cost.waited for kind in cost.kinds), default=0.0)
    if waited > NOTABLE_WAIT:
        say(
            f"note: other programs had the processor for {waited:.0%} of the time; while they run, "
            "it takes longer",
            err=False,
        )


def _say_what_is_timed(name: str, index: int, count: int) -> None:
    click.echo(f"timing a few steps [{index + 1}/{count}]: {name}", err=True)


def _describe_kind(kind: Kind) -> str:
    warmup = ""
    if kind.warmup_steps:
        steps = counted(kind.warmup_steps, "warm-up step")
        warmup = f", {steps} at {kind.cost.warmup_seconds:.3g} s"
    return (
        f"{kind.name}: {kind.trainings} to train, {counted(kind.steps, 'step')} at "
        f"{kind.cost.seconds:.3g} s{warmup}"
    )
