"""Tells what went wrong from the exception, and what can be done about it. Imports no torch."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from srgan_core.signals import SIGKILL

OUT_OF_MEMORY = "out of memory"
"""State of a job that may succeed alone on its device; never that of a trial."""

_COUNTERS = (Path("/proc/vmstat"), Path("/sys/fs/cgroup/memory.events"))


def oom_kills() -> int:
    """Counts what the kernel has killed for want of memory; 0 where the system keeps no count."""
    return sum(_count(path) for path in _COUNTERS)


def _count(path: Path) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def memory_advice(cause: str) -> str:
    """Words the failure of a trial that did not fit into memory even alone, for a cause."""
    return (
        f"out of memory, also alone on its device ({cause}); in another --out, process the batch "
        "in parts (--set adversarial.accumulate=2) or take a smaller adversarial.batch_size or "
        "patch_size: the batch is never changed silently"
    )


def describe_exit(code: int) -> str:
    """Words how a process ended, by multiprocessing's exit code: negative for a signal."""
    if code >= 0:
        return f"with status {code}"
    if -code == SIGKILL:
        return f"by signal {-code}, often for lack of memory"
    try:
        return f"by signal {-code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"by signal {-code}"


def describe_disk_error(error: OSError) -> str:
    """Words a refused write."""
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or os.strerror(error.errno or 0)}"
