"""Chooses the part of an image that is worth enlarging."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from srgan_core.errors import ShapeError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CELL = 240
# Divisors of CELL, so that each pixel becomes a square of whole pixels.
_SIDES = (80, 60, 48, 40)
_SHARE = 5
# Distance from the image's edge where there is room, as a share of the part's side.
_MARGIN = 0.3
# Side in pixels of what counts as the surroundings of a pixel.
_AROUND = 9
# How many times its mean a pixel may count.
_CAP = 2


def window_side(height: int, width: int) -> int:
    """Chooses how large a part to enlarge: about a fifth of the shorter side, in pixels."""
    shorter = min(height, width)
    side = next((side for side in _SIDES if side * _SHARE <= shorter), _SIDES[-1])
    return min(side, shorter)


def choose_window(
    hr: NDArray[np.uint8], restored: Sequence[NDArray[np.uint8]], side: int
) -> tuple[int, int]:
    """Finds the square of texture where some restorations differ most, off the image's edge.

    Each pixel counts by the spread of the restorations' luma times HR's gradients around it. Both
    are capped at a multiple of their means, so that texture wins over the strongest contour. With
    fewer than two restorations the gradients alone count. All is counted in whole numbers, so that
    every machine finds the same square.

    Args:
        hr: Image, (H, W, 3), uint8.
        restored: Images of the same shape.
        side: Side of the square in pixels, at most H and W.

    Returns:
        Row and column of its upper left pixel; of equal squares the first in reading order.

    Raises:
        ShapeError: when the image has another form or is smaller than the square.
    """
    _check(hr, side)
    energy = _capped(_root(_blurred(_gradients(hr))))
    if len(restored) > 1:
        energy = energy * _capped(_spread(restored))
    room = (min(hr.shape[:2]) - side) // 2
    margin = min(int(_MARGIN * side), room)
    inner = energy[margin : energy.shape[0] - margin, margin : energy.shape[1] - margin]
    top, left = _fullest_square(inner, side)
    return top + margin, left + margin


def _check(rgb: NDArray[np.uint8], side: int) -> None:
    if rgb.ndim != 3 or rgb.shape[2] != 3 or not 0 < side <= min(rgb.shape[:2]):
        raise ShapeError(
            f"expected an image (H, W, 3) of at least {side} pixels on each side, "
            f"got shape {rgb.shape}"
        )


def _spread(images: Sequence[NDArray[np.uint8]]) -> NDArray[np.int64]:
    """Standard deviation of some images' luma, times their number, in grey levels."""
    import numpy as np

    lumas = np.stack([_luma(image) // 1000 for image in images])
    return _root(len(images) * (lumas**2).sum(axis=0) - lumas.sum(axis=0) ** 2)


def _capped(energy: NDArray[np.int64]) -> NDArray[np.int64]:
    return energy.clip(max=_CAP * int(energy.sum()) // energy.size + 1)


def _root(energy: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole part of the square root, which every machine rounds alike."""
    import numpy as np

    return np.sqrt(energy).astype(np.int64)


def _blurred(energy: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums of the squares of `_AROUND` pixels around each pixel, their edges repeated."""
    import numpy as np

    return _sums(np.pad(energy, _AROUND // 2, mode="edge"), _AROUND)


def _luma(rgb: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Thousandths of grey levels."""
    import numpy as np

    luma: NDArray[np.int64] = rgb.astype(np.int64) @ np.array([299, 587, 114])
    return luma


def _gradients(rgb: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Squared differences between neighbouring luma values."""
    import numpy as np

    luma = _luma(rgb)
    energy = np.zeros_like(luma)
    energy[:, :-1] += np.diff(luma, axis=1) ** 2
    energy[:-1] += np.diff(luma, axis=0) ** 2
    return energy


def _fullest_square(energy: NDArray[np.int64], side: int) -> tuple[int, int]:
    """Finds the square with the highest sum, the first of several in reading order."""
    import numpy as np

    sums = _sums(energy, side)
    top, left = np.unravel_index(int(sums.argmax()), sums.shape)
    return int(top), int(left)


def _sums(energy: NDArray[np.int64], side: int) -> NDArray[np.int64]:
    """Sum of every square of a side, by its upper left pixel."""
    import numpy as np

    total = np.pad(energy, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    lower, upper = total[side:], total[:-side]
    sums: NDArray[np.int64] = (lower - upper)[:, side:] - (lower - upper)[:, :-side]
    return sums
