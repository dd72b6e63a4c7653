"""Estimates what a plan costs before anything is trained."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from srgan_core.networks import Discriminator, Generator
from srgan_core.training.config import TrainingSpec
from srgan_core.training.hardware import resolve_device, resolve_precision
from srgan_core.vgg import FEATURE_CUTS
from srgan_core.weights.catalogue import feature_layers
from sweep.machine import trial_memory
from sweep.planning import Plan
from sweep.store import FINISHED, SweepStore

EFFICIENCY = 0.6
"""Share of the measured convolution rate that a whole step reaches, on CPU and GPU alike."""

CALIBRATION_SECONDS = 1.0

SCORING_SECONDS = 5.0
"""Restoring and scoring five small images, networks loaded."""


@dataclass(frozen=True)
class Estimate:
    """Cost of what is left to do.

    Attributes:
        trials_left: Trials that are not finished.
        seconds: Training and scoring.
        memory_gb: Peak of the trials that run at once.
        disk_gb: Images, generators, and the checkpoints of running trials.
    """

    trials_left: int
    seconds: float
    memory_gb: float
    disk_gb: float

    @property
    def duration(self) -> str:
        """Hours, minutes and seconds."""
        return str(timedelta(seconds=round(self.seconds)))


def estimate(store: SweepStore, plan: Plan, jobs: int = 1) -> Estimate:
    """Estimates time, memory and disk from the networks' FLOPs and a short measurement.

    Args:
        store: Results folder, for what is done already.
        plan: What is going to be done.
        jobs: Trials at once.

    Returns:
        The estimate; within a factor of two on machines like those of the docs.
    """
    left = [t for t in plan.asked if store.trial(t.name).state not in FINISHED]
    starts = [
        start.spec
        for seed, start in plan.starts.items()
        if start.spec and store.start(seed).state not in FINISHED
    ]
    device = resolve_device(plan.config.device)
    precision = resolve_precision(plan.config.adversarial.precision, device)
    torch.set_num_threads(plan.config.threads or 1)
    rate = EFFICIENCY * convolution_rate(device, precision)
    work = sum(training_flops(spec) for spec in (*starts, *(t.spec for t in left)))
    beside = min(jobs, max(1, len(left))) if device.type == "cpu" else 1
    return Estimate(
        trials_left=len(left),
        seconds=(work / rate + SCORING_SECONDS * len(left)) / beside,
        memory_gb=jobs * trial_memory(plan.config.adversarial) / 1e9,
        disk_gb=0.6 * jobs + 0.01 * len(plan.trials),
    )


def training_flops(spec: TrainingSpec) -> float:
    """Floating-point operations of a whole training.

    Args:
        spec: What is trained.

    Returns:
        Operations of all steps: the backward pass of a trained network costs twice its forward
        pass, that of a frozen one once.
    """
    config = spec.training
    size, batch = config.patch_size, config.batch_size
    with torch.device("meta"):
        patch = torch.empty(1, 3, size, size)
        small = torch.empty(1, 3, size // spec.scale, size // spec.scale)
        generator = 3 * _forward_flops(Generator(spec.scale), small)
        adversary = 0.0
        if spec.adversarial_weight:
            forward = _forward_flops(Discriminator(size, config.discriminator.channels), patch)
            # Real and fake forward, both backward, and the fake one again for G.
            adversary = 7 * forward
        content = 0.0
        if spec.content in FEATURE_CUTS:
            cut = FEATURE_CUTS[spec.content]
            content = 3 * _forward_flops(feature_layers(cut.architecture)[: cut.stop], patch)
    return batch * config.steps * (generator + adversary + content)


def convolution_rate(device: torch.device, precision: torch.dtype) -> float:
    """Measures operations a second of a 3x3 convolution of 64 channels, in about a second.

    Args:
        device: Where.
        precision: In which type.

    Returns:
        Floating-point operations a second.
    """
    images = torch.randn(16, 64, 48, 48, device=device, dtype=precision)
    kernel = torch.randn(64, 64, 3, 3, device=device, dtype=precision)
    images = images.contiguous(memory_format=torch.channels_last)
    operations = 2 * images.numel() * 64 * 9
    with torch.no_grad():
        functional.conv2d(images, kernel, padding=1).sum().item()
        count, begin = 0, time.monotonic()
        while time.monotonic() - begin < CALIBRATION_SECONDS:
            functional.conv2d(images, kernel, padding=1).sum().item()
            count += 1
    return count * operations / (time.monotonic() - begin)


def _forward_flops(network: nn.Module, inputs: torch.Tensor) -> float:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(inputs)
    return float(counter.get_total_flops())
