"""How layers are computed: some in less time than their textbook forms take; and in which type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional


class _SharedSlopeRectifier(torch.autograd.Function):
    """PReLU of one slope; PyTorch's own CPU kernel reduces the slope's gradient serially."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, slope: Tensor) -> Tensor:
        ctx.slope = slope.item()
        ctx.save_for_backward(features)
        return functional.leaky_relu(features, ctx.slope)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None]:
        (gradient,) = gradients
        (features,) = ctx.saved_tensors
        to_features = torch.ops.aten.leaky_relu_backward(gradient, features, ctx.slope, False)
        to_slope = None
        if ctx.needs_input_grad[1]:
            product = gradient * features.clamp(max=0)
            wide = torch.promote_types(product.dtype, torch.float32)
            to_slope = product.sum(dtype=wide).reshape(1)
        return to_features, to_slope


class SharedPReLU(nn.PReLU):
    """PReLU with one slope for all channels.

    The same function, parameter and name as `torch.nn.PReLU()`; while training on a CPU its
    backward pass does not reduce the slope gradient serially.
    """

    def forward(self, features: Tensor) -> Tensor:
        """Maps any shape to the same shape."""
        if features.device.type == "cpu" and torch.is_grad_enabled() and not _exporting():
            return _SharedSlopeRectifier.apply(features, self.weight)  # type: ignore[no-any-return]
        return super().forward(features)


def _exporting() -> bool:
    tracing: bool = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    return tracing or torch.compiler.is_compiling()


class _CancelledBias(torch.autograd.Function):
    """Features as they are; the bias that was left out of them gets the gradient 0."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(bias)
        return features.view_as(features)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        (bias,) = ctx.saved_tensors
        return gradients[0], torch.zeros_like(bias)


def normalised(features: Tensor, convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> Tensor:
    """Batch normalisation of a convolution's output.

    With the statistics of the batch, BatchNorm takes the convolution's bias away again, so that its
    gradient is 0 but for rounding. On a GPU of CUDA adding the bias and summing up its gradient
    take as long as the convolution does. There it is left out, and the running mean alone has it.

    Args:
        features: (N, C_in, H, W).
        convolution: With a bias.
        norm: BatchNorm of its output channels.

    Returns:
        (N, C_out, H', W').
    """
    bias, mean, momentum = convolution.bias, norm.running_mean, norm.momentum
    textbook = not (norm.training and _on_cuda(features))
    if textbook or bias is None or mean is None or momentum is None:
        normal: Tensor = norm(convolution(features))
        return normal
    maps = convolution._conv_forward(features, convolution.weight, None)
    made: Tensor = norm(_CancelledBias.apply(maps, bias))
    # As data, for BatchNorm too changes the mean behind the back of the gradients, which need none.
    mean.data.add_(bias.data, alpha=momentum)
    return made


def through(layers: Iterable[nn.Module], features: Tensor) -> Tensor:
    """Maps features through layers in order, convolutions with their BatchNorm as `normalised`."""
    convolution: nn.Conv2d | None = None
    for layer in layers:
        if convolution is not None and isinstance(layer, nn.BatchNorm2d):
            features, convolution = normalised(features, convolution, layer), None
            continue
        if convolution is not None:
            features, convolution = convolution(features), None
        if isinstance(layer, nn.Conv2d):
            convolution = layer
        else:
            features = layer(features)
    return features if convolution is None else convolution(features)


def shuffled(features: Tensor) -> Tensor:
    """`pixel_shuffle(features, 2)`; on a GPU of CUDA in the layout that convolutions like.

    Args:
        features: (N, 4 C, H, W).

    Returns:
        (N, C, 2 H, 2 W).
    """
    if not _on_cuda(features):
        return functional.pixel_shuffle(features, 2)
    number, channels, height, width = features.shape
    pixels = features.permute(0, 2, 3, 1).reshape(number, height, width, channels // 4, 2, 2)
    rows = pixels.permute(0, 1, 4, 2, 5, 3).reshape(number, 2 * height, 2 * width, channels // 4)
    return rows.permute(0, 3, 1, 2)


def _on_cuda(features: Tensor) -> bool:
    return features.is_cuda


def phase_kernel(kernel: Tensor) -> Tensor:
    """Rewrites a convolution after a pixel shuffle as one before it.

    `conv(pixel_shuffle(x, 2), kernel)` equals `pixel_shuffle(conv(x, phase_kernel(kernel)), 2)`
    up to rounding. Three output channels fill a matrix unit badly; the twelve of the rewritten
    convolution fill it well, and the large shuffled tensor is never made.

    Args:
        kernel: (C_out, C_in, K, K) with K = 4 m + 1, used with padding 2 m.

    Returns:
        (4 C_out, 4 C_in, 2 m + 1, 2 m + 1), used with padding m; channels are ordered as
        `torch.nn.functional.pixel_shuffle` orders them.
    """
    outputs, inputs, size, _ = kernel.shape
    taps = (size + 1) // 2
    shifted = [
        functional.pad(kernel, (column, 1 - column, row, 1 - row))
        for row in (0, 1)
        for column in (0, 1)
    ]
    blocks = torch.stack(shifted, dim=1).reshape(4 * outputs, inputs, taps, 2, taps, 2)
    return blocks.permute(0, 1, 3, 5, 2, 4).reshape(4 * outputs, 4 * inputs, taps, taps)


def convolve_shuffled(features: Tensor, convolution: nn.Conv2d) -> Tensor:
    """Applies a convolution to `pixel_shuffle(features, 2)` without shuffling the features.

    Args:
        features: (N, 4 C, H, W), the input of the pixel shuffle.
        convolution: A 9x9 convolution of C channels with padding 4.

    Returns:
        (N, C_out, 2 H, 2 W).
    """
    kernel = phase_kernel(convolution.weight).contiguous(memory_format=torch.channels_last)
    bias = None if convolution.bias is None else convolution.bias.repeat_interleave(4)
    phases = functional.conv2d(features, kernel, bias, padding=kernel.shape[-1] // 2)
    return shuffled(phases)


def autocast(tensor: Tensor, precision: torch.dtype) -> torch.autocast:
    """Computes convolutions and products where a tensor is in a precision.

    Args:
        tensor: Names the device.
        precision: float32 leaves everything as it is.

    Returns:
        The context.
    """
    return torch.autocast(tensor.device.type, precision, enabled=precision != torch.float32)
