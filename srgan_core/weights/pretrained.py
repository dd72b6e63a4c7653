"""Layers of a pretrained network, ready to run."""

from __future__ import annotations

from torch import nn

from srgan_core.weights.catalogue import PREFIX, feature_layers, select_features
from srgan_core.weights.resolver import resolve_weights


def pretrained_layers(architecture: str, stop: int) -> nn.Sequential:
    """Builds the first layers of torchvision's `features` with resolved weights, frozen.

    torchvision is not imported, and the random generator is not touched.

    Args:
        architecture: One of `ARCHITECTURES`.
        stop: How many layers to keep.

    Returns:
        The layers in evaluation mode, on the CPU, in float32.

    Raises:
        ConfigError: when the architecture is not one of them.
        WeightsError: when the weights can be had from nowhere.
    """
    layers = feature_layers(architecture)[:stop]
    state = select_features(resolve_weights(architecture).state, layers, architecture)
    layers.load_state_dict(
        {name.removeprefix(PREFIX): tensor for name, tensor in state.items()}, assign=True
    )
    return layers.eval().requires_grad_(False)
