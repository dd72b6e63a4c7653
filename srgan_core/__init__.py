"""Trains SRGAN generators and runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from srgan_core.networks import Discriminator, Generator
    from srgan_core.upscaling import upscale

__all__ = ["Discriminator", "Generator", "upscale"]

_HOMES = {
    "Discriminator": "srgan_core.networks",
    "Generator": "srgan_core.networks",
    "upscale": "srgan_core.upscaling",
}


def __getattr__(name: str) -> Any:
    """Imports a name when it is first asked for: the networks need PyTorch, errors do not."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    """Lists what is imported on demand, too."""
    return sorted([*globals(), *__all__])
