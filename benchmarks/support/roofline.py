"""The least time that a training step can take on this machine: FLOPs and bytes over ceilings."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from srgan_core.feature_cuts import FEATURE_CUTS
from srgan_core.networks import Discriminator, Generator
from srgan_core.weights.catalogue import feature_layers

MEASURE_SECONDS = 2.0


@dataclass(frozen=True)
class Ceilings:
    """What the machine does at best, measured in this run.

    Attributes:
        flops: Operations a second of the fastest 3x3 convolution tried.
        bandwidth: Bytes a second of an addition of two tensors larger than any cache.
    """

    flops: float
    bandwidth: float


@cache
def ceilings(
    device: torch.device, precision: torch.dtype, seconds: float = MEASURE_SECONDS
) -> Ceilings:
    """Measures the convolution peak in a precision and the memory bandwidth, once a run."""
    shapes = ((16, 64, 24, 64), (16, 64, 48, 64), (16, 128, 48, 128), (16, 256, 24, 256))
    peaks = [convolution_rate(device, precision, *shape, seconds) for shape in shapes]
    return Ceilings(max(peaks), bandwidth(device, seconds))


def convolution_rate(
    device: torch.device,
    precision: torch.dtype,
    batch: int,
    channels: int,
    side: int,
    out: int,
    seconds: float = MEASURE_SECONDS,
) -> float:
    """Operations a second of a 3x3 convolution."""
    images = torch.randn(batch, channels, side, side, device=device, dtype=precision)
    kernel = torch.randn(out, channels, 3, 3, device=device, dtype=precision)
    images = images.contiguous(memory_format=torch.channels_last)
    kernel = kernel.contiguous(memory_format=torch.channels_last)
    operations = 2 * images.numel() * out * 9
    with torch.no_grad():
        convolve = partial(functional.conv2d, images, kernel, padding=1)
        return operations * _rate(convolve, device, seconds)


def bandwidth(device: torch.device, seconds: float = MEASURE_SECONDS) -> float:
    """Bytes a second that an addition reads and writes."""
    first = torch.ones(1 << 26, device=device)
    second, total = torch.ones_like(first), torch.empty_like(first)
    add = partial(torch.add, first, second, out=total)
    return 3 * 4 * first.numel() * _rate(add, device, seconds)


def step_flops(content: str, batch: int, patch_size: int) -> float:
    """Fewest operations of one update by the engine's rule.

    One pass of G forward and back. D forward on real and on restored patches; back to its
    weights for both, and once more to the restored patches for G's loss. phi forward on both,
    back to the restored ones. Backward to weights and to inputs costs a forward pass each.
    """
    with torch.device("meta"):
        hr = torch.empty(batch, 3, patch_size, patch_size)
        lr = torch.empty(batch, 3, patch_size // 4, patch_size // 4)
        generator = 3 * forward_flops(Generator(), lr)
        adversary = 7 * forward_flops(Discriminator(patch_size), hr)
        phi = 0.0
        if content in FEATURE_CUTS:
            cut = FEATURE_CUTS[content]
            phi = 3 * forward_flops(feature_layers(cut.architecture)[: cut.stop], hr)
    return generator + adversary + phi


def step_bytes(content: str) -> float:
    """Fewest bytes of one update: all weights read, and Adam's read and written, in float32."""
    with torch.device("meta"):
        trained = sum(p.numel() for n in (Generator(), Discriminator()) for p in n.parameters())
        frozen = 0
        if content in FEATURE_CUTS:
            cut = FEATURE_CUTS[content]
            layers = feature_layers(cut.architecture)[: cut.stop]
            frozen = sum(p.numel() for p in layers.parameters())
    # Per trained weight: read it, its gradient and two moments; write it and the moments.
    return 4.0 * (7 * trained + frozen)


def forward_flops(network: nn.Module, inputs: torch.Tensor) -> float:
    """Operations of a forward pass, counted by PyTorch."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(inputs)
    return float(counter.get_total_flops())


def _rate(work: Callable[[], object], device: torch.device, seconds: float) -> float:
    """Calls a second, the best of several short stretches."""
    best = 0.0
    for _ in range(4):
        work()
        _wait(device)
        count, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < seconds / 4:
            work()
            _wait(device)
            count += 1
        best = max(best, count / (time.perf_counter() - begin))
    return best


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
