"""Times whole sweeps as a user starts them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


def run_sweep(folder: Path, *arguments: str) -> None:
    """Runs `sweep run` into a folder; ends with what it said where it failed."""
    command = (sys.executable, "-m", "sweep", "run", "--out", str(folder), *arguments)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"`sweep run` ended with {done.returncode}:\n{done.stderr}")


def sweep_seconds(folder: Path, *arguments: str) -> float:
    """Wall-clock seconds of a `sweep run` into a folder, scored by PSNR on skimage3."""
    begin = time.perf_counter()
    run_sweep(folder, "--metrics", "psnr", "--eval", "skimage3", *arguments)
    return time.perf_counter() - begin
