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
from torch.nn import functional

ARRANGED_TYPES = (torch.float32, torch.bfloat16)
"""Types in which oneDNN convolves on a CPU."""


class FrozenConvolution(nn.Conv2d):
    """A convolution of stride 1 that keeps the height and the width, without weight gradients.

    The same values, gradients, parameters and names as `torch.nn.Conv2d` with half the kernel as
    padding, bit for bit where oneDNN computes both.

    Args:
        convolution: Whose sizes it has; its weights are not taken over.
        rectifies: Whether a ReLU follows, which oneDNN does in the same pass.
    """

    def __init__(self, convolution: nn.Conv2d, rectifies: bool = False) -> None:
        super().__init__(
            convolution.in_channels,
            convolution.out_channels,
            convolution.kernel_size[0],
            padding=convolution.kernel_size[0] // 2,
            device="meta",
        )
        self.requires_grad_(False)
        self.rectifies = rectifies
        self._arranged: tuple[Any, _Arranged] | None = None
        self._cast: tuple[Any, Tensor, Tensor | None] | None = None

    def forward(self, features: Tensor) -> Tensor:
        """Maps (N, C_in, H, W) to (N, C_out, H, W); gradients reach the features alone."""
        device = features.device.type
        if torch.is_autocast_enabled(device):
            features = features.to(torch.get_autocast_dtype(device))
        if _is_arrangeable(features):
            key = (features.shape, features.dtype, self.weight.data_ptr())
            if self._arranged is None or self._arranged[0] != key:
                self._arranged = (key, _Arranged(self, features))
            return _ArrangedConvolution.apply(features, self._arranged[1])  # type: ignore[no-any-return]
        made: Tensor = self._conv_forward(features, *self._cast_to(features.dtype))
        return functional.relu(made, inplace=True) if self.rectifies else made

    def _cast_to(self, dtype: torch.dtype) -> tuple[Tensor, Tensor | None]:
        key = (dtype, self.weight.data_ptr())
        if self._cast is None or self._cast[0] != key:
            self._cast = (key, self.weight.to(dtype), _cast(self.bias, dtype))
        return self._cast[1:]


class _Arranged:
    """Weights as oneDNN wants them for maps of one size."""

    def __init__(self, convolution: FrozenConvolution, features: Tensor) -> None:
        self.sizes, self.type, self.weight = features.shape, features.dtype, convolution.weight
        self.rectifies = convolution.rectifies
        self.padding = [side // 2 for side in self.weight.shape[2:]]
        self.bias = _cast(convolution.bias, self.type)
        self.forwards = self._arrange(self.weight)
        self.backwards: Tensor | None = None

    def convolve(self, features: Tensor) -> Tensor:
        then = "relu" if self.rectifies else "none"
        return self._convolve(features, self.forwards, self.bias, then)

    def convolve_back(self, gradient: Tensor) -> Tensor:
        """The gradient of the features: the convolution with the kernel turned round."""
        if self.backwards is None:
            self.backwards = self._arrange(self.weight.flip(2, 3).transpose(0, 1))
        return self._convolve(gradient, self.backwards, None, "none")

    def _arrange(self, weight: Tensor) -> Tensor:
        sizes = (self.sizes[0], weight.shape[1], *self.sizes[2:])
        arrange: Callable[..., Tensor] = torch._C._nn.mkldnn_reorder_conv2d_weight
        plain = weight.to(self.type).contiguous().to_mkldnn()
        return arrange(plain, self.padding, [1, 1], [1, 1], 1, sizes)

    def _convolve(self, maps: Tensor, weight: Tensor, bias: Tensor | None, then: str) -> Tensor:
        convolve: Callable[..., Tensor] = torch.ops.mkldnn._convolution_pointwise
        ones = [1, 1]
        return convolve(maps, weight, bias, self.padding, ones, ones, 1, then, [], "")


class _ArrangedConvolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, arranged: _Arranged) -> Tensor:
        ctx.arranged = arranged
        made = arranged.convolve(features)
        if arranged.rectifies:
            ctx.save_for_backward(made)
        return made

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient,) = gradients
        if ctx.arranged.rectifies:
            (made,) = ctx.saved_tensors
            gradient = torch.ops.aten.threshold_backward(gradient, made, 0)
        return ctx.arranged.convolve_back(gradient), None


def _cast(bias: Tensor | None, dtype: torch.dtype) -> Tensor | None:
    return None if bias is None else bias.to(dtype)


def _is_arrangeable(features: Tensor) -> bool:
    if features.device.type != "cpu" or features.dtype not in ARRANGED_TYPES:
        return False
    if not hasattr(torch.ops.mkldnn, "_convolution_pointwise"):
        return False
    return features.dtype == torch.float32 or torch.ops.mkldnn._is_mkldnn_bf16_supported()
