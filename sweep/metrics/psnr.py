"""Peak signal-to-noise ratio."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sweep.metrics.inputs import Rgb, check_pair, cut_border, luma

DATA_RANGE = 255.0


def psnr_y(sr: Rgb, hr: Rgb, crop_border: int) -> float:
    """Peak signal-to-noise ratio of the luma channel.

    Args:
        sr: Restored image, (H, W, 3), uint8.
        hr: Reference, same shape.
        crop_border: Pixels cut from each side; by convention the scale.

    Returns:
        Decibels, higher is better; inf for identical images.

    Raises:
        ShapeError: when shapes differ or nothing is left after the cut.

    Source: BT.601 luma in [16, 235]; it is not rounded to integers, where MATLAB's rgb2ycbcr
        rounds (about 0.01 dB).
    """
    check_pair(sr, hr, crop_border)
    return _psnr(luma(cut_border(sr, crop_border)), luma(cut_border(hr, crop_border)))


def psnr_rgb(sr: Rgb, hr: Rgb, crop_border: int) -> float:
    """Peak signal-to-noise ratio over all three channels.

    Args:
        sr: Restored image, (H, W, 3), uint8.
        hr: Reference, same shape.
        crop_border: Pixels cut from each side; by convention the scale.

    Returns:
        Decibels, higher is better; inf for identical images.

    Raises:
        ShapeError: when shapes differ or nothing is left after the cut.
    """
    check_pair(sr, hr, crop_border)
    return _psnr(
        cut_border(sr, crop_border).astype(np.float64),
        cut_border(hr, crop_border).astype(np.float64),
    )


def _psnr(sr: NDArray[np.float64], hr: NDArray[np.float64]) -> float:
    mean_squared_error = float(np.mean((sr - hr) ** 2))
    if mean_squared_error == 0:
        return math.inf
    return 10 * math.log10(DATA_RANGE**2 / mean_squared_error)
