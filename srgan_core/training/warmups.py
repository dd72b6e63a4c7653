"""Discriminators that trials of a grid warm up for each other.

A warm-up depends on everything but the objective of the generator (`TrainingSpec.warmup_digest`):
trials that differ in nothing else share it.
"""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock

from srgan_core.files import make_folder
from srgan_core.training.checkpoint import TrainingState, load_checkpoint, save_checkpoint
from srgan_core.training.config import TrainingSpec


def read_warmup(folder: Path, spec: TrainingSpec) -> TrainingState | None:
    """Finds the discriminator that another trial has warmed up.

    Returns:
        State of D and its optimizer at the end of the warm-up; None when nobody has made it yet.
    """
    digest = spec.warmup_digest()
    return load_checkpoint(_place(folder, digest), digest)


def write_warmup(folder: Path, state: TrainingState) -> None:
    """Shares a warmed-up discriminator, unless another trial was first.

    Args:
        folder: Where warm-ups are shared.
        state: D and its optimizer; `spec` is the warm-up's digest.
    """
    place = _place(folder, state.spec)
    make_folder(place)
    with FileLock(place / "lock"):
        if load_checkpoint(place, state.spec) is None:
            save_checkpoint(place, state)


def _place(folder: Path, digest: str) -> Path:
    return folder / digest[:16]
