"""Times whole sweeps as a user starts them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


def sweep_seconds(folder: Path, *arguments: str) -> float:
    """Wall-clock seconds of a `sweep run` into a folder, scored by PSNR on skimage3."""
    scores = ("--metrics", "psnr", "--eval", "skimage3", "--out", str(folder))
    begin = time.perf_counter()
    subprocess.run(
        (sys.executable, "-m", "sweep", "run", *scores, *arguments), check=True, capture_output=True
    )
    return time.perf_counter() - begin
