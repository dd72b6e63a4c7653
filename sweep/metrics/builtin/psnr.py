"""Peak signal-to-noise ratio."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sweep.metrics.declaration import (
    BORDER_CUT,
    LUMA,
    LUMA_AS_IS,
    Metric,
    load_comparison,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sweep.metrics.inputs import Rgb

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
        rounds (0.01 dB less at 30 dB, 1 dB at 50).
    """
    from sweep.metrics.inputs import check_pair, cut_border, luma

    check_pair(sr, hr, crop_border)
    return _psnr(luma(cut_border(sr, crop_border)), luma(cut_border(hr, crop_border)))


def psnr_rgb(sr: Rgb, hr: Rgb, crop_border: int) -> float:
    """Peak signal-to-noise ratio with one mean over all three channels; otherwise as `psnr_y`."""
    from sweep.metrics.inputs import check_pair, cut_border

    check_pair(sr, hr, crop_border)
    return _psnr(
        cut_border(sr, crop_border).astype(float), cut_border(hr, crop_border).astype(float)
    )


def _psnr(sr: NDArray[np.float64], hr: NDArray[np.float64]) -> float:
    mean_squared_error = float(((sr - hr) ** 2).mean())
    if mean_squared_error == 0:
        return math.inf
    return 10 * math.log10(DATA_RANGE**2 / mean_squared_error)


METRICS = (
    Metric(
        column="psnr_y",
        group="psnr",
        label="PSNR (Y)",
        kind="distortion",
        reference="full",
        higher_is_better=True,
        unit="dB",
        value_range="0 to inf, inf for equal images",
        channel=LUMA,
        border=BORDER_CUT,
        quantisation=LUMA_AS_IS,
        source="10 log10(255^2 / MSE); ITU-R BT.601 luma as in MATLAB's rgb2ycbcr, not rounded",
        libraries=("numpy",),
        weights=(),
        load=load_comparison(psnr_y),
        rank=1,
        by_default=True,
    ),
    Metric(
        column="psnr_rgb",
        group="psnr",
        label="PSNR (RGB)",
        kind="distortion",
        reference="full",
        higher_is_better=True,
        unit="dB",
        value_range="0 to inf, inf for equal images",
        channel="RGB, one mean over the three channels, data range 255",
        border=BORDER_CUT,
        source="10 log10(255^2 / MSE)",
        libraries=("numpy",),
        weights=(),
        load=load_comparison(psnr_rgb),
        rank=3,
        by_default=True,
    ),
)
