"""Training patches a second: the packed store against a DataLoader that decodes files.

    python benchmarks/data.py [--folder PHOTOS] [--json FILE]

Both give batches of 16 HR patches of 96 px with LR patches a quarter of their size. The loader
opens a file with Pillow for every patch, cuts, flips and resizes it, in 0 to 4 worker processes;
the store has decoded all files once (that time stands in its own column) and cuts and resizes
tensors. Without --folder the photographs in scikit-image are written out as PNG and used.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from support.machine import describe, parser, report
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from srgan_core.data.dead_leaves import DeadLeavesConfig
from srgan_core.data.images import write_png
from srgan_core.data.listing import list_images
from srgan_core.data.patches import PatchSampler
from srgan_core.data.sources import open_source
from srgan_core.data.store import open_packed

BATCH, PATCH, SCALE = 16, 96, 4
WARM_UP_BATCHES, BATCHES = 4, 40
WORKERS = (0, 1, 2, 4)


class DecodingDataset(Dataset[tuple[Tensor, Tensor]]):
    """One patch of one file, as SRGAN training scripts commonly read them."""

    def __init__(self, paths: list[Path], length: int) -> None:
        self.paths, self.length = paths, length

    def __len__(self) -> int:
        """Patches that may be drawn."""
        return self.length

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """LR (3, 24, 24) and HR (3, 96, 96) in [0, 1]."""
        random = np.random.default_rng(index)
        with Image.open(self.paths[index % len(self.paths)]) as file:
            image = file.convert("RGB")
        left = int(random.integers(image.width - PATCH + 1))
        top = int(random.integers(image.height - PATCH + 1))
        hr = image.crop((left, top, left + PATCH, top + PATCH))
        if random.random() < 0.5:
            hr = hr.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        lr = hr.resize((PATCH // SCALE, PATCH // SCALE), Image.Resampling.BICUBIC)
        small, large = (torch.from_numpy(np.array(x)).permute(2, 0, 1) / 255 for x in (lr, hr))
        return small, large


def patches_per_second(batches: Iterator[object]) -> float:
    """Rate after the first batches, in which workers start."""
    for _ in islice(batches, WARM_UP_BATCHES):
        pass
    begin = time.perf_counter()
    count = sum(1 for _ in islice(batches, BATCHES))
    return count * BATCH / (time.perf_counter() - begin)


def loader_rate(paths: list[Path], workers: int) -> float:
    """Rate of the decoding loader."""
    dataset = DecodingDataset(paths, BATCH * (WARM_UP_BATCHES + BATCHES))
    loader = DataLoader(dataset, BATCH, num_workers=workers)
    return patches_per_second(iter(loader))


def store_rate(folder: Path) -> tuple[float, float]:
    """Rate of the packed store, and the seconds that packing took where it was not packed yet."""
    begin = time.perf_counter()
    packed = open_packed(open_source(f"folder:{folder}", DeadLeavesConfig(), 0))
    seconds = time.perf_counter() - begin
    sampler = PatchSampler(
        [(packed, 1.0)],
        patch_size=PATCH,
        scale=SCALE,
        batch_size=BATCH,
        seed=0,
        device=torch.device("cpu"),
    )
    steps = range(WARM_UP_BATCHES + BATCHES)
    return patches_per_second(sampler.batch(step) for step in steps), seconds


def write_photographs(folder: Path) -> None:
    """Writes scikit-image's training photographs as PNG."""
    packed = open_packed(open_source("skimage", DeadLeavesConfig(), 0))
    for index in range(len(packed)):
        write_png(folder / f"{index}.png", np.ascontiguousarray(packed.image(index)))


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--folder", type=Path, help="photographs to read")
    given = options.parse_args()
    # More workers than cores are a part of the comparison.
    warnings.filterwarnings("ignore", message="This DataLoader will create")
    torch.set_num_threads(given.threads)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        if given.folder is None:
            write_photographs(folder)
        paths = list(list_images(folder).images)
        rate, packing = store_rate(folder)
        rows = [
            {
                "source": f"DataLoader, {workers} workers",
                "patches_per_s": loader_rate(paths, workers),
                "packing_s": 0.0,
            }
            for workers in WORKERS
        ]
    rows.append({"source": "packed store", "patches_per_s": rate, "packing_s": packing})
    for row in rows:
        row["store_over_this"] = rate / float(row["patches_per_s"])
    record = {"machine": describe(torch.device("cpu"), given.threads), "images": len(paths)}
    columns = ("source", "patches_per_s", "store_over_this", "packing_s")
    report("Training patches, batch 16, 96 px", columns, rows, record, given.json)


if __name__ == "__main__":
    main()
