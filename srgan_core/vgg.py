"""Features of pretrained VGG networks, in which a content loss compares images.

Source: Ledig et al., CVPR 2017, equation 5: phi_ij is the feature map after the activation
of the j-th convolution before the i-th pooling. Deviation: no rescaling of the features.
Simonyan and Zisserman, ICLR 2015, for the networks; weights and layers are torchvision's.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from srgan_core.errors import ShapeError
from srgan_core.feature_cuts import feature_cut
from srgan_core.frozen_layers import FrozenConvolution
from srgan_core.weights import resolve_weights
from srgan_core.weights.catalogue import feature_layers, select_features

IMAGENET_MEAN = (0.485, 0.456, 0.406)
"""Mean of red, green and blue over ImageNet, images in [0, 1]; torchvision's values."""

IMAGENET_STD = (0.229, 0.224, 0.225)
"""Standard deviation, likewise."""


class VggFeatures(nn.Module):
    """The first layers of a pretrained VGG network, frozen.

    The random generator is not touched, so that building it changes no other network's
    initial weights. The ReLUs work in place, as torchvision's: each overwrites the output
    of the convolution before it, which nothing else refers to, never the input.

    Args:
        name: A key of `FEATURE_CUTS`.
        state: Convolutions by torchvision's names (`features.0.weight`); copied, and those
            behind the cut are ignored.

    Raises:
        ConfigError: when the name is not a feature space.
        WeightsError: when a needed tensor is missing or has another shape.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, name: str, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.name = name
        cut = feature_cut(name)
        self.features = _frozen(feature_layers(cut.architecture)[: cut.stop])
        weights = select_features(state, self.features, f"state for {name}")
        self.load_state_dict(weights, assign=True)
        pools = sum(isinstance(layer, nn.MaxPool2d) for layer in self.features)
        self.smallest_side = 2**pools
        for constant, values in (("mean", IMAGENET_MEAN), ("std", IMAGENET_STD)):
            tensor = torch.tensor(values).view(1, 3, 1, 1)
            self.register_buffer(constant, tensor, persistent=False)
        self.requires_grad_(False)
        self.eval()
        self.to(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> Tensor:
        """Computes features; gradients reach the images, never the weights.

        Args:
            images: (N, 3, H, W), float in [0, 1]; each side at least `smallest_side` px.

        Returns:
            (N, C, H / s, W / s), not negative, with s = `smallest_side`, sizes rounded
            down; in the lower precision when run under autocast.

        Raises:
            ShapeError: when the images have another shape or are too small.
        """
        if images.ndim != 4 or images.shape[1] != 3 or min(images.shape[2:]) < self.smallest_side:
            raise ShapeError(
                f"images for {self.name}: expected (N, 3, H, W) with sides of at least "
                f"{self.smallest_side} px, got {tuple(images.shape)}"
            )
        features: Tensor = self.features((images - self.mean) / self.std)
        return features


def _frozen(layers: nn.Sequential) -> nn.Sequential:
    """The layers without gradients of weights, under the same names; convolutions do their ReLU."""
    made: list[nn.Module] = []
    for layer, following in zip(layers, [*layers[1:], None], strict=True):
        if isinstance(layer, nn.Conv2d):
            made.append(FrozenConvolution(layer, rectifies=isinstance(following, nn.ReLU)))
        elif isinstance(layer, nn.ReLU) and made and isinstance(made[-1], FrozenConvolution):
            made.append(nn.Identity())
        else:
            made.append(layer)
    return nn.Sequential(*made)


def load_features(name: str, device: str | torch.device = "cpu") -> VggFeatures:
    """Builds a feature extractor with resolved pretrained weights.

    Raises:
        ConfigError: when the name is not a feature space.
        WeightsError: when its weights cannot be found.
    """
    weights = resolve_weights(feature_cut(name).architecture)
    return VggFeatures(name, weights.state).to(device)
