"""Mixes two generators, or the images that they restored.

Sources: network interpolation, Wang et al., "ESRGAN", ECCVW 2018, section 3.4, there over the
weights of an RRDB network without BatchNorm; image interpolation, the same section, and Freirich,
Michaeli, Meir, "A Theory of the Distortion-Perception Tradeoff in Wasserstein Space", 2021.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from srgan_core.errors import ConfigError, ShapeError, WeightsError
from sweep.metrics.inputs import Rgb

if TYPE_CHECKING:
    from torch import Tensor

    from srgan_core.networks import Generator


def mix_generators(
    first: Generator, second: Generator, alpha: float, remedy: str = "give two that are"
) -> Generator:
    """Interpolates linearly between two generators, as `mix_states` does; changes neither.

    Args:
        first: Generator at alpha = 0.
        second: Generator at alpha = 1, of the same architecture.
        alpha: From 0 to 1; at 0 and 1 the result has the bits of the end.
        remedy: What the command that asks has for ends of different architectures.

    Raises:
        ConfigError, WeightsError: as `mix_states`.
    """
    import copy

    mixed = mix_states(first.state_dict(), second.state_dict(), alpha, remedy)
    generator = copy.deepcopy(first)
    generator.load_state_dict(mixed)
    return generator.eval()


def mix_states(
    first: Mapping[str, Tensor], second: Mapping[str, Tensor], alpha: float, remedy: str
) -> dict[str, Tensor]:
    """Interpolates linearly between all floating-point tensors of two state dicts.

    BatchNorm's running means and variances are interpolated like the weights, which is a rule of
    its own: the statistics that the mixed network would measure are others. (Trials whose
    statistics are frozen share those of their start, and then nothing is to be mixed.) Counters
    are those of the nearer end.

    Args:
        first: Weights at alpha = 0.
        second: Weights at alpha = 1, of the same architecture.
        alpha: From 0 to 1; at 0 and 1 the result has the bits of the end.
        remedy: What the command that asks has for ends of different architectures.

    Raises:
        ConfigError: when alpha lies outside 0 and 1.
        WeightsError: when the architectures differ.
    """
    if not 0 <= alpha <= 1:
        raise ConfigError(f"alpha: expected a number from 0 to 1, got {alpha}")
    shapes = [{name: value.shape for name, value in state.items()} for state in (first, second)]
    if shapes[0] != shapes[1]:
        raise WeightsError(
            f"interpolation: expected two generators of the same size, got different ones; {remedy}"
        )
    return {
        name: (1 - alpha) * one + alpha * second[name]
        if one.is_floating_point()
        else (one if alpha < 0.5 else second[name])
        for name, one in first.items()
    }


def mix_images(first: Rgb, second: Rgb, alpha: float) -> Rgb:
    """Interpolates linearly between two restored images, (H, W, 3), uint8, and rounds once.

    The ends are the 8-bit images that the scores of the ends were computed from; at alpha 0 and 1
    the result equals the end.

    Raises:
        ShapeError: when the shapes differ.
    """
    if first.shape != second.shape:
        raise ShapeError(
            f"interpolation: expected images of one shape, got {first.shape} and {second.shape}"
        )
    mixed = (1 - alpha) * first.astype(np.float64) + alpha * second.astype(np.float64)
    return np.floor(mixed + 0.5).astype(np.uint8)
