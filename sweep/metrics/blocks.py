"""The blocks into which NIQE divides an image; knows nothing of torch."""

from __future__ import annotations

BLOCK = 96
"""Side of a block in pixels; partial blocks do not count."""


def count_blocks(height: int, width: int, crop_border: int) -> int:
    """Number of whole blocks that NIQE finds in an image.

    Args:
        height: Height of the image in pixels.
        width: Width of the image in pixels.
        crop_border: Pixels cut from each side.

    Returns:
        Blocks of 96 x 96 px; 0 means that the image has no NIQE.
    """
    rows, columns = ((side - 2 * crop_border) // BLOCK for side in (height, width))
    return max(rows, 0) * max(columns, 0)
