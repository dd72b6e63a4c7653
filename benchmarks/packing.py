"""Trials beside each other against one trial after the other, on the same cores or the same GPU.

    python benchmarks/packing.py [--steps 60] [--content vgg16-22] [--json FILE]
    python benchmarks/packing.py --device cuda --jobs 2,4,8 --adv 1e-4,3e-4,1e-3,3e-3,1e-2,3e-2,1e-1

All sweeps train the same grid (lambda 0 and --adv) by the recipe of quick, with the changes of
--set: once one trial at a time with all cores as threads, then so many trials at once as each
number of --jobs says, which share the cores, and with --device cuda the GPU too. On a CPU there
are as many at once as cores. Whole processes, PyTorch's import and the scores (PSNR of skimage3)
included.
"""

from __future__ import annotations

import tempfile
from argparse import Namespace
from pathlib import Path

import torch
from support.machine import describe, parser, report
from support.sweeps import sweep_seconds

GPU_JOBS = 4


def seconds(folder: Path, given: Namespace, jobs: int, threads: int) -> float:
    """Wall-clock seconds of one sweep."""
    changes = (f"threads={threads}", *given.changes)
    return sweep_seconds(
        folder,
        *("--content", given.content, "--adv", given.adv, "--steps", str(given.steps)),
        *("--device", given.device, "--jobs", str(jobs)),
        *(word for change in changes for word in ("--set", change)),
    )


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--steps", type=int, default=60)
    options.add_argument("--content", default="vgg16-22")
    options.add_argument("--adv", default="1e-4,1e-3,1e-2", help="lambdas above 0")
    options.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    options.add_argument("--jobs", help="trials at once, with commas (the cores; 4 on a GPU)")
    options.add_argument("--set", action="append", default=[], dest="changes", metavar="KEY=VALUE")
    given = options.parse_args()
    cores = given.threads
    asked = given.jobs or str(cores if given.device == "cpu" else GPU_JOBS)
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for jobs in (1, *map(int, asked.split(","))):
            threads = max(1, cores // jobs)
            took = seconds(Path(temporary, str(jobs)), given, jobs, threads)
            ratio = rows[0]["seconds"] / took if rows else 1.0
            how = f"{jobs} at once, threads: {threads}"
            rows.append({"how": how, "seconds": took, "ratio": ratio})
    machine = describe(torch.device(given.device), cores)
    record = {"machine": machine, "content": given.content, "steps": given.steps}
    trials = given.adv.count(",") + 2  # and lambda = 0
    report(f"{trials} trials", ("how", "seconds", "ratio"), rows, record, given.json)


if __name__ == "__main__":
    main()
