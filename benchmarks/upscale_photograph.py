"""Time and memory of `sweep upscale` on a photograph, and its seams in grey levels.

    python benchmarks/upscale_photograph.py [--width W] [--height H] [--threads 2]
        [--precision float32] [--json FILE]

The photograph is scikit-image's astronaut, enlarged by bicubic interpolation to the size asked
for: the cost does not depend on the content. It is upscaled file to file by the bundled x4
generator in a process of its own, whose peak memory is printed. The roofline is the operations of
the generator at the convolution peak measured before. The upper left corner is compared with the
same corner computed in one piece.
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
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

REACH, STRIP = 41, 64
"""How far a pixel of the result depends on the input; rows and columns that are compared."""


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
        difference = seams(source, target)
    torch.set_num_threads(threads)
    limit = roofline(width * height, getattr(torch, precision))
    return {
        "input": f"{width} x {height}",
        "output": f"{4 * width} x {4 * height}",
        "threads": threads,
        "precision": precision,
        "seconds": figures["seconds"],
        "roofline [s]": round(limit, 1),
        "over the roofline": round(figures["seconds"] / limit, 2),
        "CPU seconds": figures["cpu"],
        "peak memory [MB]": figures["peak_mb"],
        "seam, grey levels": difference,
        "machine": f"{platform.machine()}, torch {torch.__version__}",
    }


def roofline(pixels: int, precision: torch.dtype) -> float:
    """Least seconds for so many pixels of the input."""
    import torch
    from support.roofline import ceilings, forward_flops

    from srgan_core.networks import Generator

    with torch.device("meta"):
        flops = forward_flops(Generator(), torch.empty(1, 3, 32, 32)) / 32**2
    return pixels * flops / ceilings(torch.device("cpu"), precision).flops


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


def seams(source: Path, target: Path) -> int:
    """Largest difference of a strip from the same strip computed in one piece.

    Returns:
        Grey levels; the strip is as high as the pieces that the file is made of.
    """
    from PIL import Image

    from srgan_core.inference import load_generator, restore

    image = np.array(Image.open(source))
    bottom = min(2 * REACH + STRIP, len(image))
    whole = restore(load_generator(), image[:bottom, : 2 * REACH + STRIP])
    Image.MAX_IMAGE_PIXELS = None
    inner = (4 * (bottom - REACH), 4 * (whole.shape[1] // 4 - REACH))
    enlarged = np.array(Image.open(target).crop((0, 0, inner[1], inner[0])))
    return int(np.abs(enlarged.astype(int) - whole[: inner[0], : inner[1]]).max())


if __name__ == "__main__":
    main()
