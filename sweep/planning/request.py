"""What a sweep was asked for, in the words of `sweep run`, and the plan of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srgan_core.destinations import check_folder
from srgan_core.errors import ConfigError
from sweep.config.loading import AXES_KEY, load_config
from sweep.config.names import CONFIGS, StartKind
from sweep.store.folder import SweepStore

if TYPE_CHECKING:
    from sweep.planning.plan import Plan

Words = tuple[str | float, ...]
"""Values of an axis as they were given; the config reads them."""

AUTO = "auto"
"""What `adv` may be instead of numbers."""

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
"""Field of a request to the config's key that it stands for."""


@dataclass(frozen=True)
class SweepRequest:
    """What to sweep; None stands for the config's own.

    Attributes:
        config: Name of a config that comes with the package, or path of a YAML file.
        out: Results folder; None for `results/CONFIG`.
        adv: Coefficients, or `auto` alone: the ends of the config's, and between them wherever the
            largest gap of a curve is.
        trials: Trials of `auto` at most.
        axes: Dotted key of the config to the values that trials are trained at.
        settings: Dotted key of the config to its new value.
        init: What to start from: a generator's file, or the folder of a pair.
        jobs: Trials at once; None for as many as this machine has room for.
    """

    config: str = CONFIGS[0]
    out: Path | None = None
    adv: Words | None = None
    trials: int | None = None
    content: Words | None = None
    start: Words | None = None
    seeds: Words | None = None
    sets: Words | None = None
    metrics: Words | None = None
    steps: int | None = None
    scale: int | None = None
    device: str | None = None
    init: Path | None = None
    axes: Mapping[str, Words] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    jobs: int | None = None

    @property
    def folder(self) -> Path:
        """The results folder."""
        return self.out or Path("results") / Path(self.config).stem

    @property
    def is_auto(self) -> bool:
        """Whether coefficients are placed as results come.

        Raises:
            ConfigError: when `auto` does not stand alone beside a number of trials.
        """
        if AUTO not in (self.adv or ()):
            if self.trials is not None:
                raise ConfigError(
                    "--trials: is for --adv auto, which places coefficients until there are so "
                    "many trials; leave it out, or give --adv auto instead of numbers"
                )
            return False
        if self.adv != (AUTO,):
            raise ConfigError(
                "--adv: expected auto alone or numbers, got both; --set 'grid.adv=[1e-4,1e-2]' "
                "gives the numbers that --adv auto begins with"
            )
        if self.trials is None:
            raise ConfigError(
                "--adv auto: expected --trials N beside it, the number of trials at which it ends"
            )
        return True

    def overrides(self) -> dict[str, Any]:
        """The config's keys that were given by any way, but for an `adv` that is auto.

        Raises:
            ConfigError: when one was given by two ways.
        """
        short: dict[str, Any] = {key: getattr(self, name) for name, key in KEYS.items()}
        if self.is_auto:
            short["grid.adv"] = None
        short = {key: value for key, value in short.items() if value is not None}
        if self.init is not None:
            short[f"{_kind_of(self.init)}.init"] = self.init
        for key in self.settings.keys() & short.keys():
            raise ConfigError(f"--set {key}: stands beside its own option; give one of them")
        # A file may name both; what is typed is all that is asked for.
        given = {"grid.trials": None, **self.settings} if "grid.adv" in short else self.settings
        return {**given, **short, **self._axes(short)}

    def _axes(self, short: Mapping[str, Any]) -> dict[str, Words]:
        for key in self.axes:
            if key in short:
                raise ConfigError(f"--axis {key}: stands beside its own option; give one of them")
            for other in {key, AXES_KEY, f"{AXES_KEY}.{key}"} & self.settings.keys():
                raise ConfigError(f"--axis {key}: stands beside --set {other}; give one of them")
        return {f"{AXES_KEY}.{key}": values for key, values in self.axes.items()}


def plan_request(
    request: SweepRequest,
    elsewhere: bool = False,
    on_new: Callable[[], object] | None = None,
) -> tuple[SweepStore, Plan, int]:
    """Plans the sweep that was asked for; writes nothing.

    Args:
        request: What was asked for.
        elsewhere: Whether the trials run on machines that this one knows nothing of. All may run at
            once then: the cluster's queue decides.
        on_new: Called before the machine is looked at, where the folder holds no sweep yet and no
            GPU was asked for.

    Returns:
        The results folder, the plan, and how many trials run at once.

    Raises:
        ConfigError, DataError, WeightsError: when something asked for is wrong or not to be had.
        StoreError: when the folder belongs to another config.
    """
    from sweep.planning.machine import jobs_at_once
    from sweep.planning.plan import plan_sweep

    if request.out is not None:
        check_folder(request.out)
    overrides, init = request.overrides(), request.init
    config = load_config(request.config, overrides)
    if request.is_auto and "grid.adv" not in overrides:
        overrides["grid.adv"] = config.grid.ends
        config = load_config(request.config, overrides)
    if init is not None and _kind_of(init) not in config.grid.start:
        if "grid.start" in overrides:
            raise ConfigError(_useless_init(init))
        overrides["grid.start"] = [_kind_of(init)]
        config = load_config(request.config, overrides)
    store = SweepStore(request.folder)
    if on_new is not None and config.device in ("auto", "cpu") and not store.holds_sweep:
        on_new()
    plan = plan_sweep(store, config, frozenset(overrides), elsewhere)
    trials = len(plan.asked)
    at_once = trials if elsewhere else jobs_at_once(plan.config, trials, plan.gpu)
    return store, plan, request.jobs or at_once


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
