"""The blocks into which NIQE divides an image; knows nothing of torch."""

from __future__ import annotations

BLOCK = 96
"""Side of a block in pixels; partial blocks do not count."""


def count_blocks(height: int, width: int, crop_border: int) -> int:
    """Number of whole blocks of 96 x 96 px in an image once the border is cut.

    0 means that the image has no NIQE.
    """
    rows, columns = ((side - 2 * crop_border) // BLOCK for side in (height, width))
    return max(rows, 0) * max(columns, 0)
