"""Runs a generator over an image of any size, a few rows after the other, none of them twice.

A convolution of k rows needs k - 1 rows beside those that it makes. It keeps them from the piece
before, so that it is k // 2 rows behind its input, and a skip waits for what it is added to. So
the rows are those of the whole image but for the order of sums, nothing is computed a second time,
and memory grows with the width of an image alone: about 40 KB a pixel of it in float32.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from srgan_core.errors import ShapeError
from srgan_core.inference import as_batch, as_image
from srgan_core.layers import phase_kernel
from srgan_core.networks import Generator, ResidualBlock, UpsampleBlock

PIECE = 2**15
"""Input pixels that go through the trunk at once: a map of 64 channels is 8 MB in float32."""

ENLARGED = 2**13
"""Those that are enlarged at once: the layers for it have 16 times as many values."""

Layer = Callable[[Tensor, bool], Tensor]
"""Maps the next rows, (rows, W, C), and whether they are the last, to those now complete."""


_Pair = tuple[nn.Conv2d, nn.PReLU]


def restore_rows(
    generator: Generator, lr: np.ndarray, precision: torch.dtype = torch.float32
) -> Iterator[np.ndarray]:
    """Super-resolves one 8-bit image from top to bottom.

    Args:
        generator: In evaluation mode.
        lr: (H, W, 3), uint8; any height and width.
        precision: Type of all maps and weights.

    Yields:
        Pieces of the result, (rows, scale * W, 3), uint8, rounded once; together its height.

    Raises:
        ShapeError: when the image is not (H, W, 3), uint8, or has no pixel.
    """
    if lr.ndim != 3 or lr.shape[2] != 3 or lr.dtype != np.uint8 or not lr.size:
        raise ShapeError(f"lr: expected (H, W, 3) of uint8, got {lr.shape} of {lr.dtype}")
    height, width = lr.shape[:2]
    step = max(1, PIECE // width)
    with torch.inference_mode():
        scratch = torch.empty(0, dtype=precision, device=generator.tail.weight.device)
        trunk, enlarging = _trunk(generator, scratch, 2 * step), _enlarging(generator, scratch)
        for top in range(0, height, step):
            last = top + step >= height
            batch = as_batch(lr[top : top + step], generator).to(precision)
            parts = trunk(_rows(batch), last).split(max(1, ENLARGED // width))
            for number, part in enumerate(parts, start=1):
                restored = enlarging(part, last and number == len(parts))
                if len(restored):
                    yield as_image((torch.tanh(_map(restored).float()) + 1) / 2)


def _rows(maps: Tensor) -> Tensor:
    """(1, C, H, W), channels last, as (H, W, C)."""
    return maps[0].permute(1, 2, 0)


def _map(rows: Tensor) -> Tensor:
    return rows.permute(2, 0, 1)[None]


def _trunk(generator: Generator, scratch: Tensor, most: int) -> Layer:
    """`Generator.features`, in which at most so many rows go through a block at once."""
    blocks = cast("list[ResidualBlock]", list(generator.body))
    ends = (generator.head, generator.bottleneck)
    body = [_Sum(_residual(block, scratch)) for block in blocks]
    head, bottleneck = (_rectified(*cast(_Pair, part), scratch) for part in ends)
    return _in_turn(head, _Sum(_in_turn(*body, bottleneck, most=most)))


def _residual(block: ResidualBlock, scratch: Tensor) -> Layer:
    first = _Convolution(*_folded(block.conv1, block.norm1), scratch)
    second = _Convolution(*_folded(block.conv2, block.norm2), scratch)
    return _in_turn(first, _rectifier(block.activation), second)


def _enlarging(generator: Generator, scratch: Tensor) -> Layer:
    """All behind `Generator.features`, but for the range of the values."""
    layers: list[Layer] = []
    for block in cast("list[UpsampleBlock]", list(generator.upsample)):
        layers += [_rectified(block.conv, block.activation, scratch), _shuffled]
    tail = generator.tail
    assert tail.bias is not None
    kernel, bias = phase_kernel(tail.weight), tail.bias.repeat_interleave(4)
    return _in_turn(*layers[:-1], _Convolution(kernel, bias, scratch), _shuffled)


def _in_turn(*layers: Layer, most: int = sys.maxsize) -> Layer:
    """All layers one after the other.

    Each has more rows to give at the end than its input has left: what becomes more than `most`
    goes on in parts.
    """

    def apply(rows: Tensor, last: bool, start: int = 0) -> Tensor:
        for number in range(start, len(layers)):
            if len(rows) > most:
                parts = rows.split(most)
                ends = [last and part is parts[-1] for part in parts]
                made = [apply(*each, number) for each in zip(parts, ends, strict=True)]
                return torch.cat(made)
            rows = layers[number](rows, last)
        return rows

    return apply


class _Convolution:
    """Convolves with zeros around the map.

    Args:
        weight: (C_out, C_in, k, k).
        bias: (C_out,).
        scratch: Of the type to compute in; all layers put their inputs together in its memory.
    """

    def __init__(self, weight: Tensor, bias: Tensor, scratch: Tensor) -> None:
        self.weight = weight.to(scratch.dtype).contiguous(memory_format=torch.channels_last)
        self.bias = bias.to(scratch.dtype)
        self.reach = weight.shape[-1] // 2
        self.held: Tensor | None = None
        self.scratch = scratch

    def __call__(self, rows: Tensor, last: bool) -> Tensor:
        zeros = rows.new_zeros((self.reach, *rows.shape[1:]))
        held = zeros if self.held is None else self.held
        parts = (held, rows, zeros) if last else (held, rows)
        whole = torch.cat(parts, out=self.scratch.resize_(0))
        count = max(0, len(whole) - 2 * self.reach)
        self.held = _kept(whole[count:], self.held)
        if not count:
            return rows.new_empty((0, rows.shape[1], len(self.weight)))
        padding = (0, self.reach)
        return _rows(functional.conv2d(_map(whole), self.weight, self.bias, padding=padding))


class _Sum:
    """Adds what a layer makes of rows to the rows, which wait for it."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.waiting: Tensor | None = None

    def __call__(self, rows: Tensor, last: bool) -> Tensor:
        waiting = rows[:0] if self.waiting is None else self.waiting
        made = self.layer(rows, last)
        waited = min(len(waiting), len(made))
        made[:waited] += waiting[:waited]
        made[waited:] += rows[: len(made) - waited]
        rest = rows[len(made) - waited :]
        if waited < len(waiting):
            rest = torch.cat((waiting[waited:], rest))
        self.waiting = _kept(rest, self.waiting)
        return made


def _kept(rows: Tensor, before: Tensor | None) -> Tensor:
    """A copy of rows, in the memory of those kept before, lest the heap falls to pieces."""
    if before is None or before.shape != rows.shape:
        return rows.clone()
    return before.copy_(rows)


def _folded(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """The convolution that does what a convolution and BatchNorm behind it do."""
    assert convolution.bias is not None
    assert norm.running_mean is not None
    assert norm.running_var is not None
    factor = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    bias = (convolution.bias - norm.running_mean) * factor + norm.bias
    return convolution.weight * factor.view(-1, 1, 1, 1), bias


def _rectified(convolution: nn.Conv2d, activation: nn.PReLU, scratch: Tensor) -> Layer:
    assert convolution.bias is not None
    layer = _Convolution(convolution.weight, convolution.bias, scratch)
    return _in_turn(layer, _rectifier(activation))


def _rectifier(activation: nn.PReLU) -> Layer:
    slope = activation.weight.item()
    return lambda rows, last: functional.leaky_relu_(rows, slope)


def _shuffled(rows: Tensor, last: bool) -> Tensor:
    return _rows(functional.pixel_shuffle(_map(rows), 2))
