"""The network of LPIPS 0.1: the layers of a pretrained trunk and weights for their differences.

It computes what the authors' package `lpips` computes, operation by operation. The package itself
imports torchvision, which takes a process as long to start as PyTorch, and would download the
trunk; of it only the file of weights is read.

Source: Zhang, Isola, Efros, Shechtman, Wang, "The unreasonable effectiveness of deep features as a
perceptual metric", CVPR 2018, equation 1.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from srgan_core.weights.pickled_tensors import read_pickled_tensors
from srgan_core.weights.pretrained import pretrained_layers

if TYPE_CHECKING:
    from sweep.metrics.builtin.lpips import Trunk

SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
"""Mean and deviation of red, green and blue in [-1, 1] that the trunks were trained with."""

EPSILON = 1e-10
"""Keeps features that are zero at a position from being divided by their length."""


class LpipsNetwork(nn.Module):
    """Distance between images in the features of a trunk; frozen.

    Args:
        trunk: Which network, where it is cut, and the weights of its channels.

    Raises:
        WeightsError: when the trunk's weights can be had from nowhere.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self, trunk: Trunk) -> None:
        super().__init__()
        layers = pretrained_layers(trunk.weights.name, trunk.cuts[-1])
        self.slices = nn.ModuleList(layers[a:b] for a, b in pairwise((0, *trunk.cuts)))
        for name, values in (("shift", SHIFT), ("scale", SCALE)):
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1))
        heads = read_pickled_tensors(trunk.heads.path())
        for level in range(len(trunk.cuts)):
            self.register_buffer(f"head{level}", heads[f"lin{level}.model.1.weight"])
        self.eval()

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Distances of images, both (N, 3, H, W), float32 in [-1, 1]; (N, 1), not negative."""
        return self.distance(self.features(first), self.features(second))

    def features(self, images: Tensor) -> list[Tensor]:
        """Features of each level, (N, C, H', W'), of unit length at each position."""
        layer = (images - self.shift) / self.scale
        found = []
        for part in self.slices:
            layer = part(layer)
            length = layer.square().sum(dim=1, keepdim=True).sqrt()
            found.append(layer / (length + EPSILON))
        return found

    def distance(self, first: list[Tensor], second: list[Tensor]) -> Tensor:
        """Weighted squared differences, averaged over positions, summed over levels; (N, 1)."""
        levels = [
            functional.conv2d((x - y).square(), self.get_buffer(f"head{level}")).mean((2, 3))
            for level, (x, y) in enumerate(zip(first, second, strict=True))
        ]
        return torch.stack(levels).sum(dim=0)
