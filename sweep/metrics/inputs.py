"""What the metrics have in common: one gate for their inputs, the border, the luma."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from srgan_core.errors import ShapeError

Rgb = NDArray[np.uint8]
"""(H, W, 3), uint8."""

LUMA_WEIGHTS = np.array([65.481, 128.553, 24.966]) / 255
"""ITU-R BT.601 for 8-bit RGB, as in MATLAB's rgb2ycbcr; the result spans [16, 235]."""

LUMA_OFFSET = 16.0


def check_image(image: Rgb, crop_border: int = 0, smallest: int = 1, name: str = "sr") -> None:
    """Refuses what a metric cannot take.

    Args:
        image: Expected to be (H, W, 3), uint8.
        crop_border: Pixels that will be cut from each side.
        smallest: Shortest side, in pixels, that has to be left after the cut.
        name: What the image is called in the message.

    Raises:
        ShapeError: when the type or the shape is another, or too little is left.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        kind = getattr(image, "dtype", type(image).__name__)
        raise ShapeError(f"{name}: expected a uint8 array, got {kind}; score images, not tensors")
    if image.ndim != 3 or image.shape[2] != 3:
        raise ShapeError(f"{name}: expected the shape (H, W, 3), got {image.shape}")
    if crop_border < 0:
        raise ShapeError(f"crop_border: expected 0 or more pixels, got {crop_border}")
    left = min(image.shape[:2]) - 2 * crop_border
    if left < smallest:
        raise ShapeError(
            f"{name}: expected at least {smallest} px on each side after a border of "
            f"{crop_border} px is cut, got {image.shape[1]} x {image.shape[0]} px before the cut; "
            "use a larger image"
        )


def check_pair(sr: Rgb, hr: Rgb, crop_border: int = 0, smallest: int = 1) -> None:
    """Refuses two images that cannot be compared pixel by pixel; arguments as for `check_image`.

    Raises:
        ShapeError: when one of them is unfit or their shapes differ.
    """
    check_image(sr, crop_border, smallest, "sr")
    check_image(hr, crop_border, smallest, "hr")
    if sr.shape != hr.shape:
        raise ShapeError(
            f"sr and hr: expected equal shapes, got {sr.shape} and {hr.shape}; "
            "crop the reference or restore at the same scale"
        )


def cut_border(image: Rgb, crop_border: int) -> Rgb:
    """Cuts the same number of pixels from all four sides of (H, W, 3); a view."""
    height, width = image.shape[:2]
    return image[crop_border : height - crop_border, crop_border : width - crop_border]


def luma(rgb: Rgb) -> NDArray[np.float64]:
    """ITU-R BT.601 luma of (H, W, 3), uint8: (H, W), float64 in [16, 235], not rounded."""
    weighted: NDArray[np.float64] = rgb.astype(np.float64) @ LUMA_WEIGHTS
    return weighted + LUMA_OFFSET


def rounded_luma(rgb: Rgb) -> NDArray[np.float64]:
    """The luma rounded to integers as MATLAB's rgb2ycbcr does, (H, W), float64."""
    rounded: NDArray[np.float64] = np.floor(luma(rgb) + 0.5)
    return rounded
