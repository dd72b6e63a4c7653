"""What Python programs and notebooks call: run, read, score and compare."""

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
