"""Content losses by name, and where each cuts its network. Imports no torch.

Source: Ledig et al., CVPR 2017, equation 5: phi_ij is the feature map after the activation
of the j-th convolution before the i-th pooling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from srgan_core.errors import ConfigError, unknown_name


@dataclass(frozen=True)
class FeatureCut:
    """Where a network is cut to give features.

    Attributes:
        architecture: Name of the network, as torchvision's.
        stop: Layers `features[:stop]` are kept; the last of them is a ReLU.
    """

    architecture: str
    stop: int


FEATURE_CUTS: Mapping[str, FeatureCut] = MappingProxyType(
    {
        "vgg22": FeatureCut("vgg19", 9),
        "vgg54": FeatureCut("vgg19", 36),
        "vgg16-22": FeatureCut("vgg16", 9),
        "vgg16-53": FeatureCut("vgg16", 30),
    }
)
"""Every feature space by the name of its content loss."""

CONTENT_LOSSES = ("mse", *FEATURE_CUTS)
"""Names of content losses; `mse` compares pixels alone."""


def feature_cut(name: str) -> FeatureCut:
    """Looks up a key of `FEATURE_CUTS`.

    Raises:
        ConfigError: when the name is not a feature space.
    """
    if name not in FEATURE_CUTS:
        raise ConfigError(unknown_name("feature space", name, FEATURE_CUTS))
    return FEATURE_CUTS[name]
