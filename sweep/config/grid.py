"""Expands the axes of a grid into ordered trials with stable ids. Pure: reads no file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from srgan_core.training.config import TrainingSpec
from sweep.config.axes import config_at, settings_of
from sweep.config.axis_names import Setting, setting_parts
from sweep.config.names import StartKind
from sweep.config.numbers import shortest_decimal
from sweep.config.sweep_config import SweepConfig

HASH_DIGITS = 8
"""Digits of the spec's hash in a trial's folder name."""

LONGEST_DECIMAL = 24
"""Characters from which on a coefficient stands with an exponent in a folder's name."""


@dataclass(frozen=True)
class Start:
    """What trials of one seed set out from: an SRResNet, or a pair.

    Attributes:
        recipe: Identifies it: `file:` and the hashes of its files, or `spec:` and the digest of
            what trains it.
        spec: How it is trained; None when it is a file.
    """

    kind: StartKind
    seed: int
    recipe: str
    spec: TrainingSpec | None

    @property
    def name(self) -> str:
        """Folder name, also the `trial` of its rows."""
        return start_name(self.kind, self.seed)


Starts = Mapping[tuple[StartKind, int], Start]
"""Starts by their kind and seed."""

Curve = tuple[StartKind, str, Setting]
"""Start, content loss and setting: what trials share that differ in coefficient and seed alone."""

Placed = Mapping[Curve, Collection[float]]
"""Coefficients of single curves, beside those that the config has for all of them."""


@dataclass(frozen=True)
class Trial:
    """One point of the grid.

    Attributes:
        name: Folder name: the readable axes and a hash of everything that decides the weights.
        start: The end that it sets out from.
        spec: How it is trained, but for the hashes of its initial weights.
        setting: Its place on the further axes of the grid that apply to it.
    """

    name: str
    content: str
    adv: float
    seed: int
    start: StartKind
    spec: TrainingSpec
    setting: Setting = ()

    @property
    def curve(self) -> Curve:
        """The curve that it is a point of."""
        return self.start, self.content, self.setting


def start_name(kind: StartKind, seed: int) -> str:
    """Names the folder of a start."""
    return f"{kind}-s{seed}"


def expand(config: SweepConfig, starts: Starts, placed: Placed | None = None) -> tuple[Trial, ...]:
    """Lists the trials of a config whose `device` and `threads` are resolved, and placed ones.

    Returns:
        Trials by seed, start, content loss and setting in the given order, and rising coefficient.
    """
    grid, known = config.grid, placed or {}
    return tuple(
        _trial(config_at(config, setting), content, adv, starts[kind, seed], setting)
        for seed in grid.seeds
        for kind in grid.start
        for content in grid.content
        for setting in settings_of(grid.axes, content, kind)
        for adv in sorted({*grid.coefficients, *known.get((kind, content, setting), ())})
    )


def _trial(config: SweepConfig, content: str, adv: float, start: Start, setting: Setting) -> Trial:
    weights = config.objective[content]
    training = config.adversarial
    if start.kind is StartKind.SRGAN:
        # The pair's discriminator is warm.
        adversary = training.discriminator.model_copy(update={"warmup_steps": 0})
        training = training.model_copy(update={"discriminator": adversary})
    spec = TrainingSpec(
        **_common(config, start.seed),
        content=content,
        adversarial_weight=adv,
        pixel_weight=weights.pixel_weight,
        content_weight=0.0 if content == "mse" else weights.content_weight,
        training=training,
    )
    digest = _hash({"training": spec.canonical(), "start": start.recipe})
    decimal = shortest_decimal(adv)
    slug = f"{content}-adv{decimal if len(decimal) < LONGEST_DECIMAL else adv}"
    slug = "-".join((slug, *setting_parts(setting)))
    if start.kind is not StartKind.SRRESNET:
        slug += f"-{start.kind}"
    name = f"{slug}-s{start.seed}-{digest[:HASH_DIGITS]}"
    return Trial(name, content, adv, start.seed, start.kind, spec, setting)


def starts_of(
    config: SweepConfig, seed: int, files: Mapping[StartKind, str | None]
) -> dict[tuple[StartKind, int], Start]:
    """Describes what the trials of a seed set out from.

    Args:
        config: With `device` and `threads` resolved.
        seed: The seed.
        files: Kind to the hashes of the files that it is; None for one that is trained.

    Returns:
        The starts among `files`, which a pair that is trained needs the SRResNet to be.
    """
    found: dict[tuple[StartKind, int], Start] = {}
    if StartKind.SRRESNET in files:
        found[StartKind.SRRESNET, seed] = _srresnet(config, seed, files[StartKind.SRRESNET])
    if StartKind.SRGAN in files:
        base = found.get((StartKind.SRRESNET, seed))
        found[StartKind.SRGAN, seed] = _pair(config, seed, files[StartKind.SRGAN], base)
    return found


def kinds_needed(config: SweepConfig) -> tuple[StartKind, ...]:
    """Says which starts a sweep has: those of its grid, and what they are held against.

    The SRResNet is what a pair is trained from, and the curve's faithful end; where neither
    needs it and it had to be trained first, it is left out.
    """
    asked = set(config.grid.start)
    is_base = StartKind.SRGAN in asked and config.srgan.is_trained
    if is_base or not config.srresnet.is_trained:
        asked.add(StartKind.SRRESNET)
    return tuple(kind for kind in StartKind if kind in asked)


def _srresnet(config: SweepConfig, seed: int, digest: str | None) -> Start:
    section = config.srresnet
    if digest is not None or section.training is None or not section.is_trained:
        return Start(StartKind.SRRESNET, seed, f"file:{digest}", None)
    spec = TrainingSpec(**_common(config, seed), training=section.training)
    return Start(StartKind.SRRESNET, seed, f"spec:{spec.digest()}", spec)


def _pair(config: SweepConfig, seed: int, digest: str | None, base: Start | None) -> Start:
    section = config.srgan
    trained = digest is None and section.is_trained
    if section.training is None or base is None or not trained:
        return Start(StartKind.SRGAN, seed, f"file:{digest}", None)
    spec = TrainingSpec(
        **_common(config, seed),
        content=section.content,
        adversarial_weight=section.adversarial_weight,
        pixel_weight=section.pixel_weight,
        content_weight=0.0 if section.content == "mse" else section.content_weight,
        training=section.training,
    )
    recipe = _hash({"training": spec.canonical(), "start": base.recipe})
    return Start(StartKind.SRGAN, seed, f"spec:{recipe}", spec)


def _common(config: SweepConfig, seed: int) -> dict[str, Any]:
    """The fields that all trainings of a seed share."""
    return {
        "scale": config.scale,
        "seed": seed,
        "threads": config.threads or 1,
        "device": config.device,
        "data": config.data,
        "degradation": config.degradation,
    }


def _hash(value: dict[str, Any]) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
