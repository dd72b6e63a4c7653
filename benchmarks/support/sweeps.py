"""Times whole sweeps as a user starts them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


def sweep_seconds(folder: Path, *arguments: str) -> float:
    """Wall-clock seconds of a `sweep run` into a folder, scored by PSNR on skimage3."""
    scores = ("--metrics", "psnr", "--eval", "skimage3", "--out", str(folder))
    command = (sys.executable, "-m", "sweep", "run", *scores, *arguments)
    begin = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"`sweep run` ended with {done.returncode}:\n{done.stderr}")
    return time.perf_counter() - begin
