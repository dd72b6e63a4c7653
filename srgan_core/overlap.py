"""Runs a network of which only its output is known over an image of any size, tile by tile.

How far a pixel of the result depends on the input is unknown then, or farther than a tile:
attention and deep residual networks see hundreds of pixels. So each tile is computed with a margin
that is cut off again, and an image that fits into one tile is computed whole. Tiles begin at
multiples of the margin, so that windows of 8, 16 and 32 pixels lie where they lie in the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from srgan_core.tiling import Box

TILE = 256
"""Side of a tile in input pixels at x4; layers of 64 channels then hold 0.3 GB each."""

MARGIN = 32
"""Input pixels around a tile that are computed for its sake and cut off."""


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

    def count(self, height: int, width: int) -> int:
        """Counts what `parts` will yield for an image of a size."""
        return len(self._tiles(height, width))

    def parts(self, lr: np.ndarray) -> Iterator[tuple[Box, np.ndarray]]:
        """Restores an image tile by tile.

        Args:
            lr: (H, W, 3), uint8.

        Yields:
            The place of a tile in the result, and the tile: (h, w, 3), uint8. The tiles cover the
            result, each pixel once.
        """
        height, width = lr.shape[:2]
        image = Box(0, 0, height, width)
        for tile in self._tiles(height, width):
            window = tile.grown(self.margin, image)
            restored = self.restore(lr[window.slices])
            place = tile.within(window).times(self.scale)
            yield tile.times(self.scale), restored[place.slices]

    def whole(self, lr: np.ndarray) -> np.ndarray:
        """Restores an image, (H, W, 3) of uint8, and puts the tiles together."""
        height, width = lr.shape[:2]
        result = np.empty((height * self.scale, width * self.scale, 3), np.uint8)
        for place, part in self.parts(lr):
            result[place.slices] = part
        return result

    def _tiles(self, height: int, width: int) -> list[Box]:
        return Box(0, 0, height, width).split(self.side or max(height, width))


def tile_side(scale: int) -> int:
    """Side of a tile, in input pixels, whose result is at most four tiles of x4 large."""
    return TILE if scale <= 4 else TILE * 4 // scale // MARGIN * MARGIN
