"""What is known of each architecture: its published file and its layers.

Names, addresses and layers are torchvision's, and tests hold them against it. It is not imported:
that takes longer than everything else a sweep does before it trains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from srgan_core.errors import ConfigError, WeightsError, unknown_name

if TYPE_CHECKING:
    from torch import Tensor, nn

ARCHITECTURES = ("alexnet", "vgg16", "vgg19")
"""Networks whose convolutions can be resolved, by torchvision's names."""

Origin = Literal["hub cache", "download", "package index", "Hugging Face"]
"""Where weights came from, as users are told."""

PREFIX = "features."
"""Begins the name of every convolution tensor in torchvision's files."""

_ADDRESS = "https://download.pytorch.org/models/"
_FILES = {
    "alexnet": "alexnet-owt-7be5be79.pth",
    "vgg16": "vgg16-397923af.pth",
    "vgg19": "vgg19-dcbb9e9d.pth",
}
_VGG_CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""Convolutions before each pooling."""

_VGG_WIDTHS = (64, 128, 256, 512, 512)


@dataclass(frozen=True)
class PublishedFile:
    """A file of weights as somebody publishes it.

    Attributes:
        architecture: One of `ARCHITECTURES`.
        name: The file's name in the folder that it is kept in.
        url: Where it is published.
        digits: The hexadecimal digits that the file's SHA-256 begins with, all 64 where they are
            known.
    """

    architecture: str
    name: str
    url: str
    digits: str


def published_file(architecture: str) -> PublishedFile:
    """Looks up the ImageNet weights that torchvision publishes.

    Raises:
        ConfigError: when the architecture is not one of them.
    """
    _require_known(architecture)
    name = _FILES[architecture]
    digits = name.removesuffix(".pth").rpartition("-")[2]
    return PublishedFile(architecture, name, _ADDRESS + name, digits)


def feature_layers(architecture: str) -> nn.Sequential:
    """Builds the layers of torchvision's `features` without memory for any weight.

    Everything lies on the meta device: nothing is allocated, the random generator is left
    alone, and the caller loads real tensors with `assign=True`.

    Returns:
        The layers, numbered as in torchvision's files.

    Raises:
        ConfigError: when the architecture is not one of them.
    """
    import torch

    _require_known(architecture)
    with torch.device("meta"):
        if architecture in _VGG_CONVOLUTIONS:
            return _vgg_layers(_VGG_CONVOLUTIONS[architecture])
        return _alexnet_layers()


def _vgg_layers(convolutions: Sequence[int]) -> nn.Sequential:
    """Source: Simonyan and Zisserman, ICLR 2015, table 1, columns D and E."""
    from torch import nn

    layers: list[nn.Module] = []
    inputs = 3
    for outputs, count in zip(_VGG_WIDTHS, convolutions, strict=True):
        for _ in range(count):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True)]
            inputs = outputs
        layers.append(nn.MaxPool2d(2, stride=2))
    return nn.Sequential(*layers)


def _alexnet_layers() -> nn.Sequential:
    """Source: Krizhevsky, "One weird trick for parallelizing ...", 2014."""
    from torch import nn

    layers: list[nn.Module] = []
    inputs = 3
    for outputs, size, stride, padding, pooled in (
        (64, 11, 4, 2, True),
        (192, 5, 1, 2, True),
        (384, 3, 1, 1, False),
        (256, 3, 1, 1, False),
        (256, 3, 1, 1, True),
    ):
        layers += [nn.Conv2d(inputs, outputs, size, stride, padding), nn.ReLU(inplace=True)]
        layers += [nn.MaxPool2d(3, stride=2)] if pooled else []
        inputs = outputs
    return nn.Sequential(*layers)


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
    import torch

    selected: dict[str, Tensor] = {}
    for key, expected in layers.state_dict().items():
        name = PREFIX + key
        found = state.get(name)
        if not isinstance(found, torch.Tensor):
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
