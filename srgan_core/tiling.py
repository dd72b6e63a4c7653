"""Runs a generator over an image of any size, piece by piece and without seams.

A pixel of the result depends on a window of the input that the architecture fixes. Each piece is
computed with that window around it, cut at the image's own borders, where the generator pads
with zeros in any case. So the pieces are those of the whole image but for the order of sums.

The trunk sees far and needs little memory for each pixel; the layers that enlarge see three
pixels and need much. So the trunk runs on large tiles, and the rest on small parts of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from srgan_core.errors import ConfigError, ShapeError
from srgan_core.inference import as_batch, as_image
from srgan_core.layers import autocast
from srgan_core.networks import Generator

TILE = 448
"""Side of a trunk's tile in input pixels; its memory is about 1.5 KB for each pixel."""

PART = 64
"""Side of the part of a tile that is enlarged at once, in input pixels."""


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels, ends excluded."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Selects the rectangle from the last two axes of an array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def grown(self, margin: int, limits: Box) -> Box:
        """Adds a margin on all sides, but not beyond the limits."""
        return Box(
            max(self.top - margin, limits.top),
            max(self.left - margin, limits.left),
            min(self.bottom + margin, limits.bottom),
            min(self.right + margin, limits.right),
        )

    def within(self, outer: Box) -> Box:
        """The same rectangle in coordinates that begin at the corner of another."""
        return Box(
            self.top - outer.top,
            self.left - outer.left,
            self.bottom - outer.top,
            self.right - outer.left,
        )

    def times(self, scale: int) -> Box:
        """The same rectangle in an image that is `scale` times as large."""
        return Box(self.top * scale, self.left * scale, self.bottom * scale, self.right * scale)

    def split(self, side: int) -> list[Box]:
        """Cuts the rectangle into squares of a side, smaller at the right and bottom."""
        return [
            Box(top, left, min(top + side, self.bottom), min(left + side, self.right))
            for top in range(self.top, self.bottom, side)
            for left in range(self.left, self.right, side)
        ]


def trunk_margin(generator: Generator) -> int:
    """How far the features at a pixel depend on the input.

    Returns:
        Input pixels to each side: the sum of the radii of the trunk's convolutions.
    """
    trunk = (generator.head, generator.body, generator.bottleneck)
    return sum(_radius(layer) for part in trunk for layer in part.modules())


def enlarging_margin(generator: Generator) -> int:
    """How far the result at a pixel depends on the features.

    Returns:
        Feature pixels to each side. Counted from the result backwards: each pixel shuffle halves
        the distance, rounded up, and the convolution before it adds its radius.
    """
    margin = _radius(generator.tail)
    for block in reversed(generator.upsample):
        margin = -(-margin // 2) + sum(_radius(layer) for layer in block.modules())
    return margin


def _radius(layer: nn.Module) -> int:
    if not isinstance(layer, nn.Conv2d):
        return 0
    return int(layer.kernel_size[0]) // 2


def count_parts(height: int, width: int, tile: int = TILE) -> int:
    """Counts what `restore_tiles` will yield.

    Returns:
        The number of parts.
    """
    return sum(len(outer.split(PART)) for outer in Box(0, 0, height, width).split(tile))


def restore_tiles(
    generator: Generator,
    lr: np.ndarray,
    tile: int = TILE,
    precision: torch.dtype = torch.float32,
) -> Iterator[tuple[Box, np.ndarray]]:
    """Super-resolves one 8-bit image, part by part.

    Args:
        generator: In evaluation mode.
        lr: (H, W, 3), uint8; any height and width.
        tile: Side of the trunk's tiles in input pixels. Larger ones waste less on their
            surroundings and need more memory.
        precision: Type of the convolutions.

    Yields:
        The place of a part in the result, and the part: (h, w, 3), uint8, rounded once. The
        parts cover the result, each pixel once.

    Raises:
        ShapeError: when the image is not (H, W, 3), uint8, or has no pixel.
        ConfigError: when the tile has no pixel.
    """
    if lr.ndim != 3 or lr.shape[2] != 3 or lr.dtype != np.uint8 or not lr.size:
        raise ShapeError(f"lr: expected (H, W, 3) of uint8, got {lr.shape} of {lr.dtype}")
    if tile < 1:
        raise ConfigError(f"tile: expected 1 or more pixels, got {tile}")
    image = Box(0, 0, lr.shape[0], lr.shape[1])
    reach = enlarging_margin(generator)
    around = trunk_margin(generator) + reach
    for outer in image.split(tile):
        context = outer.grown(around, image)
        features = _features(generator, lr[context.slices], precision)
        for part in outer.split(PART):
            window = part.grown(reach, image)
            inner = features[:, :, *window.within(context).slices]
            restored = _enlarge(generator, inner, precision)
            place = part.within(window).times(generator.scale)
            yield part.times(generator.scale), restored[place.slices]


@torch.inference_mode()
def _features(generator: Generator, lr: np.ndarray, precision: torch.dtype) -> Tensor:
    batch = as_batch(lr, generator)
    with autocast(batch, precision):
        return generator.features(batch)


@torch.inference_mode()
def _enlarge(generator: Generator, features: Tensor, precision: torch.dtype) -> np.ndarray:
    with autocast(features, precision):
        return as_image(generator.enlarge(features.contiguous(memory_format=torch.channels_last)))
