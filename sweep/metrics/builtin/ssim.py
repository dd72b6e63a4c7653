"""Structural similarity."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sweep.metrics.declaration import BORDER_CUT, LUMA, LUMA_AS_IS, Metric, load_comparison

if TYPE_CHECKING:
    from sweep.metrics.inputs import Rgb

WINDOW = 11
"""Side of the Gaussian window in pixels: what sigma 1.5 cut off at 3.5 sigma comes to."""


def ssim_y(sr: Rgb, hr: Rgb, crop_border: int) -> float:
    """Structural similarity of the luma channel.

    Args:
        sr: Restored image, (H, W, 3), uint8.
        hr: Reference, same shape.
        crop_border: Pixels cut from each side; by convention the scale.

    Returns:
        Mean over all full windows, at most 1, higher is better.

    Raises:
        ShapeError: when shapes differ or less than one window is left after the cut.

    Source: Wang, Bovik, Sheikh, Simoncelli 2004, with K1 0.01 and K2 0.03, without their
        downsampling; scikit-image's implementation on unrounded BT.601 luma.
    """
    from skimage import metrics

    from sweep.metrics.inputs import check_pair, cut_border, luma

    # scikit-image ships no types for it.
    structural_similarity: Callable[..., float] = metrics.structural_similarity
    check_pair(sr, hr, crop_border, smallest=WINDOW)
    return float(
        structural_similarity(
            luma(cut_border(sr, crop_border)),
            luma(cut_border(hr, crop_border)),
            data_range=255,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
    )


METRICS = (
    Metric(
        column="ssim_y",
        group="ssim",
        label="SSIM (Y)",
        kind="distortion",
        reference="full",
        higher_is_better=True,
        value_range="-1 to 1, 1 for equal images",
        channel=LUMA,
        border=BORDER_CUT,
        quantisation=LUMA_AS_IS,
        source="Wang, Bovik, Sheikh, Simoncelli 2004; scikit-image, 11x11 Gaussian window of "
        "sigma 1.5, no sample covariance",
        libraries=("scikit-image", "numpy"),
        weights=(),
        load=load_comparison(ssim_y),
        rank=2,
        by_default=True,
    ),
)
