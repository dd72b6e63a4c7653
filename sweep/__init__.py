"""Sweeps SRGAN over adversarial weights and content losses and scores the tradeoff."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sweep.api import Sweep, compare, score

__all__ = ["Sweep", "__version__", "compare", "score"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Imports a name when it is first asked for: most who import the package want its version."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("sweep.api"), name)


def __dir__() -> list[str]:
    """Lists what is imported on demand, too."""
    return sorted([*globals(), *__all__])
