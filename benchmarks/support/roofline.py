"""The least time that a training step can take on this machine: FLOPs and bytes over ceilings."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

MEASURE_SECONDS = 2.0
SMALLEST, LARGEST = 18, 29
"""Bytes between which a bandwidth is measured, as powers of two."""

RECORDED_CALLS = 100
"""On a GPU, between two waits for it."""


@dataclass(frozen=True)
class Work:
    """What a layer has to do in one direction.

    Attributes:
        kind: What it belongs to in a table.
        flops: Operations.
        bytes: Read and written.
    """

    kind: str
    flops: float
    bytes: float


@dataclass(frozen=True)
class Ceilings:
    """What the machine does at best, measured in this run.

    Attributes:
        flops: Operations a second of the fastest 3x3 convolution tried.
        device: Where bandwidths are measured.
        seconds: For each measurement.
    """

    flops: float
    device: torch.device
    seconds: float

    def seconds_for(self, work: Work) -> float:
        """The least time of a layer: its arithmetic's, or its bytes' where that is longer."""
        return max(work.flops / self.flops, work.bytes / self.bandwidth(work.bytes))

    def bandwidth(self, moved: float) -> float:
        """Bytes a second where so many are moved: what fits into a cache moves faster."""
        size = 2 ** min(max(math.ceil(math.log2(max(moved, 1))), SMALLEST), LARGEST)
        return bandwidth(self.device, size, self.seconds)


@cache
def ceilings(
    device: torch.device, precision: torch.dtype, seconds: float = MEASURE_SECONDS
) -> Ceilings:
    """Measures the convolution peak in a precision, once a run."""
    shapes = ((16, 64, 24, 64), (16, 64, 48, 64), (16, 128, 48, 128), (16, 256, 24, 256))
    peaks = [convolution_rate(device, precision, *shape, seconds) for shape in shapes]
    return Ceilings(max(peaks), device, seconds)


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


@cache
def bandwidth(device: torch.device, size: int, seconds: float = MEASURE_SECONDS) -> float:
    """Bytes a second of an addition that moves so many bytes in all."""
    first = torch.ones(max(size // 12, 1), device=device)
    second, total = torch.ones_like(first), torch.empty_like(first)
    add = partial(torch.add, first, second, out=total)
    return 12 * first.numel() * _rate(add, device, seconds / 4)


def forward_flops(network: nn.Module, inputs: torch.Tensor) -> float:
    """Operations of a forward pass, counted by PyTorch."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(inputs)
    return float(counter.get_total_flops())


def _rate(work: Callable[[], object], device: torch.device, seconds: float) -> float:
    """Calls a second, the best of several short stretches."""
    calls = 1
    if device.type == "cuda":
        work, calls = _recorded(work, RECORDED_CALLS), RECORDED_CALLS
    best = 0.0
    for _ in range(4):
        work()
        _wait(device)
        count, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < seconds / 4:
            work()
            _wait(device)
            count += calls
        best = max(best, count / (time.perf_counter() - begin))
    return best


def _recorded(work: Callable[[], object], calls: int) -> Callable[[], object]:
    """So many calls as one CUDA graph: launching them would take longer than the work."""
    graph = torch.cuda.CUDAGraph()
    work()
    with torch.cuda.graph(graph):
        for _ in range(calls):
            work()
    return graph.replay


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
