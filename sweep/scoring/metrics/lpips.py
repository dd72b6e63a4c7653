"""Learned perceptual image patch similarity on AlexNet features."""

from __future__ import annotations

import warnings
from pathlib import Path

import lpips
import numpy as np
import torch
from torch import Tensor, nn

from srgan_core.weights import resolve_weights
from sweep.scoring.metrics.inputs import Rgb, check_pair

HEADS = Path(lpips.__file__).parent / "weights" / "v0.1" / "alex.pth"
"""The calibrated linear layers, a file of the installed package."""

SMALLEST_SIDE = 31
"""Pixels below which AlexNet's second pooling has nothing left to pool."""


class Lpips:
    """LPIPS 0.1 with AlexNet, loaded once and called per image.

    Args:
        device: Where the network runs.

    Raises:
        WeightsError: when AlexNet's weights can be had from nowhere.

    Source: Zhang, Isola, Efros, Shechtman, Wang 2018; the authors' package `lpips`.
    """

    def __init__(self, device: str | torch.device = "cpu") -> None:
        self.device = torch.device(device)
        self._network = build_network().to(self.device)

    def __call__(self, sr: Rgb, hr: Rgb) -> float:
        """Distance between two whole images.

        Args:
            sr: Restored image, (H, W, 3), uint8.
            hr: Reference, same shape.

        Returns:
            Distance, lower is better; 0 for identical images.

        Raises:
            ShapeError: when shapes differ or a side is shorter than 31 px.
        """
        check_pair(sr, hr, smallest=SMALLEST_SIDE)
        # TF32 convolutions would move the fourth digit on recent GPUs.
        with (
            torch.inference_mode(),
            torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False),
        ):
            return float(self._network(self._signed(sr), self._signed(hr)))

    def _signed(self, rgb: Rgb) -> Tensor:
        """Maps (H, W, 3) in 0..255 to (1, 3, H, W) in [-1, 1]."""
        pixels = torch.tensor(np.ascontiguousarray(rgb)).to(self.device)
        return pixels.permute(2, 0, 1)[None].float() / 127.5 - 1


def build_network() -> nn.Module:
    """LPIPS with trunk weights from the resolver and heads from the installed package.

    The package itself would download the trunk through torchvision, so it is told to leave it
    random and the weights are put in afterwards. The caller's random state stays untouched.

    Returns:
        The network in evaluation mode, on the CPU.

    Raises:
        WeightsError: when AlexNet's weights can be had from nowhere.
    """
    state = resolve_weights("alexnet").state
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        # torchvision deprecates the keyword by which lpips asks for random weights.
        warnings.simplefilter("ignore", UserWarning)
        network: nn.Module = lpips.LPIPS(
            net="alex", version="0.1", pnet_rand=True, model_path=str(HEADS), verbose=False
        )
    trunk = network.get_submodule("net")
    trunk.load_state_dict({key: state[_torchvision_key(key)] for key in trunk.state_dict()})
    return network.requires_grad_(False)


def _torchvision_key(key: str) -> str:
    """`slice2.3.weight` in lpips is `features.3.weight` in torchvision."""
    return f"features.{key.partition('.')[2]}"
