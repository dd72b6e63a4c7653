"""Features of the patches of an image, for distances between sets of images."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from srgan_core.vgg import IMAGENET_MEAN, IMAGENET_STD
from srgan_core.weights import resolve_weights
from srgan_core.weights.catalogue import feature_layers, select_features
from sweep.metrics.inputs import Rgb, check_image, cut_border
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

    Args:
        device: Where the network runs.

    Raises:
        WeightsError: when AlexNet's weights can be had from nowhere.
    """

    def __init__(self, device: str | torch.device = "cpu") -> None:
        self.device = torch.device(device)
        layers = feature_layers("alexnet")[:STOP]
        state = select_features(resolve_weights("alexnet").state, layers, "AlexNet")
        layers.load_state_dict(
            {key.removeprefix("features."): tensor for key, tensor in state.items()}, assign=True
        )
        self._layers = layers.eval().requires_grad_(False).to(self.device)
        self._mean, self._std = (
            torch.tensor(values, device=self.device).view(1, 3, 1, 1)
            for values in (IMAGENET_MEAN, IMAGENET_STD)
        )

    def __call__(self, image: Rgb, crop_border: int) -> Matrix:
        """Describes every whole patch of an image.

        Args:
            image: (H, W, 3), uint8.
            crop_border: Pixels cut from each side first; by convention the scale.

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
