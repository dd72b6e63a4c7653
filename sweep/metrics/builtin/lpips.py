"""Learned perceptual image patch similarity on features of AlexNet or VGG-16."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from sweep.metrics.declaration import WHOLE_IMAGE, Load, Measure, Metric
from sweep.metrics.weight_files import NetworkWeights, PackagedFile

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from sweep.metrics.inputs import Rgb

KEPT_BYTES = 256 * 2**20
"""Memory for the features of references: with AlexNet about 40 photographs of 480 x 320."""

TrunkName = Literal["alex", "vgg"]


@dataclass(frozen=True)
class Trunk:
    """A network whose features are compared.

    Attributes:
        weights: Its weights, by its name in torchvision.
        heads: The calibrated linear layers, in the installed package.
        cuts: Its layers, counted as torchvision's `features`, behind which features are compared.
        smallest_side: Pixels below which its last pooling has nothing left to pool.
    """

    weights: NetworkWeights
    heads: PackagedFile
    cuts: tuple[int, ...]
    smallest_side: int


def _trunk(name: str, architecture: str, cuts: tuple[int, ...], smallest_side: int) -> Trunk:
    heads = PackagedFile(f"lpips v0.1 {name}.pth", "lpips", f"weights/v0.1/{name}.pth")
    return Trunk(NetworkWeights(architecture), heads, cuts, smallest_side)


TRUNKS: Mapping[TrunkName, Trunk] = MappingProxyType(
    {
        "alex": _trunk("alex", "alexnet", (2, 5, 8, 10, 12), 31),
        "vgg": _trunk("vgg", "vgg16", (4, 9, 16, 23, 30), 16),
    }
)
"""By the names that the package lpips gives them."""


class Lpips:
    """LPIPS 0.1, loaded once and called per image.

    A grid compares many restored images with the same few references, so the features of the first
    references are kept, up to `KEPT_BYTES`; values are those without it, bit for bit.

    Raises:
        WeightsError: when the trunk's weights can be had from nowhere.

    Source: Zhang, Isola, Efros, Shechtman, Wang 2018; the authors' package `lpips`.
    """

    def __init__(self, device: str | torch.device = "cpu", trunk: TrunkName = "alex") -> None:
        import torch

        from sweep.metrics.lpips_network import LpipsNetwork

        self.device = torch.device(device)
        self.smallest_side = TRUNKS[trunk].smallest_side
        self._network = LpipsNetwork(TRUNKS[trunk]).to(self.device)
        self._kept: dict[bytes, list[Tensor]] = {}
        self._kept_bytes = 0

    def __call__(self, sr: Rgb, hr: Rgb) -> float:
        """Distance between two whole images, (H, W, 3), uint8; lower is better, 0 for equal ones.

        Raises:
            ShapeError: when shapes differ or a side is shorter than 31 px (VGG-16: 16 px).
        """
        import torch

        from sweep.metrics.inputs import check_pair

        check_pair(sr, hr, smallest=self.smallest_side)
        # TF32 convolutions would move the fourth digit on recent GPUs.
        with (
            torch.inference_mode(),
            torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False),
        ):
            features = self._network.features(self._signed(sr))
            return float(self._network.distance(features, self._reference(hr)))

    def _reference(self, hr: Rgb) -> list[Tensor]:
        """Features of a reference, out of the kept ones if it was seen before."""
        key = hashlib.sha256(hr.tobytes()).digest() + bytes(str(hr.shape), "ascii")
        if key in self._kept:
            return self._kept[key]
        features = self._network.features(self._signed(hr))
        size = sum(layer.numel() * layer.element_size() for layer in features)
        # Methods come one after the other: making room would drop what comes next.
        if self._kept_bytes + size <= KEPT_BYTES:
            self._kept[key] = features
            self._kept_bytes += size
        return features

    def _signed(self, rgb: Rgb) -> Tensor:
        """Maps (H, W, 3) in 0..255 to (1, 3, H, W) in [-1, 1]."""
        import numpy as np
        import torch

        pixels = torch.tensor(np.ascontiguousarray(rgb)).to(self.device)
        return pixels.permute(2, 0, 1)[None].float() / 127.5 - 1


def _load(trunk: TrunkName) -> Load:
    def load(device: str, crop_border: int) -> Measure:
        metric = Lpips(device, trunk)
        return lambda sr, hr, image: metric(sr, hr)

    return load


def _metric(trunk: TrunkName, column: str, network: str, rank: int, by_default: bool) -> Metric:
    return Metric(
        column=column,
        group="lpips" if by_default else column,
        label=f"LPIPS ({network})",
        kind="distortion",
        reference="full",
        higher_is_better=False,
        value_range="0 to about 1, 0 for equal images",
        channel="RGB in [-1, 1]",
        border=WHOLE_IMAGE,
        source=f"Zhang, Isola, Efros, Shechtman, Wang 2018; package lpips, version 0.1, {network}",
        libraries=("lpips", "torch"),
        weights=(TRUNKS[trunk].weights, TRUNKS[trunk].heads),
        load=_load(trunk),
        rank=rank,
        by_default=by_default,
    )


METRICS = (
    _metric("alex", "lpips_alex", "AlexNet", rank=4, by_default=True),
    _metric("vgg", "lpips_vgg", "VGG-16", rank=7, by_default=False),
)
