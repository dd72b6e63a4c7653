"""`sweep run`."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from srgan_core.wording import counted
from sweep.cli.messages import say
from sweep.cli.options import CommaList, one_of, seconds
from sweep.cli.plan import print_plan
from sweep.cli.sweep_options import plan_from_options, sweep_options
from sweep.config.names import EXECUTORS, TRACKERS, StartKind
from sweep.store.states import State

if TYPE_CHECKING:
    from sweep.execution.executors.slurm.settings import SlurmSettings
    from sweep.runner import Summary
    from sweep.store.folder import SweepStore

EXAMPLES = """\b
Examples:
  sweep run --adv 1e-4,1e-3,1e-2
  sweep run --adv 1e-4:1e-2:5 --content vgg22 --seeds 0-2 --out results/seeds
  sweep run --axis adversarial.learning_rate=5e-5,1e-4,2e-4 --out results/rates
  sweep run --start srresnet,srgan --out results/ends
  sweep run --adv auto --trials 12 --out results/auto
  sweep run --init runs/pair --out results/own-pair
  sweep run --config standard --eval set5,folder:photos
  sweep run --eval set5,pairs:camera/LR,camera/HR
  sweep run --config voc2012 --device cuda --jobs 4
  sweep run --set adversarial.learning_rate=5e-5 --out results/slow --dry-run
  sweep run --retry failed,diverged
  sweep run --executor ray --address auto --out /shared/results/grid
  sweep run --executor slurm --slurm partition=gpu --slurm time=120 --device cuda --dry-run
  sweep run --track wandb,mlflow

Exit status: 0 all trials done; 1 some trial failed or diverged (tables are written);
2 wrong usage; 3 something needed cannot be had here (weights, data, network, disk);
130 interrupted, 143 terminated (run the same command again to go on).
"""

RECIPE = (
    ", and the same recipe diverges at the same step again: the recipe has to change, by a smaller "
    "--adv, or in another --out by a smaller --set adversarial.learning_rate"
)
"""Trainings are reproducible, and so are their ends."""


_STATES = CommaList(one_of(State.FAILED, State.DIVERGED, "none"), "failed, diverged or none")


def retried(text: str) -> tuple[str, ...]:
    """Reads the states whose trials are tried again; `none` stands alone."""
    states = _STATES.convert(text, None, None)
    if "none" in states and len(states) > 1:
        raise click.BadParameter(f"expected none alone or the states to try again, got {text!r}")
    return states


@click.command("run", epilog=EXAMPLES)
@sweep_options
@click.option(
    "--score-every",
    type=click.IntRange(min=1),
    metavar="N",
    help="Score each trial every N steps of its training too; the chart then shows its path. "
    "Results do not depend on it.  [default: score the last step alone]",
)
@click.option(
    "--retry",
    type=retried,
    default="failed",
    show_default=True,
    help="Which trials of earlier runs to try again: failed, diverged, both or none.",
)
@click.option(
    "--watchdog",
    type=seconds,
    default="1800",
    show_default=True,
    metavar="SECONDS",
    help="End a worker that shows no sign of life, such as a step, for so long; off for never.",
)
@click.option(
    "--executor",
    type=click.Choice(EXECUTORS),
    default=EXECUTORS[0],
    show_default=True,
    help="Who runs the trials: worker processes on this machine, a Ray cluster, or SLURM.",
)
@click.option(
    "--address",
    metavar="ADDRESS",
    help="Ray cluster to use, such as auto or HOST:PORT.  [default: start one on this machine]",
)
@click.option(
    "--ray-storage",
    is_flag=True,
    help="The Ray cluster's machines share no folder: send each trial's files back and forth.",
)
@click.option(
    "--slurm",
    multiple=True,
    metavar="KEY=VALUE",
    help="What each SLURM job is asked for: partition, account, qos, constraint, time in minutes, "
    "gpus, cpus, memory, setup (a line of shell), additional.OPTION for others of sbatch; may be "
    "repeated. cluster=local runs them without SLURM, cluster=debug in this process.",
)
@click.option(
    "--track",
    "trackers",
    type=CommaList(one_of(*TRACKERS), " or ".join(TRACKERS)),
    multiple=True,
    help=f"Write each trial that ends to {' or '.join(TRACKERS)} too, as a run; comma-separated, "
    "may be repeated. Results do not depend on it.  [default: neither]",
)
@click.option("--keep-checkpoints", is_flag=True, help="Keep training states of finished trials.")
@click.option("--dry-run", is_flag=True, help="Show the grid and what it costs; train nothing.")
def command(
    score_every: int | None,
    retry: tuple[str, ...],
    watchdog: float | None,
    executor: str,
    address: str | None,
    ray_storage: bool,
    slurm: tuple[str, ...],
    trackers: tuple[tuple[str, ...], ...],
    keep_checkpoints: bool,
    dry_run: bool,
    **options: Any,
) -> int:
    """Train the grid, score every generator, write tables, images and charts.

    Running a finished sweep again trains nothing; an interrupted one goes on. On the same --out,
    more --adv, --content, --start, --seeds, --eval or --metrics, and more values of an --axis,
    extend the sweep.
    """
    from sweep.cli.progress import open_progress
    from sweep.execution.executors.opening import open_executor, read_options
    from sweep.planning.plan import check_plan
    from sweep.runner import run_sweep
    from sweep.tracking.supervision import open_tracking
    from sweep.tracking.trackers import require_trackers

    asked_of_slurm = read_options(executor, address, ray_storage, slurm)
    elsewhere = asked_of_slurm is not None and asked_of_slurm.is_remote
    tracked = dict.fromkeys(chain.from_iterable(trackers))
    require_trackers(tracked)
    store, plan, jobs = plan_from_options(elsewhere=elsewhere, **options)
    _refuse_late_scoring(score_every, min(trial.spec.training.steps for trial in plan.asked))
    device, threads = plan.device, plan.config.threads or 1
    if dry_run:
        print_plan(store, plan, jobs, elsewhere)
        if asked_of_slurm is not None and elsewhere:
            print_jobs(asked_of_slurm, store, device, threads)
        return 0
    checked = check_plan(store, plan, jobs, retry)
    plan = replace(plan, notes=(*plan.notes, *checked.notes))
    opened = open_executor(
        executor, jobs, device, threads, watchdog, address, ray_storage, asked_of_slurm
    )
    try:
        with (
            store.locked(),
            open_progress(plan, store) as progress,
            open_tracking(tracked, store, plan, progress.receive) as tracking,
        ):
            summary = run_sweep(
                store,
                plan,
                opened,
                tracking.receive,
                keep_checkpoints=keep_checkpoints,
                score_every=score_every,
                retry=retry,
                checked=checked,
                jobs=jobs,
            )
            if summary.stopped_by is None:
                tracking.finish()
    finally:
        opened.close()
    print_summary(store, summary)
    for line in tracking.report():
        click.echo(line)
    return summary.exit_status


def print_jobs(settings: SlurmSettings, store: SweepStore, device: str, threads: int) -> None:
    """Prints the file that SLURM is given for each trial."""
    from sweep.execution.executors.slurm.cluster import sbatch_text

    click.echo("\nsbatch is given this for every trial:\n")
    click.echo(sbatch_text(settings, store.root, device, threads))


def _refuse_late_scoring(score_every: int | None, steps: int) -> None:
    if score_every is not None and score_every > steps:
        raise click.UsageError(
            f"--score-every: expected at most {steps}, the steps of a trial, got {score_every}; "
            "leave it out to score the last step alone"
        )


def print_summary(store: SweepStore, summary: Summary) -> None:
    """Prints the result table, what was trained, and where everything is."""
    from sweep.tables.files import read_results
    from sweep.tables.metric_file import read_metric_file
    from sweep.visualization.printing.terminal import print_table

    if summary.stopped_by is not None:
        click.echo("stopped early; run the same command again to go on", err=True)
        return
    file = read_metric_file(store.root)
    print_table(read_results(store.root), file.metrics, low_resolution=file.low_resolution)
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
    click.echo(f"  {store.trial('*').path}/images/  restored images")


def _cause(store: SweepStore, name: str, state: str) -> str:
    """Why a trial is not done and what to do about it."""
    record = store.trial(name).read_trial()
    start = store.start(record.start or StartKind.SRRESNET, record.seed or 0)
    if record.cause is None and start.state is State.DIVERGED:
        again = f"--retry diverged trains it again{RECIPE}"
        return f"{start.path.name}, which it starts from, diverged; {again}"
    cause = record.cause or "what it starts from is not there"
    if state == State.DIVERGED:
        return f"{cause}; --retry diverged trains it again{RECIPE}"
    return f"{cause}; run again to try again"
