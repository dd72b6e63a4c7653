"""The natural scene statistics that NIQE compares: 36 numbers for each block of an image.

As the package pyiqa computes them, with every choice of its `niqe` that shows in a score: window
and grid of shapes are float32 numbers, and the image is halved in float32. What costs most there,
a float64 convolution by a general routine, is written as shifted sums here; values agree to the
last few digits of float64.

Source: Mittal, Soundararajan, Bovik, "Making a completely blind image quality analyzer", 2013.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from sweep.metrics.builtin.niqe import BLOCK

SHIFTS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Neighbours, down and right, with which a pixel is multiplied; a block is taken as periodic."""

WINDOW, SIGMA = 7, 7 / 6
"""Side and standard deviation in pixels of the Gaussian window of local means."""

HALVING_TAPS = 8
"""Pixels of which one pixel at half size is the mean: the bicubic kernel, stretched by 2."""


def block_features(luma: Tensor) -> Tensor:
    """Computes the features of every whole block at full and at half size.

    Args:
        luma: (H, W), float64 in [0, 255], whole numbers; at least one block large.

    Returns:
        (blocks, 36), float64; nan where a block is flat.
    """
    rows, columns = (side // BLOCK for side in luma.shape)
    whole = luma[: rows * BLOCK, : columns * BLOCK]
    return torch.cat(
        [
            _features(_normalised(image), BLOCK // shrink)
            for shrink, image in ((1, whole), (2, _halved(whole / 255) * 255))
        ],
        dim=1,
    )


def _features(field: Tensor, side: int) -> Tensor:
    """Fits generalized Gaussians to the blocks of a field, and to products of neighbours."""
    rows, columns = (length // side for length in field.shape)
    blocks = field.view(rows, side, columns, side).transpose(1, 2).reshape(-1, side, side)
    shape, left, right = _fit(blocks)
    features = [shape, (left + right) / 2]
    for shift in SHIFTS:
        shape, left, right = _fit(blocks * torch.roll(blocks, shift, dims=(1, 2)))
        mean = (right - left) * (torch.lgamma(2 / shape) - torch.lgamma(1 / shape)).exp()
        features += [shape, mean, left, right]
    return torch.stack(features, dim=1)


def _fit(blocks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Shape, left and right scale of an asymmetric generalized Gaussian in each block."""
    left, right = (
        (side.square().sum((1, 2)) / (side != 0).sum((1, 2))).sqrt()
        for side in (blocks.clamp(max=0), blocks.clamp(min=0))
    )
    skew = left / right
    ratio = blocks.abs().mean((1, 2)).square() / blocks.square().mean((1, 2))
    ratio = ratio * (skew**3 + 1) * (skew + 1) / (skew.square() + 1).square()
    shapes, borders = _shapes(blocks.device)
    # A block without a left or a right side has no ratio, and by convention the first shape.
    shape = shapes[torch.searchsorted(borders, ratio.nan_to_num(nan=0.0, posinf=0.0))]
    spread = (torch.lgamma(1 / shape) - torch.lgamma(3 / shape)).exp().sqrt()
    return shape, left * spread, right * spread


@lru_cache(maxsize=2)
def _shapes(device: torch.device) -> tuple[Tensor, Tensor]:
    """Shapes 0.2, 0.201 ... 10, and the ratios at which the nearest of them changes."""
    shapes = torch.arange(0.2, 10.001, 0.001).double().to(device)
    one, two, three = (torch.lgamma(number / shapes) for number in (1, 2, 3))
    ratios = (2 * two - (one + three)).exp()
    return shapes, (ratios[1:] + ratios[:-1]) / 2


def _normalised(image: Tensor) -> Tensor:
    """Local mean taken off, divided by the local deviation plus 1; edge pixels are repeated."""
    blurred = _blurred(torch.stack([image, image.square()]))
    mean, square = blurred[0], blurred[1]
    deviation = ((square - mean.square()).abs() + torch.finfo(image.dtype).eps).sqrt()
    normalised: Tensor = (image - mean) / (deviation + 1)
    return normalised


def _blurred(images: Tensor) -> Tensor:
    """Gaussian means of (N, H, W), summed in place: exact zeros where an image is black."""
    height, width = images.shape[1:]
    reach = WINDOW // 2
    padded = functional.pad(images[None], [reach] * 4, mode="replicate")[0]
    columns = [padded[:, :, x : x + width] for x in range(WINDOW)]
    # Opposite columns have the same weights.
    folds = [
        columns[reach],
        *(columns[reach - x] + columns[reach + x] for x in range(1, reach + 1)),
    ]
    blurred = torch.zeros_like(images)
    for y, row in enumerate(_window()):
        for fold, weight in zip(folds, row[reach:], strict=True):
            blurred.add_(fold[:, y : y + height], alpha=weight)
    return blurred


@lru_cache(maxsize=1)
def _window() -> list[list[float]]:
    offsets = torch.arange(WINDOW, dtype=torch.float64) - WINDOW // 2
    line = (-offsets.square() / (2 * SIGMA**2)).exp()
    window = line[:, None] * line
    weights: list[list[float]] = (window / window.sum()).float().double().tolist()
    return weights


def _halved(image: Tensor) -> Tensor:
    """Bicubic at half size with antialiasing, as MATLAB's imresize, in float32; (H, W), even."""
    reach = HALVING_TAPS // 2 - 1
    weights = _halving_weights()
    half = image.float()
    for axis in (0, 1):
        lines = half.movedim(axis, 0)
        lines = torch.cat([lines[:reach].flip(0), lines, lines[-reach:].flip(0)])
        steps = len(lines) - HALVING_TAPS + 1
        taps = (lines[tap : tap + steps : 2] * weight for tap, weight in enumerate(weights))
        half = sum(taps, start=torch.zeros(())).movedim(0, axis)
    return half.to(image.dtype)


@lru_cache(maxsize=1)
def _halving_weights() -> list[float]:
    """Keys' cubic with a = -0.5 at distances of half the taps', scaled to sum to 1."""
    distance = (torch.arange(HALVING_TAPS) - (HALVING_TAPS - 1) / 2).abs() / 2
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    kernel = torch.where(distance <= 1, near, far)
    weights: list[float] = (kernel / kernel.sum()).tolist()
    return weights
