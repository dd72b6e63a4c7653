"""Sweeps SRGAN over adversarial weights and content losses and scores the tradeoff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sweep.api import Sweep

__all__ = ["Sweep", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Imports `Sweep` when it is first asked for: it needs pandas, the command line does not."""
    if name != "Sweep":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sweep.api import Sweep

    return Sweep


def __dir__() -> list[str]:
    """Lists what is imported on demand, too."""
    return sorted([*globals(), *__all__])
