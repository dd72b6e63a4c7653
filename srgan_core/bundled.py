"""The generator that comes with the package; to find it takes no torch."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

from srgan_core.errors import ConfigError

BUNDLED_SCALES = (4,)
"""Magnifications for which a trained SRResNet comes with the package."""


def bundled_generator(scale: int) -> Traversable:
    """Finds the SRResNet that comes with the package.

    Returns:
        A traversable resource.

    Raises:
        ConfigError: when nothing is bundled for the scale.
    """
    resource = files("srgan_core") / "assets" / f"srresnet-x{scale}.safetensors"
    if not resource.is_file():
        raise ConfigError(
            f"no SRResNet for scale {scale} comes with the package "
            f"(there is one for {', '.join(map(str, BUNDLED_SCALES))}); "
            "give a generator that was made for it"
        )
    return resource
