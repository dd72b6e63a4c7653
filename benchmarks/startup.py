"""Seconds until something happens: help, tables, charts, a finished sweep again, a first step.

    python benchmarks/startup.py [--results results/quick-cpu] [--json FILE]

Whole processes, each started several times, that find their modules compiled; the median and the
extremes are given. The charts are drawn in a copy of the results folder. The finished sweep is a
smoke grid of three trials, and one of twelve, which are trained first.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from support.machine import describe, installed_environment, parser, report

ROUNDS = 7
STEP_ROUNDS = 3


def process_seconds(*command: str) -> float:
    """Seconds from start to end of a process."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=installed_environment())
    return time.perf_counter() - begin


def first_step_seconds(folder: Path) -> float:
    """Seconds from the start of `sweep run` to the first line in a trial's log."""
    arguments = ("--config", "smoke", "--metrics", "psnr", "--adv", "1e-3", "--content", "mse")
    command = (sys.executable, "-m", "sweep", "run", *arguments, "--out", str(folder))
    begin = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=installed_environment(),
    )
    try:
        while process.poll() is None:
            if any(path.stat().st_size for path in folder.glob("trials/*/log.jsonl")):
                return time.perf_counter() - begin
            time.sleep(0.005)
        raise RuntimeError("sweep run ended before it trained a step")
    finally:
        process.kill()
        process.wait()


def finished_sweep(folder: Path, *arguments: str) -> tuple[str, ...]:
    """Trains a smoke grid; returns the command that ran, which now finds all of it done."""
    given = ("--config", "smoke", "--set", "grid.control=false", "--out", str(folder), *arguments)
    command = (sys.executable, "-m", "sweep", "run", *given)
    process_seconds(*command)
    return command


def summarised(what: str, measure: Callable[[], float], rounds: int) -> dict[str, object]:
    """Median and extremes of several starts, after one that warms the file cache."""
    measure()
    seconds = [measure() for _ in range(rounds)]
    return {
        "what": what,
        "median_s": statistics.median(seconds),
        "fastest_s": min(seconds),
        "slowest_s": max(seconds),
    }


def commands(results: Path, root: Path) -> dict[str, tuple[str, ...]]:
    """What is timed from start to end, by its name; finishes two sweeps first."""
    sweep, show = (sys.executable, "-m", "sweep"), str(results)
    return {
        "python -c pass": (sys.executable, "-c", ""),
        "sweep --help": (*sweep, "--help"),
        "sweep table": (*sweep, "table", show),
        "sweep status": (*sweep, "status", show),
        "sweep recommend": (*sweep, "recommend", show, "--best", "psnr_y"),
        "sweep plot": (*sweep, "plot", show),
        "3 finished trials again": finished_sweep(root / "3", "--adv", "1e-4,1e-3,1e-2"),
        "12 finished trials again": finished_sweep(root / "12", "--adv", "1e-4:1e-2:12"),
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--results", type=Path, default=Path("results/quick-cpu"))
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        copy = shutil.copytree(given.results, root / "results")
        fresh = iter(range(100))
        rows = [
            summarised(what, partial(process_seconds, *command), ROUNDS)
            for what, command in commands(copy, root).items()
        ]
        rows.append(
            summarised(
                "first training step",
                lambda: first_step_seconds(root / f"run{next(fresh)}"),
                STEP_ROUNDS,
            )
        )
    record = {"machine": describe(torch.device("cpu"), given.threads)}
    columns = ("what", "median_s", "fastest_s", "slowest_s")
    report("Start-up, whole processes", columns, rows, json.loads(json.dumps(record)), given.json)


if __name__ == "__main__":
    main()
