"""Finds the pretrained convolution weights of AlexNet, VGG-16 and VGG-19."""

from srgan_core.weights.catalogue import ARCHITECTURES, Origin
from srgan_core.weights.hub import hub_folder
from srgan_core.weights.local import ResolvedWeights
from srgan_core.weights.resolver import (
    WeightsStatus,
    describe_weights,
    fetch_weights,
    resolve_weights,
)

__all__ = [
    "ARCHITECTURES",
    "Origin",
    "ResolvedWeights",
    "WeightsStatus",
    "describe_weights",
    "fetch_weights",
    "hub_folder",
    "resolve_weights",
]
