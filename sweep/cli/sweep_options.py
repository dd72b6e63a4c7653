"""The options that say what to sweep: `sweep run` and `sweep plan` share them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sweep.cli.completion import complete_configs
from sweep.cli.options import DEFAULT_CONFIG, CommaList, TestSetList, job_count, name, one_of, seeds
from sweep.cli.paths import OutputFolder, RenamedOption
from sweep.config.names import CONFIGS, CONTENTS, TEST_SETS, StartKind

if TYPE_CHECKING:
    from sweep.planning.plan import Plan
    from sweep.store.folder import SweepStore

Command = TypeVar("Command", bound=Callable[..., Any])

AUTO = "auto"
"""What --adv takes instead of numbers."""

OPTIONS = (
    click.option(
        "--adv",
        type=CommaList(name, "a number"),
        help="Adversarial coefficients, comma-separated; 1e-4:1e-2:5 stands for five, spaced by "
        "equal factors, and auto for the ends of the config's and whatever lies where the largest "
        "gap of a curve is.  [default: the config's]",
    ),
    click.option(
        "--trials",
        type=click.IntRange(min=1),
        help="Trials of --adv auto at most, all content losses and seeds together.",
    ),
    click.option(
        "--content",
        type=CommaList(name, "a name"),
        help=f"Content losses: {', '.join(CONTENTS)}.  [default: the config's]",
    ),
    click.option(
        "--start",
        type=CommaList(one_of(*StartKind), "srresnet or srgan"),
        help="Ends of the curve that trials set out from: srresnet, the faithful one, srgan, the "
        "realistic one, or both.  [default: the config's]",
    ),
    click.option(
        "--seeds",
        type=CommaList(seeds, "a whole number of 0 or above or FIRST-LAST"),
        help="Seeds; 0-4 stands for five.  [default: the config's]",
    ),
    click.option(
        "--axis",
        "axes",
        multiple=True,
        metavar="KEY.PATH=VALUE,VALUE",
        help="Train at several values of a key of the config too, such as "
        "adversarial.learning_rate=5e-5,1e-4; may be repeated.",
    ),
    click.option(
        "--config",
        "config_name",
        default=DEFAULT_CONFIG,
        show_default=True,
        shell_complete=complete_configs,
        help=f"{', '.join(CONFIGS)}, or the path of a YAML file.",
    ),
    click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="KEY.PATH=VALUE",
        help="Change one value of the config; may be repeated.",
    ),
    click.option("--steps", type=click.IntRange(min=1), help="Steps of the adversarial phase."),
    click.option("--scale", type=int, help="Magnification: 2, 4 or 8."),
    click.option(
        "--init",
        type=click.Path(path_type=Path),
        help="What to start from instead of the config's: the file of a generator for srresnet, "
        "or the folder of a pair, generator.safetensors and discriminator.safetensors, for srgan.",
    ),
    click.option(
        "--eval",
        "sets",
        type=TestSetList(),
        help=f"Test sets: {', '.join(TEST_SETS)}; bicubic: before one leaves the config's "
        "degradation out.",
    ),
    click.option(
        "--metrics",
        type=CommaList(name, "a metric"),
        help="Metrics: psnr, ssim, lpips, niqe, and those that `sweep metrics` lists.",
    ),
    click.option(
        "--out",
        "--results",
        "out",
        cls=RenamedOption,
        metavar="DIR",
        type=OutputFolder(),
        help="Results folder; run again to go on.  [default: results/CONFIG]",
    ),
    click.option(
        "--jobs",
        type=job_count,
        metavar="NUMBER OR AUTO",
        default="auto",
        show_default=True,
        help="Trials at once, each in a process of its own; auto is as many as have cores and "
        "memory, or one for each GPU. Results do not depend on it.",
    ),
    click.option("--device", help="auto, cpu, cuda, cuda:N or mps.  [default: the config's]"),
)

KEYS = {
    "adv": "grid.adv",
    "trials": "grid.trials",
    "content": "grid.content",
    "start": "grid.start",
    "seeds": "grid.seeds",
    "steps": "adversarial.steps",
    "scale": "scale",
    "sets": "eval.sets",
    "metrics": "eval.metrics",
    "device": "device",
}
"""Option to the config's key that it stands for."""


def sweep_options(command: Command) -> Command:
    """Adds the options to a command, in their order."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def plan_from_options(
    config_name: str,
    assignments: tuple[str, ...],
    axes: tuple[str, ...],
    out: Path | None,
    jobs: int | None,
    init: Path | None,
    elsewhere: bool = False,
    **changes: Any,
) -> tuple[SweepStore, Plan, int]:
    """Plans the sweep that the options ask for; writes nothing.

    Where the trials run on machines that this one knows nothing of, `elsewhere`, all may run at
    once: the cluster's queue decides.

    Returns:
        The results folder, the plan, and how many trials run at once.
    """
    from sweep.config.loading import AXES_KEY, load_config, parse_assignment
    from sweep.planning.machine import jobs_at_once
    from sweep.planning.plan import plan_sweep
    from sweep.store.folder import SweepStore

    overrides = dict(parse_assignment(text) for text in assignments)
    is_auto = _read_auto(changes)
    short = {KEYS[key]: value for key, value in changes.items() if value is not None}
    if init is not None:
        short[f"{_kind_of(init)}.init"] = init
    for key in overrides.keys() & short.keys():
        raise click.UsageError(f"--set {key}: stands beside its own option; give one of them")
    if "grid.adv" in short:
        # A file may name both; what is typed is all that is asked for.
        overrides.setdefault("grid.trials", None)
    for key, values in _axes(axes).items():
        if key in short:
            raise click.UsageError(f"--axis {key}: stands beside its own option; give one of them")
        for other in {key, AXES_KEY, f"{AXES_KEY}.{key}"} & overrides.keys():
            raise click.UsageError(f"--axis {key}: stands beside --set {other}; give one of them")
        short[f"{AXES_KEY}.{key}"] = values
    overrides |= short
    config = load_config(config_name, overrides)
    if is_auto and "grid.adv" not in overrides:
        overrides["grid.adv"] = config.grid.ends
        config = load_config(config_name, overrides)
    if init is not None and _kind_of(init) not in config.grid.start:
        if "grid.start" in overrides:
            raise click.UsageError(_useless_init(init))
        overrides["grid.start"] = [_kind_of(init)]
        config = load_config(config_name, overrides)
    store = SweepStore(out or Path("results") / Path(config_name).stem)
    plan = plan_sweep(store, config, frozenset(overrides), elsewhere)
    trials = len(plan.asked)
    at_once = trials if elsewhere else jobs_at_once(plan.config, trials, plan.gpu)
    return store, plan, jobs or at_once


def _read_auto(changes: dict[str, Any]) -> bool:
    """Takes `auto` out of --adv, where it stands alone beside --trials; says whether it did."""
    adv, trials = changes["adv"] or (), changes["trials"]
    if AUTO not in adv:
        if trials is not None:
            raise click.UsageError(
                "--trials: is for --adv auto, which places coefficients until there are so many "
                "trials; leave it out, or give --adv auto instead of numbers"
            )
        return False
    if len(adv) > 1:
        raise click.UsageError(
            "--adv: expected auto alone or numbers, got both; --set 'grid.adv=[1e-4,1e-2]' gives "
            "the numbers that --adv auto begins with"
        )
    if trials is None:
        raise click.UsageError(
            "--adv auto: expected --trials N beside it, the number of trials at which it ends"
        )
    changes["adv"] = None
    return True


def _axes(texts: Sequence[str]) -> dict[str, list[Any]]:
    """Reads every --axis: key to values."""
    from sweep.config.loading import parse_axis

    axes: dict[str, list[Any]] = {}
    for key, values in map(parse_axis, texts):
        if key in axes:
            raise click.UsageError(f"--axis {key}: stands twice; give all of its values at once")
        axes[key] = values
    return axes


def _kind_of(init: Path) -> StartKind:
    """The end of the curve that something to start from is: pairs are folders."""
    return StartKind.SRGAN if init.is_dir() else StartKind.SRRESNET


def _useless_init(init: Path) -> str:
    if not init.exists():
        return f"--init {init}: no such file or folder; give the folder of a pair for --start srgan"
    kind = _kind_of(init)
    what = "the folder of a pair" if kind is StartKind.SRGAN else "the file of a generator"
    return (
        f"--init {init}: is {what}, from which no trial of this --start sets out; add {kind} to "
        "--start, or leave --init out"
    )
