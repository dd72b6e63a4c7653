"""Discriminators that trials of a grid warm up for each other.

A warm-up depends on everything but the objective of the generator (`TrainingSpec.warmup_digest`):
trials that differ in nothing else share it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from filelock import FileLock
from torch import Tensor

from srgan_core.training.checkpoint import TrainingState, load_checkpoint, save_checkpoint
from srgan_core.training.config import TrainingSpec


def read_warmup(folder: Path, spec: TrainingSpec) -> TrainingState | None:
    """Finds the discriminator that another trial has warmed up.

    Args:
        folder: Where warm-ups are shared.
        spec: Spec of the trial that wants it.

    Returns:
        State of D and its optimizer at the end of the warm-up; None when nobody has made it yet.
    """
    digest = spec.warmup_digest()
    return load_checkpoint(_place(folder, digest), digest)


def write_warmup(
    folder: Path,
    spec: TrainingSpec,
    iterations: int,
    extra: dict[str, Any],
    tensors: dict[str, Tensor],
) -> None:
    """Shares a warmed-up discriminator, unless another trial was first.

    Args:
        folder: Where warm-ups are shared.
        spec: Spec of the trial that made it.
        iterations: Length of the warm-up.
        extra: JSON-ready values, as in a checkpoint.
        tensors: D and its optimizer by flat name.
    """
    digest = spec.warmup_digest()
    place = _place(folder, digest)
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(place / "lock"):
        if load_checkpoint(place, digest) is None:
            save_checkpoint(place, TrainingState(iterations, digest, extra, tensors))


def _place(folder: Path, digest: str) -> Path:
    return folder / digest[:16]
