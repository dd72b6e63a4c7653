"""Expands the axes of a grid into ordered trials with stable ids. Pure: reads no file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from srgan_core.training.config import TrainingSpec
from sweep.config.numbers import shortest_decimal
from sweep.config.sweep_config import SweepConfig

HASH_DIGITS = 8
"""Digits of the spec's hash in a trial's folder name."""


@dataclass(frozen=True)
class Start:
    """The generator that trials of one seed start from.

    Attributes:
        recipe: Identifies it: the file's hash, or the digest of the spec that trains it.
        spec: How it is trained; None when it is a file.
    """

    seed: int
    recipe: str
    spec: TrainingSpec | None

    @property
    def name(self) -> str:
        """Folder name, also the `trial` of its rows."""
        return f"srresnet-s{self.seed}"


@dataclass(frozen=True)
class Trial:
    """One point of the grid.

    Attributes:
        name: Folder name: the readable axes and a hash of everything that decides the weights.
        spec: How it is trained, but for the hash of its initial weights.
    """

    name: str
    content: str
    adv: float
    seed: int
    spec: TrainingSpec


LONGEST_DECIMAL = 24
"""Characters from which on a coefficient stands with an exponent in a folder's name."""


def expand(config: SweepConfig, starts: dict[int, Start]) -> tuple[Trial, ...]:
    """Lists the trials of a config whose `device` and `threads` are resolved.

    Returns:
        Trials by seed, content loss in the given order, and rising coefficient.
    """
    return tuple(
        _trial(config, content, adv, starts[seed])
        for seed in config.grid.seeds
        for content in config.grid.content
        for adv in config.grid.coefficients
    )


def _trial(config: SweepConfig, content: str, adv: float, start: Start) -> Trial:
    weights = config.objective[content]
    spec = TrainingSpec(
        scale=config.scale,
        seed=start.seed,
        content=content,
        adversarial_weight=adv,
        pixel_weight=weights.pixel_weight,
        content_weight=0.0 if content == "mse" else weights.content_weight,
        threads=config.threads or 1,
        device=config.device,
        data=config.data,
        training=config.adversarial,
    )
    digest = _hash({"training": spec.canonical(), "start": start.recipe})
    decimal = shortest_decimal(adv)
    slug = f"{content}-adv{decimal if len(decimal) < LONGEST_DECIMAL else adv}-s{start.seed}"
    return Trial(f"{slug}-{digest[:HASH_DIGITS]}", content, adv, start.seed, spec)


def srresnet_start(config: SweepConfig, seed: int, file_hash: str | None) -> Start:
    """Describes what the trials of a seed start from.

    Args:
        config: With `device` and `threads` resolved.
        seed: The seed.
        file_hash: SHA-256 of the generator's file; None to train one.
    """
    if file_hash is not None or config.srresnet.training is None:
        return Start(seed, f"file:{file_hash}", None)
    spec = TrainingSpec(
        scale=config.scale,
        seed=seed,
        threads=config.threads or 1,
        device=config.device,
        data=config.data,
        training=config.srresnet.training,
    )
    return Start(seed, f"spec:{spec.digest()}", spec)


def _hash(value: dict[str, Any]) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
