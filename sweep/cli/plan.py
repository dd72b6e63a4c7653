"""`sweep plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from srgan_core.wording import counted
from sweep.cli.messages import say
from sweep.cli.options import json_option
from sweep.cli.sweep_options import request_from, sweep_options

if TYPE_CHECKING:
    from sweep.planning.estimate import Kind
    from sweep.planning.plan import Plan
    from sweep.store.folder import SweepStore

NOTABLE_WAIT = 0.2
"""Share of the time lost to other programs from which on an estimate says so."""

EPILOG = """\b
Examples:
  sweep plan --adv 1e-4,1e-3,1e-2
  sweep plan --config standard --jobs 2
  sweep plan --axis adversarial.discriminator.channels=16,32,64
  sweep plan --config voc2012 --device cuda
"""


@click.command("plan", epilog=EPILOG)
@sweep_options
@json_option("for the sweep")
def command(as_json: bool, **options: Any) -> None:
    """Say what a sweep would cost: trials, steps, hours, memory, disk, and what is done already.

    Trains a few steps of each kind for a second or two to learn this machine's speed; takes the
    options of `sweep run`, checks the same images, and writes nothing. `sweep run --dry-run` prints
    the same.
    """
    from sweep.planning.request import plan_request

    store, plan, jobs = plan_request(request_from(**options))
    if as_json:
        _print_json(store, plan, jobs)
    else:
        print_plan(store, plan, jobs)


def _print_json(store: SweepStore, plan: Plan, jobs: int) -> None:
    from sweep.cli.documents import print_document
    from sweep.planning.estimate import estimate

    cost = estimate(store, plan, jobs, _say_what_is_timed)
    print_document(
        "plan",
        root=store.root,
        trials=[
            {
                "name": trial.name,
                "content": trial.content,
                "adv": trial.adv,
                "start": trial.start,
                "seed": trial.seed,
                "setting": dict(trial.setting),
                "state": store.trial(trial.name).state,
            }
            for trial in plan.asked
        ],
        most_further_trials=plan.most_further_trials(store),
        device=plan.device,
        jobs=jobs,
        threads=plan.config.threads or 1,
        steps_left=cost.steps_left,
        estimate=cost,
        problems=_problems(store, plan, jobs),
        notes=plan.notes,
    )


def _problems(store: SweepStore, plan: Plan, jobs: int) -> list[str]:
    """Why `sweep run` would refuse the plan on this disk."""
    from srgan_core.errors import DiskError
    from sweep.planning.disk import refuse_full_disk

    try:
        refuse_full_disk(store, plan, jobs)
    except DiskError as error:
        return [str(error)]
    return []


def print_plan(store: SweepStore, plan: Plan, jobs: int, elsewhere: bool = False) -> None:
    """Prints the grid, what exists already, and what is left of it costs on this machine.

    Of trials that run on other machines, `elsewhere`, the cost is not known here.
    """
    from sweep.planning.image_checks import check_images
    from sweep.tables.columns import adv_texts

    checked = check_images(store, plan, fetch=False)
    for note in (*plan.notes, *checked.notes):
        say(f"note: {note}", err=False)
    coefficients = adv_texts([trial.adv for trial in plan.asked])
    width = max(len(trial.name) for trial in plan.asked)
    click.echo(f"{'trial':<{width}}  content   lambda    start     seed  state")
    for trial, adv in zip(plan.asked, coefficients, strict=True):
        click.echo(
            f"{trial.name:<{width}}  {trial.content:<8}  {adv:<8}  "
            f"{trial.start:<8}  {trial.seed:<4}  {store.trial(trial.name).state}"
        )
    click.echo()
    if elsewhere:
        click.echo(f"{_count_trials(store, plan)} on {plan.device} of the cluster")
    else:
        _print_cost(store, plan, jobs)
    for problem in _problems(store, plan, jobs):
        say(f"warning: `sweep run` will refuse this: {problem}", err=False)


def _print_cost(store: SweepStore, plan: Plan, jobs: int) -> None:
    from sweep.planning.estimate import estimate

    cost = estimate(store, plan, jobs, _say_what_is_timed)
    for kind in cost.kinds:
        click.echo(f"  {_describe_kind(kind)}")
    click.echo(f"{_count_trials(store, plan)}, {cost.trials_left} to train into {store.root}")
    click.echo(f"{counted(cost.steps_left, 'step')} left, {cost.steps_done} done")
    threads = counted(plan.config.threads or 1, "thread")
    about = "at most about" if plan.most_further_trials(store) else "about"
    at_once = f"{jobs} at once with {threads} each"
    click.echo(f"{about} {cost.duration} on {plan.device}, {at_once}")
    click.echo(f"about {cost.memory_gb:.1f} GB of memory, {cost.disk_gb:.1f} GB of disk")
    waited = max((kind.cost.waited for kind in cost.kinds), default=0.0)
    if waited > NOTABLE_WAIT:
        say(
            f"note: other programs had the processor for {waited:.0%} of the time; while they run, "
            "it takes longer",
            err=False,
        )


def _count_trials(store: SweepStore, plan: Plan) -> str:
    further = plan.most_further_trials(store)
    placed = f" and at most {further} to be placed where gaps are" if further else ""
    return f"{counted(len(plan.asked), 'trial')}{placed}"


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
