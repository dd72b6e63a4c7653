"""Time and memory of `sweep upscale` on a photograph, and its seams in grey levels.

    python benchmarks/upscale_photograph.py [--width W] [--height H] [--threads 2]
        [--precision float32] [--json FILE]

The photograph is scikit-image's astronaut, enlarged by bicubic interpolation to the size asked
for: the cost does not depend on the content. It is upscaled file to file by the bundled x4
generator in a process of its own, whose peak memory is printed. The seam test compares a strip
where tiles meet with the same strip computed in one piece.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SEAM_HALF_WIDTH = 24


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--width", type=int, default=1000)
    parser.add_argument("--height", type=int, default=750)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--json", type=Path, help="write the record to this file too")
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--target", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.source is not None:
        enlarge(options.source, options.target, options.threads, options.precision)
        return
    record = measure(options.width, options.height, options.threads, options.precision)
    for name, value in record.items():
        print(f"{name:<24} {value}")
    if options.json is not None:
        options.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def measure(width: int, height: int, threads: int, precision: str) -> dict[str, object]:
    import torch

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "photograph.png", Path(folder) / "enlarged.png"
        make_photograph(source, width, height)
        arguments = ["--threads", str(threads), "--precision", precision]
        arguments += ["--source", str(source), "--target", str(target)]
        child = subprocess.run(
            [sys.executable, __file__, *arguments], check=True, capture_output=True, text=True
        )
        figures = json.loads(child.stdout)
        difference = seam(source, target)
    return {
        "input": f"{width} x {height}",
        "output": f"{4 * width} x {4 * height}",
        "threads": threads,
        "precision": precision,
        "seconds": figures["seconds"],
        "CPU seconds": figures["cpu"],
        "peak memory [MB]": figures["peak_mb"],
        "seam, grey levels": difference,
        "machine": f"{platform.machine()}, torch {torch.__version__}",
    }


def enlarge(source: Path, target: Path, threads: int, precision: str) -> None:
    """Runs in a process of its own, so that its peak memory is that of the upscaling."""
    import torch

    from srgan_core.inference import load_generator
    from srgan_core.upscaling import upscale_file

    torch.set_num_threads(threads)
    begin, used = time.perf_counter(), time.process_time()
    upscale_file(source, target, load_generator(), precision=getattr(torch, precision))
    seconds, used = time.perf_counter() - begin, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"seconds": round(seconds, 1), "cpu": round(used, 1), "peak_mb": round(peak)}
    print(json.dumps(figures))


def make_photograph(path: Path, width: int, height: int) -> None:
    from PIL import Image
    from skimage import data

    photograph = Image.fromarray(data.astronaut())
    photograph.resize((width, height), Image.Resampling.BICUBIC).save(path)


def seam(source: Path, target: Path) -> int:
    """Largest difference to an untiled strip around the first corner of four tiles.

    Returns:
        Grey levels; 0 where the image has one tile alone.
    """
    from PIL import Image

    from srgan_core.inference import load_generator, restore
    from srgan_core.tiling import TILE, enlarging_margin, trunk_margin

    generator = load_generator()
    reach = trunk_margin(generator) + enlarging_margin(generator)
    image = np.array(Image.open(source))
    height, width = image.shape[:2]
    around = SEAM_HALF_WIDTH + reach
    top, left = max(min(TILE, height) - around, 0), max(min(TILE, width) - around, 0)
    whole = restore(generator, image[top : top + 2 * around, left : left + 2 * around])
    box = (4 * left, 4 * top, 4 * left + whole.shape[1], 4 * top + whole.shape[0])
    Image.MAX_IMAGE_PIXELS = None
    tiled = np.array(Image.open(target).crop(box))
    inner = slice(4 * reach, -4 * reach)
    return int(np.abs(tiled.astype(int) - whole)[inner, inner].max(initial=0))


if __name__ == "__main__":
    main()
