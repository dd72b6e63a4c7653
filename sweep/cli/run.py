"""`sweep run`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from srgan_core.wording import counted
from sweep.cli.messages import say
from sweep.cli.options import CommaList, one_of, seconds
from sweep.cli.plan import print_plan
from sweep.cli.sweep_options import request_from, sweep_options
from sweep.config.names import EXECUTORS, TRACKERS
from sweep.store.states import State

if TYPE_CHECKING:
    from sweep.execution.executors.base import OnEvent
    from sweep.execution.executors.slurm.settings import SlurmSettings
    from sweep.planning.plan import Plan
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
    type=CommaList(str, "a state"),
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
    executor: str,
    address: str | None,
    ray_storage: bool,
    slurm: tuple[str, ...],
    trackers: tuple[tuple[str, ...], ...],
    score_every: int | None,
    retry: tuple[str, ...],
    watchdog: float | None,
    keep_checkpoints: bool,
    dry_run: bool,
    **options: Any,
) -> int:
    """Train the grid, score every generator, write tables, images and charts.

    Running a finished sweep again trains nothing; an interrupted one goes on. On the same --out,
    more --adv, --content, --start, --seeds, --eval or --metrics, and more values of an --axis,
    extend the sweep.
    """
    from sweep.api.running import HowToRun, carry_out, prepare

    how = HowToRun(
        executor=executor,
        address=address,
        ray_storage=ray_storage,
        slurm=slurm,
        trackers=tuple(dict.fromkeys(chain.from_iterable(trackers))),
        score_every=score_every,
        retry=retry,
        watchdog=watchdog,
        keep_checkpoints=keep_checkpoints,
    )
    run = prepare(request_from(**options), how, dry=dry_run)
    if dry_run:
        print_plan(run.store, run.plan, run.jobs, run.elsewhere)
        if run.slurm is not None and run.elsewhere:
            print_jobs(run.slurm, run.store, run.plan.device, run.threads)
        return 0
    summary = carry_out(run, _display)
    print_summary(run.store, summary)
    for line in summary.tracked:
        click.echo(line)
    return summary.exit_status


@contextmanager
def _display(plan: Plan, store: SweepStore) -> Iterator[OnEvent]:
    from sweep.cli.progress import open_progress

    with open_progress(plan, store) as progress:
        yield progress.receive


def print_jobs(settings: SlurmSettings, store: SweepStore, device: str, threads: int) -> None:
    """Prints the file that SLURM is given for each trial."""
    from sweep.execution.executors.slurm.cluster import sbatch_text

    click.echo("\nsbatch is given this for every trial:\n")
    click.echo(sbatch_text(settings, store.root, device, threads))


def print_summary(store: SweepStore, summary: Summary) -> None:
    """Prints the result table, what was trained, and where everything is."""
    from sweep.api.running import cause_of
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
            click.echo(f"  {name}: {state}: {cause_of(store, name, state)}")
    for note in summary.notes:
        say(f"note: {note}", err=False)
    for path in summary.files:
        if path.parent == store.root:
            click.echo(f"  {path}")
    figures = sorted({path.parent for path in summary.files if path.parent != store.root})
    for folder in figures:
        click.echo(f"  {folder}/*.png")
    click.echo(f"  {store.trial('*').path}/images/  restored images")
