"""The disk that a plan needs, and whether it is there: one estimate for `plan` and for `run`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from srgan_core.errors import DiskError

if TYPE_CHECKING:
    from srgan_core.training.config import TrainingSpec
    from sweep.planning.plan import Plan
    from sweep.store.folder import SweepStore

STATES_AT_ONCE = 3
"""Checkpoints of a running trial: two are kept while a third is written."""

IMAGES_BYTES = 4 << 20
"""Restored images and generator of one trial on a set such as Set5, with its tables."""


def disk_needed(store: SweepStore, plan: Plan, jobs: int) -> int:
    """Bytes of images and generators, and of the checkpoints of the trainings that run at once."""
    specs = [trial.spec for trial in plan.asked if not store.trial(trial.name).state.is_finished]
    specs += [plan.asked[-1].spec] * plan.most_further_trials(store)
    if not specs:
        return 0
    largest = max(map(checkpoint_bytes, [specs[0], *_untrained_starts(store, plan)]))
    running = min(jobs, len(specs)) * STATES_AT_ONCE * largest
    return running + IMAGES_BYTES * len(specs) * len(plan.sets)


def _untrained_starts(store: SweepStore, plan: Plan) -> list[TrainingSpec]:
    """What the starts that are not there yet are trained by."""
    return [
        start.spec
        for start in plan.starts.values()
        if start.spec is not None and not store.generator(start.name).state.is_trained
    ]


def checkpoint_bytes(spec: TrainingSpec) -> int:
    """Bytes of a training state: both networks with two moments for each of their weights.

    The larger case, with a discriminator, is counted.
    """
    import torch

    from srgan_core.networks import Discriminator, Generator

    config = spec.training
    with torch.device("meta"):
        generator = Generator(spec.scale)
        discriminator = Discriminator(config.patch_size, config.discriminator.channels)
    copies = 4 if config.ema_decay else 3
    weights = copies * sum(p.numel() for p in generator.parameters())
    weights += 3 * sum(p.numel() for p in discriminator.parameters())
    return 4 * weights


def refuse_full_disk(store: SweepStore, plan: Plan, jobs: int) -> None:
    """Refuses what the disk of a results folder has no room for.

    Raises:
        DiskError: names the folder, what is free there and what is needed.
    """
    folder = store.root.absolute()
    while not folder.exists():
        folder = folder.parent
    needed, free = disk_needed(store, plan, jobs), shutil.disk_usage(folder).free
    if free < needed:
        raise DiskError(
            f"{store.root}: {free >> 20} MB of disk are free, training needs {needed >> 20} MB; "
            "free some or choose another --out"
        )
