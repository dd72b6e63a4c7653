"""How the time of commands grows: with trials, images of a test set, pixels and seeds.

    python benchmarks/growth.py [--only trials,images,pixels,seeds] [--json FILE]

One table for each. Whole processes, with the children that they start; seconds by the clock and of
the processor, since others may share the machine. The exponent is that of the processor's seconds
between a size and the one before, less what the command takes for the smallest size: 1 where twice
as much takes twice as long. The trials are those of a stub grid (`support/finished_grid.py`): one
is trained, the others are its records over again with scores of their own.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from math import log
from pathlib import Path

import torch
from PIL import Image
from skimage import data
from support.finished_grid import GRID, FirstTrial, train_first, write_grid
from support.machine import describe, parser, report

from sweep.config.spreads import spread

Commands = dict[str, tuple[str, ...]]

TRIALS = (1, 10, 100, 1000)
IMAGES = (5, 50, 500)
MEGAPIXELS = (0.1, 1.0, 4.0)
SEEDS = (1, 3, 10)
COEFFICIENTS = "1e-4:1e-2:{}"
SMALL_SIDE = 64
COLUMNS = ("command", "size", "wall_s", "cpu_s", "cpu_ms_each", "exponent")


def seconds(*arguments: str) -> tuple[float, float]:
    """Of the clock and of the processor, of a command and all its children."""
    used, begin = _children(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "sweep", *arguments], check=False, capture_output=True, text=True
    )
    wall = time.perf_counter() - begin
    if done.returncode != 0:
        raise SystemExit(f"sweep {' '.join(arguments)}: {done.returncode}\n{done.stderr}")
    return wall, _children() - used


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def coefficients(count: int) -> str:
    """So many, as they are typed."""
    return "1e-3" if count == 1 else COEFFICIENTS.format(count)


def grid(first: FirstTrial, root: Path, trials: int, seeds: int = 1) -> Commands:
    """Writes a finished grid, with its tables and charts, and lists what is asked of it."""
    given = coefficients(trials)
    adv = spread(given) if trials > 1 else [1e-3]
    write_grid(first, root, adv, range(seeds))
    words = (*GRID, "--adv", given, "--seeds", f"0-{seeds - 1}" if seeds > 1 else "0")
    again = ("run", *words, "--out", str(root))
    seconds(*again)
    return {
        "status": ("status", str(root)),
        "table": ("table", str(root)),
        "recommend": ("recommend", str(root), "--best", "psnr_y"),
        # Charts that somebody else drew would be drawn again.
        "run, all finished": again,
        "plot": ("plot", str(root)),
        "report": ("report", str(root)),
    }


def over_trials(root: Path, first: FirstTrial) -> Iterator[tuple[float, Commands]]:
    for trials in TRIALS:
        yield trials, grid(first, root / f"trials{trials}", trials)


def over_seeds(root: Path, first: FirstTrial) -> Iterator[tuple[float, Commands]]:
    for seeds in SEEDS:
        folder = root / f"seeds{seeds}"
        table = grid(first, folder, 10, seeds)["table"]
        compare = ("compare", f"{folder}:mse@0.0001", ":mse@0.01")
        yield seeds, {"table": table, "compare": compare}


def over_images(root: Path, first: FirstTrial) -> Iterator[tuple[float, Commands]]:
    for count in IMAGES:
        sr, hr = root / f"images{count}" / "sr", root / f"images{count}" / "hr"
        for index in range(count):
            _write(hr / f"{index:04d}.png", SMALL_SIDE, SMALL_SIDE)
            _write(sr / f"{index:04d}.png", SMALL_SIDE, SMALL_SIDE, blurred=True)
        scored = ("score", "--sr", str(sr), "--hr", str(hr), "--jobs", "1")
        yield count, {"score, four metrics": scored, "score, PSNR": (*scored, "--metrics", "psnr")}


def over_pixels(root: Path, first: FirstTrial) -> Iterator[tuple[float, Commands]]:
    for megapixels in MEGAPIXELS:
        folder = root / f"pixels{megapixels}"
        height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
        sizes = round(megapixels * 1e6 / height), height
        _write(folder / "hr" / "photo.png", *sizes)
        _write(folder / "sr" / "photo.png", *sizes, blurred=True)
        # What is written has so many pixels.
        _write(folder / "lr.png", sizes[0] // 4, sizes[1] // 4)
        upscale = ("upscale", str(folder / "lr.png"), "--out", str(folder / "upscaled"))
        scored = ("score", "--sr", str(folder / "sr"), "--hr", str(folder / "hr"))
        yield megapixels, {"score, four metrics": scored, "upscale": upscale}


def _write(path: Path, width: int, height: int, blurred: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    photograph = Image.fromarray(data.astronaut())
    if blurred:
        photograph = photograph.resize((128, 128), Image.Resampling.BICUBIC)
    photograph.resize((width, height), Image.Resampling.BICUBIC).save(path)


DIMENSIONS: dict[str, Callable[[Path, FirstTrial], Iterator[tuple[float, Commands]]]] = {
    "trials": over_trials,
    "images": over_images,
    "pixels": over_pixels,
    "seeds": over_seeds,
}


def measured(sizes: Iterator[tuple[float, Commands]]) -> list[dict[str, object]]:
    """A row for each command and size, command by command."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    for size, commands in sizes:
        for name, arguments in commands.items():
            found.setdefault(name, []).append((size, *seconds(*arguments)))
    return [
        {
            "command": name,
            "size": f"{size:g}",
            "wall_s": wall,
            "cpu_s": cpu,
            "cpu_ms_each": _each(times[: place + 1]),
            "exponent": _exponent(times[: place + 1]),
        }
        for name, times in found.items()
        for place, (size, wall, cpu) in enumerate(times)
    ]


def _each(times: list[tuple[float, float, float]]) -> float | str:
    """Milliseconds of the processor for one more, since the size before."""
    if len(times) < 2:
        return ""
    (less, _, before), (more, _, after) = times[-2:]
    return 1e3 * (after - before) / (more - less)


def _exponent(times: list[tuple[float, float, float]]) -> float | str:
    """Of the growth beyond the smallest size, which is mostly the start of the process."""
    if len(times) < 3:
        return ""
    (least, _, start), (less, _, before), (more, _, after) = times[0], *times[-2:]
    if before <= start or after <= start:
        return 0.0
    return log((after - start) / (before - start)) / log((more - least) / (less - least))


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--only", default=",".join(DIMENSIONS), help="some of the tables")
    given = options.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", str(given.threads))
    rows: list[dict[str, object]] = []
    record = {"machine": describe(torch.device("cpu"), given.threads)}
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        first = train_first(root / "first")
        for dimension in given.only.split(","):
            table = measured(DIMENSIONS[dimension](root, first))
            report(f"Growth with {dimension}", COLUMNS, table, record, None)
            rows += [{"dimension": dimension, **row} for row in table]
    if given.json:
        report("All of it", ("dimension", *COLUMNS), rows, record, given.json)


if __name__ == "__main__":
    main()
