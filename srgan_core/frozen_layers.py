"""A convolution whose weights never change, as those of pretrained features do.

Under autocast PyTorch casts such weights in every call, and oneDNN arranges them anew in every
call. Where the maps are small, as behind the last poolings of a VGG network, both take longer than
the convolution. Here each is done once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

ARRANGED_TYPES = (torch.float32, torch.bfloat16)
"""Types in which oneDNN convolves on a CPU."""


class FrozenConvolution(nn.Conv2d):
    """A convolution of stride 1 that keeps the height and the width, without weight gradients.

    The same values, gradients, parameters and names as `torch.nn.Conv2d` with half the kernel as
    padding, bit for bit where oneDNN computes both.

    Args:
        convolution: Whose sizes it has; its weights are not taken over.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__(
            convolution.in_channels,
            convolution.out_channels,
            convolution.kernel_size[0],
            padding=convolution.kernel_size[0] // 2,
            device="meta",
        )
        self.requires_grad_(False)
        self._arranged: tuple[Any, _Arranged] | None = None

    def forward(self, features: Tensor) -> Tensor:
        """Maps (N, C_in, H, W) to (N, C_out, H, W); gradients reach the features alone."""
        device = features.device.type
        if torch.is_autocast_enabled(device):
            features = features.to(torch.get_autocast_dtype(device))
        if not _is_arrangeable(features):
            bias = _cast(self.bias, features.dtype)
            made: Tensor = self._conv_forward(features, self.weight.to(features.dtype), bias)
            return made
        key = (features.shape, features.dtype, self.weight.data_ptr())
        if self._arranged is None or self._arranged[0] != key:
            self._arranged = (key, _Arranged(self.weight, self.bias, features))
        return _ArrangedConvolution.apply(features, self._arranged[1])  # type: ignore[no-any-return]


class _Arranged:
    """Weights as oneDNN wants them for maps of one size."""

    def __init__(self, weight: Tensor, bias: Tensor | None, features: Tensor) -> None:
        self.sizes, self.type = features.shape, features.dtype
        self.weight, self.padding = weight, [side // 2 for side in weight.shape[2:]]
        self.bias = _cast(bias, self.type)
        self.forwards = self._arrange(weight)
        self.backwards: Tensor | None = None

    def convolve(self, features: Tensor) -> Tensor:
        return self._convolve(features, self.forwards, self.bias)

    def convolve_back(self, gradient: Tensor) -> Tensor:
        """The gradient of the features: the convolution with the kernel turned round."""
        if self.backwards is None:
            self.backwards = self._arrange(self.weight.flip(2, 3).transpose(0, 1))
        return self._convolve(gradient, self.backwards, None)

    def _arrange(self, weight: Tensor) -> Tensor:
        sizes = (self.sizes[0], weight.shape[1], *self.sizes[2:])
        arrange: Callable[..., Tensor] = torch._C._nn.mkldnn_reorder_conv2d_weight
        plain = weight.to(self.type).contiguous().to_mkldnn()
        return arrange(plain, self.padding, [1, 1], [1, 1], 1, sizes)

    def _convolve(self, maps: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        convolve: Callable[..., Tensor] = torch.ops.mkldnn._convolution_pointwise
        ones = [1, 1]
        return convolve(maps, weight, bias, self.padding, ones, ones, 1, "none", [], "")


class _ArrangedConvolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, arranged: _Arranged) -> Tensor:
        ctx.arranged = arranged
        return arranged.convolve(features)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient,) = gradients
        return ctx.arranged.convolve_back(gradient), None


def _cast(bias: Tensor | None, dtype: torch.dtype) -> Tensor | None:
    return None if bias is None else bias.to(dtype)


def _is_arrangeable(features: Tensor) -> bool:
    if features.device.type != "cpu" or features.dtype not in ARRANGED_TYPES:
        return False
    if not hasattr(torch.ops.mkldnn, "_convolution_pointwise"):
        return False
    return features.dtype == torch.float32 or torch.ops.mkldnn._is_mkldnn_bf16_supported()
