"""Sweeps SRGAN over adversarial weights and content losses and scores the tradeoff."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sweep.api.comparing import compare
    from sweep.api.scoring import score
    from sweep.api.sweep import Sweep

__all__ = ["Sweep", "__version__", "compare", "score"]

__version__ = "0.1.0"

_HOMES = {
    "Sweep": "sweep.api.sweep",
    "compare": "sweep.api.comparing",
    "score": "sweep.api.scoring",
}


def __getattr__(name: str) -> Any:
    """Imports a name when it is first asked for: most who import the package want its version."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Lists what is imported on demand, too."""
    return sorted([*globals(), *__all__])
