"""Root mean square error, as the PIRM challenge measures distortion."""

from __future__ import annotations

import math

import numpy as np

from sweep.metrics.inputs import Rgb, check_pair, cut_border, rounded_luma


def rmse(sr: Rgb, hr: Rgb, crop_border: int) -> float:
    """Root of the mean squared error of the luma channel.

    Args:
        sr: Restored image, (H, W, 3), uint8.
        hr: Reference, same shape.
        crop_border: Pixels cut from each side; PIRM and the convention cut the scale.

    Returns:
        In levels of 8 bits, 0 to 219, lower is better. The value of a test set is the root of
        the mean of the squares, not the mean.

    Raises:
        ShapeError: when shapes differ or nothing is left after the cut.

    Source: Blau, Mechrez, Timofte, Michaeli, Zelnik-Manor 2018; luma of MATLAB's rgb2ycbcr on
        8-bit images, which is rounded.
    """
    check_pair(sr, hr, crop_border)
    error = rounded_luma(cut_border(sr, crop_border)) - rounded_luma(cut_border(hr, crop_border))
    return math.sqrt(float(np.mean(error**2)))
