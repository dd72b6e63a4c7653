"""Brings a spec's data, features and initial generator together and trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import torch
from torch import nn

from srgan_core.data.patches import PatchSampler
from srgan_core.discriminators import load_discriminator
from srgan_core.errors import ConfigError, WeightsError, unknown_name
from srgan_core.feature_cuts import CONTENT_LOSSES
from srgan_core.files import file_sha256
from srgan_core.inference import load_generator
from srgan_core.networks import Discriminator, Generator
from srgan_core.training.checkpoint import OnDamaged
from srgan_core.training.config import TrainingSpec
from srgan_core.training.distributed import Processes
from srgan_core.training.hardware import prepare_torch, resolve_device
from srgan_core.training.packed_data import open_data, require_same_data
from srgan_core.training.reports import Observer, Outcome, Progress
from srgan_core.training.trainer import Trainer
from srgan_core.vgg import load_features


def train(
    spec: TrainingSpec,
    folder: Path,
    *,
    init: Path | None = None,
    init_discriminator: Path | None = None,
    keep_discriminator: bool = False,
    device: torch.device | None = None,
    processes: Processes | None = None,
    warmups: Path | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
    observer: Observer | None = None,
    data_keys: Mapping[str, str] | None = None,
    on_damaged: OnDamaged = lambda checkpoint, reason: None,
) -> Outcome:
    """Trains the generator of a spec, from its last checkpoint if there is one.

    Args:
        spec: What to train.
        folder: Receives the log, checkpoints and the generator.
        init: File of the generator to start from; its hash must be the spec's `init_sha256`.
        init_discriminator: File of the discriminator to go on with, likewise
            `init_discriminator_sha256`.
        keep_discriminator: Whether the discriminator is written beside the generator.
        device: Where to train; the spec's device where omitted.
        processes: This process's place in a distributed run.
        warmups: Folder in which a grid shares the discriminator's warm-up.
        on_progress: Told about every logged step.
        should_stop: Asked after every step.
        observer: Shown the generator every so many steps; changes no weight.
        data_keys: Data source to the hash that its packed images must have; None for any.
        on_damaged: Told about checkpoints that are set aside because they cannot be read.

    Returns:
        How the training ended.

    Raises:
        ConfigError, DataError, WeightsError: when something that the spec names is not to be had.
    """
    device = device or resolve_device(spec.device)
    processes = processes or Processes()
    prepare_torch(spec.threads, device)
    initial = _initial_generator(spec, init)
    adversary = _initial_discriminator(spec, init_discriminator)
    config = spec.training
    packed = open_data(spec.data, config.patch_size)
    require_same_data([images for images, _ in packed], data_keys or {})
    sampler = PatchSampler(
        packed,
        patch_size=config.patch_size,
        scale=spec.scale,
        batch_size=config.batch_size,
        seed=spec.seed,
        device=device,
        degradation=spec.degradation,
        rank=processes.rank,
        world_size=processes.world_size,
    )
    trainer = Trainer(
        spec,
        sampler,
        folder,
        device=device,
        features=content_features(spec.content, device),
        init=initial,
        init_discriminator=adversary,
        keep_discriminator=keep_discriminator,
        processes=processes,
        warmups=warmups,
        on_damaged=on_damaged,
    )
    return trainer.run(on_progress, should_stop, observer)


def _initial_generator(spec: TrainingSpec, init: Path | None) -> Generator | None:
    """Loads the file that the spec names by its hash; None for fresh weights."""
    if init is None:
        _require_none("init_sha256", spec.init_sha256)
        return None
    initial = load_generator(init, spec.scale)
    _require_hash(init, spec.init_sha256)
    return initial


def _initial_discriminator(spec: TrainingSpec, init: Path | None) -> Discriminator | None:
    if init is None:
        _require_none("init_discriminator_sha256", spec.init_discriminator_sha256)
        return None
    config = spec.training
    initial = load_discriminator(init, config.patch_size, config.discriminator.channels)
    _require_hash(init, spec.init_discriminator_sha256)
    return initial


def _require_none(field: str, wanted: str | None) -> None:
    if wanted is not None:
        raise ConfigError(
            f"{field}: the spec starts from the weights {wanted[:12]}..., but no file was given; "
            "add --init FILE"
        )


def _require_hash(file: Path, wanted: str | None) -> None:
    if file_sha256(file) != wanted:
        raise WeightsError(f"{file}: its SHA-256 is not the spec's {wanted}")


@lru_cache(maxsize=2)
def content_features(content: str, device: torch.device) -> nn.Module | None:
    """Loads phi of a content loss; a process that trains many trials keeps the last ones.

    Returns:
        The feature extractor, or None for `mse`.
    """
    if content not in CONTENT_LOSSES:
        raise ConfigError(unknown_name("content", content, CONTENT_LOSSES))
    return None if content == "mse" else load_features(content, device)
