"""Features of the patches of an image, for distances between sets of images."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from srgan_core.errors import DataError, ShapeError
from srgan_core.vgg import IMAGENET_MEAN, IMAGENET_STD
from srgan_core.weights.pretrained import pretrained_layers
from sweep.metrics.inputs import Rgb, check_image, check_pair, cut_border
from sweep.metrics.patch_distance import Matrix

PATCH = 32
"""Side of a patch in pixels; patches lie side by side, partial ones do not count."""

STOP = 5
"""AlexNet's `features[:5]` end with its second ReLU."""

WIDTH = 192
"""Features of a patch."""


class PatchFeatures:
    """AlexNet's relu2, averaged over patches of 32 x 32 px.

    No content loss trains on AlexNet, so no trial is fitted to the features that judge it; and
    they see 51 px at once, about the size of the textures that an adversary makes.

    Raises:
        WeightsError: when AlexNet's weights can be had from nowhere.
    """

    def __init__(self, device: str | torch.device = "cpu") -> None:
        self.device = torch.device(device)
        self._layers = pretrained_layers("alexnet", STOP).to(self.device)
        self._mean, self._std = (
            torch.tensor(values, device=self.device).view(1, 3, 1, 1)
            for values in (IMAGENET_MEAN, IMAGENET_STD)
        )

    def __call__(self, image: Rgb, crop_border: int) -> Matrix:
        """Describes every whole patch of an image, (H, W, 3), uint8, once the border is cut.

        Returns:
            (N, 192), float64, not negative; patches row by row.

        Raises:
            ShapeError: when less than one patch is left after the cut.
        """
        check_image(image, crop_border, smallest=PATCH, name="image")
        inside = cut_border(image, crop_border)
        rows, columns = (side // PATCH for side in inside.shape[:2])
        pixels = np.ascontiguousarray(inside[: rows * PATCH, : columns * PATCH])
        batch = torch.tensor(pixels).to(self.device).permute(2, 0, 1)[None].float() / 255
        with (
            torch.inference_mode(),
            torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False),
        ):
            maps = self._layers((batch - self._mean) / self._std)
            # The maps are a little smaller than an eighth of the image, so bins overlap slightly.
            means = functional.adaptive_avg_pool2d(maps, (rows, columns))
        features: Matrix = means[0].flatten(1).T.double().cpu().numpy()
        return features


@dataclass(frozen=True)
class PatchPairs:
    """Features of all patches of a test set; row i shows the same place on both sides.

    Attributes:
        sr: Of the restored images, (N, 192).
        hr: Of the references, (N, 192).
        images: Which image each row comes from, (N,).
        left_out: Images that hold no whole patch.
    """

    sr: Matrix
    hr: Matrix
    images: NDArray[np.intp]
    left_out: int


class PairedPatches:
    """Describes test sets; keeps the last one, as every distance between sets asks for it."""

    def __init__(self, device: str) -> None:
        self._features = PatchFeatures(device)
        self._last: tuple[bytes, PatchPairs] | None = None

    def __call__(self, pairs: Sequence[tuple[Rgb, Rgb]], crop_border: int) -> PatchPairs:
        """Describes the patches of restored images and their references.

        Raises:
            ShapeError: when a restored image and its reference differ in size.
            DataError: when no image holds a whole patch.
        """
        for sr, hr in pairs:
            check_pair(sr, hr, crop_border)
        key = _digest(pairs, crop_border)
        if self._last is None or self._last[0] != key:
            self._last = key, self._describe(pairs, crop_border)
        return self._last[1]

    def _describe(self, pairs: Sequence[tuple[Rgb, Rgb]], crop_border: int) -> PatchPairs:
        x, y, images = [], [], []
        for index, pair in enumerate(pairs):
            try:
                sr, hr = (self._features(image, crop_border) for image in pair)
            except ShapeError:
                continue
            x.append(sr)
            y.append(hr)
            images.append(np.full(len(sr), index, np.intp))
        if not images:
            raise DataError(
                f"distances between sets: expected an image of {PATCH} px or more on each side, "
                "got none; use larger images"
            )
        left_out = len(pairs) - len(images)
        return PatchPairs(np.concatenate(x), np.concatenate(y), np.concatenate(images), left_out)


load_paired_patches = lru_cache(maxsize=1)(PairedPatches)
"""`PairedPatches` by device; the distances share one network."""


def _digest(pairs: Sequence[tuple[Rgb, Rgb]], crop_border: int) -> bytes:
    hasher = hashlib.sha256(str(crop_border).encode())
    for image in (image for pair in pairs for image in pair):
        hasher.update(str(image.shape).encode() + np.ascontiguousarray(image).tobytes())
    return hasher.digest()
