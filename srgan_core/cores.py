"""How many processor cores there are to share out."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """Counts the cores that this process may use, at least 1; others may belong to other users."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
