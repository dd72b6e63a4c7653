"""Trials beside each other against one trial after the other, on the same cores.

    python benchmarks/packing.py [--steps 60] [--content vgg16-22] [--json FILE]

Both sweeps train the same grid (lambda 0, 1e-4, 1e-3, 1e-2) by the recipe of quick: once one
trial at a time with all cores as threads, once as many trials at once as there are cores with a
thread each. Whole processes, PyTorch's import and the scores (PSNR of skimage3) included.
"""

from __future__ import annotations

import tempfile
from argparse import Namespace
from pathlib import Path

import torch
from support.machine import describe, parser, report
from support.sweeps import sweep_seconds


def seconds(folder: Path, given: Namespace, jobs: int, threads: int) -> float:
    """Wall-clock seconds of one sweep."""
    return sweep_seconds(
        folder,
        *("--content", given.content, "--adv", "1e-4,1e-3,1e-2", "--steps", str(given.steps)),
        *("--set", f"threads={threads}", "--jobs", str(jobs)),
    )


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--steps", type=int, default=60)
    options.add_argument("--content", default="vgg16-22")
    given = options.parse_args()
    cores = given.threads
    with tempfile.TemporaryDirectory() as temporary:
        alone = seconds(Path(temporary) / "alone", given, 1, cores)
        beside = seconds(Path(temporary) / "beside", given, cores, 1)
    rows = [
        {"how": f"1 trial with {cores} threads", "seconds": alone, "ratio": 1.0},
        {"how": f"{cores} trials with 1 thread", "seconds": beside, "ratio": alone / beside},
    ]
    record = {"machine": describe(torch.device("cpu"), cores), "ratio": alone / beside}
    report("4 trials", ("how", "seconds", "ratio"), rows, record, given.json)


if __name__ == "__main__":
    main()
