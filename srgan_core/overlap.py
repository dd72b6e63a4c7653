"""Runs a network of which only its output is known over an image of any size, tile by tile.

How far a pixel of the result depends on the input is unknown then, or farther than a tile:
attention and deep residual networks see hundreds of pixels. So each tile is computed with a margin
that is cut off again, and an image that fits into one tile is computed whole. Tiles begin at
multiples of the margin, so that windows of 8, 16 and 32 pixels lie where they lie in the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

TILE = 256
"""Side of a tile in input pixels at x4; layers of 64 channels then hold 0.3 GB each."""

MARGIN = 32
"""Input pixels around a tile that are computed for its sake and cut off."""


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


@dataclass(frozen=True)
class OverlappingTiles:
    """A network that restores one window at a time.

    Attributes:
        scale: Magnification.
        restore: Maps a window, (H, W, 3) of uint8, to (scale * H, scale * W, 3) of uint8.
        margin: Input pixels around a tile; where it is at least the network's reach, the tiles
            are those of the whole image.
        side: Side of a tile in input pixels; None to compute any image whole.
    """

    scale: int
    restore: Callable[[np.ndarray], np.ndarray]
    margin: int = MARGIN
    side: int | None = TILE

    def bands(
        self, lr: np.ndarray, on_progress: Callable[[float], None] | None = None
    ) -> Iterator[np.ndarray]:
        """Restores an image from top to bottom, one row of tiles after the other.

        Args:
            lr: (H, W, 3), uint8.
            on_progress: Called after each tile with the share that is done, rising to 1.

        Yields:
            Pieces of the result, (rows, scale * W, 3), uint8; together its height.
        """
        height, width = lr.shape[:2]
        image = Box(0, 0, height, width)
        tiles = image.split(self.side or max(height, width))
        done = 0
        for _, row in groupby(tiles, lambda tile: tile.top):
            parts = []
            for tile in row:
                window = tile.grown(self.margin, image)
                restored = self.restore(lr[window.slices])
                parts.append(restored[tile.within(window).times(self.scale).slices])
                done += 1
                if on_progress is not None:
                    on_progress(done / len(tiles))
            yield np.concatenate(parts, axis=1)

    def whole(self, lr: np.ndarray) -> np.ndarray:
        """Restores an image, (H, W, 3) of uint8, and puts the bands together."""
        return np.concatenate(list(self.bands(lr)))


def tile_side(scale: int) -> int:
    """Side of a tile, in input pixels, whose result is at most four tiles of x4 large."""
    return TILE if scale <= 4 else TILE * 4 // scale // MARGIN * MARGIN
