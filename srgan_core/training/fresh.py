"""What a training begins with: networks from a seed, optimizers, a moving average."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from srgan_core.networks import Discriminator, Generator
from srgan_core.training.adam import FusedAdam
from srgan_core.training.config import TrainingSpec
from srgan_core.training.moving_average import MovingAverage

DISCRIMINATOR_SEED_OFFSET = 1_000_003
"""Keeps D's initial weights apart from G's under the same seed."""


def fresh_generator(spec: TrainingSpec) -> Generator:
    """A generator whose weights depend on the spec's seed alone."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(spec.seed)
        return Generator(spec.scale)


def first_discriminator(
    spec: TrainingSpec, given: Discriminator | None = None
) -> Discriminator | None:
    """A discriminator likewise, or the given one; None where its weight in the objective is 0."""
    if spec.adversarial_weight == 0:
        return None
    if given is not None:
        return given
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(spec.seed + DISCRIMINATOR_SEED_OFFSET)
        return Discriminator(spec.training.patch_size, spec.training.discriminator.channels)


def place(network: Any, device: torch.device) -> Any:
    """Moves a network, if there is one, to a device in the layout that convolutions like."""
    return network.to(device, memory_format=torch.channels_last) if network is not None else None


def adam(network: nn.Module | None, learning_rate: float) -> FusedAdam | None:
    """The optimizer of a network, if there is one; on a GPU of CUDA its step can be recorded."""
    if network is None:
        return None
    device = next(network.parameters()).device
    recordable = device.type == "cuda"
    rate = torch.tensor(learning_rate, device=device) if recordable else learning_rate
    return FusedAdam(network.parameters(), lr=rate, fused=True, capturable=recordable)


def moving_average(generator: Generator, decay: float) -> MovingAverage | None:
    """An exponential moving average of the weights; None for a decay of 0."""
    return MovingAverage(generator, decay) if decay else None
