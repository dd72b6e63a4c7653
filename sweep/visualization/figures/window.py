"""Chooses the part of an image that is worth enlarging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srgan_core.errors import ShapeError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CELL = 240
# Divisors of CELL, so that each pixel becomes a square of whole pixels.
_SIDES = (80, 60, 48, 40)
_SHARE = 5


def window_side(height: int, width: int) -> int:
    """Chooses how large a part to enlarge: about a fifth of the shorter side, in pixels."""
    shorter = min(height, width)
    side = next((side for side in _SIDES if side * _SHARE <= shorter), _SIDES[-1])
    return min(side, shorter)


def busiest_window(rgb: NDArray[np.uint8], side: int) -> tuple[int, int]:
    """Finds the square with the highest gradient energy.

    The energy is the sum of squared differences between neighbouring luma values, counted in
    whole numbers so that every machine finds the same square.

    Args:
        rgb: Image, (H, W, 3), uint8.
        side: Side of the square in pixels, at most H and W.

    Returns:
        Row and column of its upper left pixel; of equal squares the first in reading order.

    Raises:
        ShapeError: when the image has another form or is smaller than the square.
    """
    import numpy as np

    if rgb.ndim != 3 or rgb.shape[2] != 3 or not 0 < side <= min(rgb.shape[:2]):
        raise ShapeError(
            f"expected an image (H, W, 3) of at least {side} pixels on each side, "
            f"got shape {rgb.shape}"
        )
    luma = rgb.astype(np.int64) @ np.array([299, 587, 114])
    energy = np.zeros_like(luma)
    energy[:, :-1] += np.diff(luma, axis=1) ** 2
    energy[:-1] += np.diff(luma, axis=0) ** 2
    total = np.pad(energy, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    sums = total[side:, side:] - total[:-side, side:] - total[side:, :-side] + total[:-side, :-side]
    top, left = np.unravel_index(int(sums.argmax()), sums.shape)
    return int(top), int(left)
