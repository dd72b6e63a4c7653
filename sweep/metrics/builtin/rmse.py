"""Root mean square error, as the PIRM challenge measures distortion."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sweep.metrics.declaration import BORDER_CUT, LUMA, LUMA_ROUNDED, Metric, load_comparison

if TYPE_CHECKING:
    from sweep.metrics.inputs import Rgb


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
    from sweep.metrics.inputs import check_pair, cut_border, rounded_luma

    check_pair(sr, hr, crop_border)
    error = rounded_luma(cut_border(sr, crop_border)) - rounded_luma(cut_border(hr, crop_border))
    return math.sqrt(float((error**2).mean()))


METRICS = (
    Metric(
        column="rmse",
        group="rmse",
        label="RMSE (Y)",
        kind="distortion",
        reference="full",
        higher_is_better=False,
        value_range="0 to 255, 0 for equal images",
        channel=LUMA,
        border=BORDER_CUT,
        quantisation=LUMA_ROUNDED,
        source="Blau, Mechrez, Timofte, Michaeli, Zelnik-Manor 2018 (PIRM): the root of the mean "
        "over the images of the MSE, on MATLAB's rgb2ycbcr, which rounds",
        libraries=("numpy",),
        weights=(),
        aggregation="root mean square",
        load=load_comparison(rmse),
        rank=6,
    ),
)
