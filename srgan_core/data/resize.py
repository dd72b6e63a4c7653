"""MATLAB-style antialiased bicubic resizing, the rule that defines low resolution.

Source: MathWorks, `imresize` with its default kernel: Keys, "Cubic convolution interpolation
for digital image processing", 1981, with a = -0.5; when shrinking, the kernel is stretched by
the scale (antialiasing); at borders the image is mirrored with its edge pixel repeated.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from srgan_core.errors import ShapeError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

KERNEL_RADIUS = 2.0
"""Half of the cubic kernel's support, in pixels of the coarser grid."""


def cubic_kernel(distance: np.ndarray) -> np.ndarray:
    """Keys' cubic convolution kernel with a = -0.5.

    Args:
        distance: Distances from the kernel's centre, in pixels.

    Returns:
        Weights of the same shape; zero from a distance of 2 on.
    """
    x = np.abs(distance)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, near, np.where(x < KERNEL_RADIUS, far, 0.0))


def resize_taps(length_in: int, length_out: int) -> tuple[np.ndarray, np.ndarray]:
    """Source positions and weights of every output sample along one axis.

    Returns:
        Two arrays, (length_out, taps): source indices, already mirrored at the borders, and
        float64 weights that sum to one along the second axis.
    """
    ratio = length_out / length_in
    stretch = max(1.0, 1.0 / ratio)
    centres = (np.arange(length_out) + 0.5) / ratio - 0.5
    taps = math.ceil(2 * KERNEL_RADIUS * stretch) + 2
    first = np.floor(centres - KERNEL_RADIUS * stretch).astype(np.int64)
    positions = first[:, None] + np.arange(taps)
    weights = cubic_kernel((centres[:, None] - positions) / stretch)
    weights /= weights.sum(axis=1, keepdims=True)
    mirrored = positions % (2 * length_in)
    indices = np.minimum(mirrored, 2 * length_in - 1 - mirrored)
    return indices, weights


@lru_cache(maxsize=64)
def resize_matrix(length_in: int, length_out: int, device: torch.device) -> Tensor:
    """The resize along one axis as a dense matrix, for patches.

    Returns:
        (length_out, length_in), float32.
    """
    import torch

    indices, weights = resize_taps(length_in, length_out)
    matrix = np.zeros((length_out, length_in))
    np.add.at(matrix, (np.arange(length_out)[:, None], indices), weights)
    # A matrix first made while scoring must not keep later gradients from flowing.
    with torch.inference_mode(mode=False):
        # MPS has no float64.
        return torch.from_numpy(matrix).float().to(device)


def resize(images: Tensor, height: int, width: int) -> Tensor:
    """Resizes a batch of small images with two matrix products.

    Args:
        images: (N, C, H, W), float32.
        height: Height of the result in pixels.
        width: Width of the result in pixels.

    Returns:
        (N, C, height, width), float32; bicubic overshoot is not clipped.
    """
    import torch

    rows = resize_matrix(images.shape[-2], height, images.device)
    columns = resize_matrix(images.shape[-1], width, images.device)
    with torch.autocast(images.device.type, enabled=False):
        return rows @ images.float() @ columns.T


def downsample(images: Tensor, scale: int) -> Tensor:
    """Shrinks a batch whose sides are multiples of the scale.

    Args:
        images: (N, C, H, W), float in [0, 1].
        scale: Factor by which both sides shrink.

    Returns:
        (N, C, H / scale, W / scale); bicubic overshoot is not clipped.

    Raises:
        ShapeError: when a side is not a multiple of the scale.
    """
    if images.shape[-2] % scale or images.shape[-1] % scale:
        raise ShapeError(
            f"images: expected sides that are multiples of {scale}, "
            f"got {images.shape[-2]} x {images.shape[-1]}"
        )
    return resize(images, images.shape[-2] // scale, images.shape[-1] // scale)


def upsample(images: Tensor, scale: int) -> Tensor:
    """Enlarges a batch, the baseline of every table.

    Args:
        images: (N, C, H, W), float in [0, 1].
        scale: Factor by which both sides grow.

    Returns:
        (N, C, scale * H, scale * W); bicubic overshoot is not clipped.
    """
    return resize(images, images.shape[-2] * scale, images.shape[-1] * scale)


def quantise(images: Tensor) -> Tensor:
    """Rounds to the 256 levels that a file can hold.

    Args:
        images: Any shape, float, nominally in [0, 1].

    Returns:
        The same shape, clipped to [0, 1], every value a multiple of 1/255.
    """
    return (images * 255).round().clamp(0, 255) / 255


def resize_uint8(rgb: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resizes one image of any size in float64 and rounds once at the end.

    Args:
        rgb: (H, W, 3), uint8.
        height: Height of the result in pixels.
        width: Width of the result in pixels.

    Returns:
        (height, width, 3), uint8.
    """
    resized = rgb.astype(np.float64)
    for axis, length in ((0, height), (1, width)):
        indices, weights = resize_taps(resized.shape[axis], length)
        resized = np.moveaxis(resized, axis, 0)
        total = np.zeros((length, *resized.shape[1:]))
        for tap in range(indices.shape[1]):
            total += weights[:, tap, None, None] * resized[indices[:, tap]]
        resized = np.moveaxis(total, 0, axis)
    return np.floor(resized + 0.5).clip(0, 255).astype(np.uint8)


def crop_to_multiple(rgb: np.ndarray, scale: int) -> np.ndarray:
    """Cuts the right and bottom edges so that both sides divide by the scale.

    Args:
        rgb: (H, W, 3).
        scale: What the sides must be a multiple of.

    Returns:
        (H', W', 3), a view.
    """
    height, width = (side - side % scale for side in rgb.shape[:2])
    return rgb[:height, :width]


def downsample_uint8(rgb: np.ndarray, scale: int) -> np.ndarray:
    """Makes the 8-bit LR image of an HR image.

    Args:
        rgb: (H, W, 3), uint8; sides that the scale does not divide are cropped first.
        scale: Factor by which both sides shrink.

    Returns:
        (H // scale, W // scale, 3), uint8.
    """
    cropped = crop_to_multiple(rgb, scale)
    return resize_uint8(cropped, cropped.shape[0] // scale, cropped.shape[1] // scale)


def upsample_uint8(rgb: np.ndarray, scale: int) -> np.ndarray:
    """Makes the bicubic baseline of an 8-bit LR image.

    Args:
        rgb: (H, W, 3), uint8.
        scale: Factor by which both sides grow.

    Returns:
        (scale * H, scale * W, 3), uint8.
    """
    return resize_uint8(rgb, rgb.shape[0] * scale, rgb.shape[1] * scale)
