"""3x3 convolutions of frozen weights by minimal filtering, for CPUs.

Source: Winograd's F(4x4, 3x3) as Lavin and Gray, "Fast Algorithms for Convolutional Neural
Networks", CVPR 2016, apply it. A tile of 4 x 4 output pixels costs 36 multiplications for each pair
of channels instead of 144, in 36 matrix products. The library behind PyTorch's CPU convolutions
computes them directly, at the machine's peak already, so only fewer operations save time there
(docs/performance.md). Frozen weights are transformed once.

Shapes alone decide which form serves, never a clock, so the same call gives the same bytes. On a
GPU, under autocast and on small work `FrozenConv2d` is `torch.nn.Conv2d`.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

TILE = 4
"""Outputs of a tile along each side; its inputs are 6 along each."""

FEWEST_CHANNELS = 256
"""With fewer output channels the transforms cost about what the products save."""

FEWEST_TILES = 64
"""With fewer tiles in a batch, reading 36 instead of 9 values a pair of channels costs as much."""

CACHED_VALUES = 3 << 19
"""Values of gathered tiles that are worked on at a time: 6 MB in float32, about a core's cache."""


class FrozenConv2d(nn.Conv2d):
    """A 3x3 convolution with padding 1 whose weights no gradient reaches.

    The parameters and names of `torch.nn.Conv2d(inputs, outputs, 3, padding=1)`, and its values and
    gradients but for rounding: in float32 the error of minimal filtering is about five times that
    of the direct form, 2e-6 of the norm. There are no second derivatives. The transformed weights
    take four times the memory of the weights; writing to `weight.data` is not noticed.

    Args:
        inputs: Channels before.
        outputs: Channels after.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3, padding=1)
        self._transformed: _Transformed | None = None

    def forward(self, features: Tensor) -> Tensor:
        """Maps (N, C, H, W) to (N, C_out, H, W); gradients reach the features alone."""
        if not self._is_worthwhile(features):
            return super().forward(features)
        assert self.bias is not None
        channels_last = features.permute(0, 2, 3, 1)
        filtered = _MinimalFilter.apply(channels_last, self._kernel(), self.bias)
        return cast(Tensor, filtered).permute(0, 3, 1, 2)

    def __getstate__(self) -> dict[str, Any]:
        """Leaves the transformed weights out of copies and files; they are made anew."""
        return self.__dict__ | {"_transformed": None}

    def _is_worthwhile(self, features: Tensor) -> bool:
        if features.ndim != 4 or features.dtype not in (torch.float32, torch.float64):
            return False
        if features.device.type != "cpu" or torch.is_autocast_enabled("cpu") or _is_traced():
            return False
        tiles = len(features) * math.prod(_tiles(*features.shape[2:]))
        return self.out_channels >= FEWEST_CHANNELS and tiles >= FEWEST_TILES

    def _kernel(self) -> Tensor:
        """(36, C, C_out), transformed anew when the weights are others."""
        if self._transformed is None or not self._transformed.is_of(self.weight):
            self._transformed = _Transformed(self.weight)
        return self._transformed.kernel


class _Transformed:
    """A layer's transformed weights, with what says whose they are."""

    def __init__(self, weight: Tensor) -> None:
        self._weight, self._identity = weight, _identity(weight)
        # Made while an image is only looked at, they have to serve a training later.
        with torch.inference_mode(False):
            self.kernel = transform_kernel(weight.detach().clone())

    def is_of(self, weight: Tensor) -> bool:
        """Whether they are still those of this weight."""
        return weight is self._weight and _identity(weight) == self._identity


def _identity(weight: Tensor) -> tuple[int, int | None, torch.dtype]:
    # Tensors made in inference mode count no versions; nobody may change them in place either.
    version = None if weight.is_inference() else weight._version
    return weight.data_ptr(), version, weight.dtype


def _is_traced() -> bool:
    tracing: bool = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    return tracing or torch.compiler.is_compiling()


def transform_kernel(kernel: Tensor) -> Tensor:
    """Transforms the weights of a 3x3 convolution for minimal filtering.

    Args:
        kernel: (C_out, C, 3, 3).

    Returns:
        (36, C, C_out), contiguous.
    """
    outputs, inputs = kernel.shape[:2]
    flat = kernel.double().permute(2, 3, 1, 0).reshape(9, -1)
    transformed = torch.kron(_KERNEL, _KERNEL) @ flat
    return transformed.view(36, inputs, outputs).to(kernel.dtype)


class _MinimalFilter(torch.autograd.Function):
    """(N, H, W, C) to (N, H, W, C_out), a few images at a time."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(kernel)
        at_once = _images_at_once(features, kernel)
        parts = [_filter(part, kernel, bias) for part in features.split(at_once)]
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = gradients
        (kernel,) = ctx.saved_tensors
        at_once = _images_at_once(gradient, kernel)
        parts = [_filter_adjoint(part, kernel) for part in gradient.split(at_once)]
        return (parts[0] if len(parts) == 1 else torch.cat(parts)), None, None


def _filter(features: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    count, height, width, channels = features.shape
    down, across = _tiles(height, width)
    below, right = TILE * down + 1 - height, TILE * across + 1 - width
    padded = functional.pad(features, (0, 0, 1, right, 1, below))
    tiles = padded.unfold(1, 6, TILE).unfold(2, 6, TILE).permute(4, 5, 0, 1, 2, 3)
    data, inverse = _transforms(features.dtype)
    products = torch.bmm((data @ tiles.reshape(36, -1)).view(36, -1, channels), kernel)
    outputs = (inverse @ products.view(36, -1)).view(TILE, TILE, count, down, across, -1)
    image = outputs.permute(2, 3, 0, 4, 1, 5).reshape(count, TILE * down, TILE * across, -1)
    return image[:, :height, :width] + bias


def _filter_adjoint(gradient: Tensor, kernel: Tensor) -> Tensor:
    """Back from the output to the input: every step of `_filter` transposed, in reverse."""
    count, height, width, outputs = gradient.shape
    channels = kernel.shape[1]
    down, across = _tiles(height, width)
    below, right = TILE * down - height, TILE * across - width
    padded = functional.pad(gradient, (0, 0, 0, right, 0, below)) if below + right else gradient
    tiles = padded.reshape(count, down, TILE, across, TILE, outputs).permute(2, 4, 0, 1, 3, 5)
    data, inverse = _transforms(gradient.dtype)
    products = (inverse.t() @ tiles.reshape(TILE * TILE, -1)).view(36, -1, outputs)
    back = data.t() @ torch.bmm(products, kernel.transpose(1, 2)).view(36, -1)
    windows = back.view(6, 6, count, down, across, channels).permute(2, 3, 0, 4, 1, 5)
    image = _overlap_add(_overlap_add(windows, 1), 2)
    # What is left of a larger tensor would make the layer before it slow.
    return image[:, 1 : height + 1, 1 : width + 1].contiguous()


def _overlap_add(windows: Tensor, dim: int) -> Tensor:
    """Joins tiles (dim) of 6 values (dim + 1), of which neighbours share two, by adding those."""
    count = windows.shape[dim]
    shape = list(windows.shape)
    shape[dim : dim + 2] = [count + 1, TILE]
    joined = windows.new_empty(shape)
    joined.narrow(dim, 0, count).copy_(windows.narrow(dim + 1, 0, TILE))
    joined.narrow(dim, count, 1).zero_()
    joined.narrow(dim, 1, count).narrow(dim + 1, 0, 2).add_(windows.narrow(dim + 1, TILE, 2))
    return joined.flatten(dim, dim + 1)


def _tiles(height: int, width: int) -> tuple[int, int]:
    return -(-height // TILE), -(-width // TILE)


def _images_at_once(images: Tensor, kernel: Tensor) -> int:
    """So many that their tiles stay in the cache, or that reading the kernel is worth it."""
    down, across = _tiles(*images.shape[1:3])
    values = 36 * down * across * max(kernel.shape[1:])
    return max(1, math.floor(max(CACHED_VALUES, kernel.numel()) / values))


@cache
def _transforms(dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Lavin and Gray's B and A transposed, each on rows and columns at once."""
    data, inverse = (torch.kron(matrix, matrix).to(dtype) for matrix in (_DATA, _INVERSE))
    return data, inverse


_DATA = torch.tensor(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
    dtype=torch.float64,
)
_KERNEL = torch.tensor(
    [[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]],
    dtype=torch.float64,
).div(24)
_INVERSE = torch.tensor(
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
    dtype=torch.float64,
)
