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
    from sweep.planning.request import SweepRequest

Command = TypeVar("Command", bound=Callable[..., Any])

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
        "config",
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


def sweep_options(command: Command) -> Command:
    """Adds the options to a command, in their order."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def request_from(
    assignments: tuple[str, ...], axes: tuple[str, ...], **options: Any
) -> SweepRequest:
    """Makes a request of what the options gave."""
    from sweep.config.loading import parse_assignment
    from sweep.planning.request import SweepRequest

    settings = dict(map(parse_assignment, assignments))
    return SweepRequest(settings=settings, axes=_axes(axes), **options)


def _axes(texts: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Reads every --axis: key to values."""
    from sweep.config.loading import parse_axis

    axes: dict[str, tuple[Any, ...]] = {}
    for key, values in map(parse_axis, texts):
        if key in axes:
            raise click.UsageError(f"--axis {key}: stands twice; give all of its values at once")
        axes[key] = tuple(values)
    return axes
