"""What is known of each architecture: its published file and its layers.

Names, addresses and layers all come from torchvision. It is imported inside the functions,
because that import takes longer than everything else here together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

import torch
from torch import Tensor, nn

from srgan_core.errors import ConfigError, WeightsError, unknown_name

ARCHITECTURES = ("alexnet", "vgg16", "vgg19")
"""Networks whose convolutions can be resolved, by torchvision's names."""

Origin = Literal["hub cache", "download", "package index"]
"""Where weights came from, as users are told."""

PREFIX = "features."
"""Begins the name of every convolution tensor in torchvision's files."""

_VGG_CONFIGURATIONS = {"vgg16": "D", "vgg19": "E"}
_DIGITS = re.compile(r"-([0-9a-f]{8,64})\.pth$")


@dataclass(frozen=True)
class PublishedFile:
    """A file of weights as torchvision publishes it.

    Attributes:
        architecture: One of `ARCHITECTURES`.
        name: The file's name, also in the torch hub cache.
        url: Where it is published.
        digits: The hexadecimal digits that the file's SHA-256 begins with.
    """

    architecture: str
    name: str
    url: str
    digits: str


def published_file(architecture: str) -> PublishedFile:
    """Looks up the ImageNet weights that torchvision publishes.

    Args:
        architecture: One of `ARCHITECTURES`.

    Raises:
        ConfigError: when the architecture is not one of them.
    """
    from torchvision.models import get_model_weights

    _require_known(architecture)
    url: str = get_model_weights(architecture)["IMAGENET1K_V1"].url
    name = url.rsplit("/", 1)[-1]
    digits = _DIGITS.search(name)
    if digits is None:
        raise WeightsError(f"{name}: the installed torchvision names it without a checksum")
    return PublishedFile(architecture, name, url, digits.group(1))


def feature_layers(architecture: str) -> nn.Sequential:
    """Builds torchvision's `features` without memory for any weight.

    Everything lies on the meta device: nothing is allocated, the random generator is left
    alone, and the caller loads real tensors with `assign=True`.

    Args:
        architecture: One of `ARCHITECTURES`.

    Returns:
        The layers, numbered as in torchvision's files.

    Raises:
        ConfigError: when the architecture is not one of them.
    """
    from torchvision.models import AlexNet
    from torchvision.models.vgg import cfgs, make_layers

    _require_known(architecture)
    with torch.device("meta"):
        if architecture in _VGG_CONFIGURATIONS:
            layers = make_layers(cfgs[_VGG_CONFIGURATIONS[architecture]])
        else:
            # torchvision has no function that builds AlexNet's features alone.
            layers = AlexNet().features
    return cast(nn.Sequential, layers)


def select_features(
    state: Mapping[str, object], layers: nn.Sequential, source: str
) -> dict[str, Tensor]:
    """Takes the tensors of `layers` out of a state dict and checks them.

    Args:
        state: Tensors under torchvision's names (`features.0.weight`); others are ignored.
        layers: The layers that need them, as from `feature_layers`, possibly fewer.
        source: What to call the state in an error message.

    Returns:
        Copies as float32, so that neither the file nor `state` is referred to any longer.

    Raises:
        WeightsError: when a tensor is missing, is not one, or has another shape.
    """
    selected: dict[str, Tensor] = {}
    for key, expected in layers.state_dict().items():
        name = PREFIX + key
        found = state.get(name)
        if not isinstance(found, Tensor):
            raise WeightsError(f"{source}: tensor {name} is missing; give the file of torchvision")
        if found.shape != expected.shape:
            raise WeightsError(
                f"{source}: {name} must have shape {tuple(expected.shape)}, "
                f"got {tuple(found.shape)}; give the file of torchvision"
            )
        selected[name] = found.detach().to(torch.float32, copy=True)
    return selected


def _require_known(architecture: str) -> None:
    if architecture not in ARCHITECTURES:
        raise ConfigError(unknown_name("architecture", architecture, ARCHITECTURES))
