"""Runs a stranger's network on 8-bit images, and refuses what is no restored image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from srgan_core.errors import ShapeError
from sweep.metrics.inputs import Rgb

if TYPE_CHECKING:
    from torch import Tensor

Network = Callable[["Tensor"], "Tensor"]
"""Maps (1, 3, H, W), float32 in [0, 1], to (1, 3, scale H, scale W) in [0, 1]."""

PROBE_SIDE = 32
"""Of the picture that networks are tried on; a multiple of what they may ask for."""


def restore_window(network: Network, lr: Rgb, scale: int, device: str) -> Rgb:
    """Restores one image and rounds it to 8 bits.

    Args:
        network: On the device.
        lr: (H, W, 3), uint8.
        scale: The magnification that it must have.
        device: Where the network is.

    Returns:
        (scale * H, scale * W, 3), uint8.

    Raises:
        ShapeError: when the network fails, or its output has another shape or is not finite.
    """
    import numpy as np
    import torch

    pixels = torch.from_numpy(np.array(lr)).to(device).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        try:
            restored = image_among(network(pixels), pixels, scale)[0].float()
        except RuntimeError as error:
            # TorchScript's message is a trace that ends with the cause.
            cause = str(error).strip().splitlines()[-1]
            raise ShapeError(f"the generator failed on an image of {lr.shape}: {cause}") from None
    levels = (restored * 255).round().clamp(0, 255).to(torch.uint8)
    eight_bit: Rgb = levels.permute(1, 2, 0).cpu().numpy()
    return eight_bit


def image_among(output: object, lr: Tensor, scale: int) -> Tensor:
    """Picks the restored image out of what a network gave.

    Args:
        output: A tensor, or a tuple, list or dictionary of tensors.
        lr: What it was given, (1, 3, H, W).
        scale: The magnification that it must have.

    Returns:
        The one tensor of shape (1, 3, scale H, scale W).

    Raises:
        ShapeError: when there is none, or more than one, or it is not finite.
    """
    import torch

    expected = (1, 3, lr.shape[2] * scale, lr.shape[3] * scale)
    values = list(output.values()) if isinstance(output, Mapping) else output
    candidates = values if isinstance(values, (tuple, list)) else [values]
    tensors = [value for value in candidates if isinstance(value, torch.Tensor)]
    images = [tensor for tensor in tensors if tuple(tensor.shape) == expected]
    if len(images) != 1:
        got = " and ".join(str(tuple(tensor.shape)) for tensor in tensors) or type(output).__name__
        raise ShapeError(
            f"the generator's output: expected {expected}, got {got}; "
            f"{_remedy(tensors, lr, len(images))}"
        )
    if not bool(torch.isfinite(images[0]).all()):
        raise ShapeError("the generator's output: expected finite numbers, got nan or inf")
    return images[0]


def _remedy(tensors: list[Tensor], lr: Tensor, images: int) -> str:
    """What helps: the option that names another scale, if that is all that is wrong."""
    if images > 1:
        return "save a program that gives the restored image alone"
    if len(tensors) == 1 and tensors[0].ndim == 4:
        count, channels, height, width = tensors[0].shape
        factor = height // lr.shape[2]
        sizes = (factor * lr.shape[2], factor * lr.shape[3])
        if (count, channels, height, width) == (1, 3, *sizes) and factor > 0:
            return f"give --scale {factor}"
    return "save a program that gives one image of three channels, magnified by the scale"


def difference_from_input(network: Network, scale: int, device: str) -> float | None:
    """How far a network's picture of smooth colours is from the picture itself.

    Returns:
        Root of the mean square over pixels, 0 to 1, each of the network's averaged over its
        `scale` x `scale` pixels; None when it fails on this picture.
    """
    import torch

    probe = probe_picture(device)
    with torch.inference_mode():
        try:
            restored = image_among(network(probe), probe, scale)
        except (RuntimeError, ShapeError):
            return None
        return distance(restored, probe, scale)


def probe_picture(device: str) -> Tensor:
    """Colours that go from black to white in each channel, (1, 3, 32, 32), in [0, 1]."""
    import torch

    ramp = torch.linspace(0, 1, PROBE_SIDE, device=device)
    across, down = ramp.expand(PROBE_SIDE, -1), ramp[:, None].expand(-1, PROBE_SIDE)
    return torch.stack([across, down, (across + down) / 2])[None]


def distance(restored: Tensor, lr: Tensor, scale: int) -> float:
    """Root mean square between the LR image and the restored one, made smaller by averaging."""
    from torch.nn import functional

    smaller = functional.avg_pool2d(restored.float(), scale)
    return float((smaller - lr).square().mean().sqrt())
