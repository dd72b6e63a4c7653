"""What Python programs and notebooks call: run, read, score and compare."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sweep.api.comparing import Compared, compare
    from sweep.api.events import EventKind, RunEvent
    from sweep.api.scoring import Scores, score
    from sweep.api.shown import Chart, Gallery
    from sweep.api.sweep import Sweep

__all__ = [
    "Chart",
    "Compared",
    "EventKind",
    "Gallery",
    "RunEvent",
    "Scores",
    "Sweep",
    "compare",
    "score",
]

_HOMES = {
    "Chart": "shown",
    "Compared": "comparing",
    "EventKind": "events",
    "Gallery": "shown",
    "RunEvent": "events",
    "Scores": "scoring",
    "Sweep": "sweep",
    "compare": "comparing",
    "score": "scoring",
}
"""Name to its module."""


def __getattr__(name: str) -> Any:
    """Imports a name when it is first asked for: commands need single modules of this room."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
