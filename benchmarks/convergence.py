"""Does the engine learn what the article's loop learns? PSNR after the same batches, side by side.

    python benchmarks/convergence.py [--steps 150] [--seeds 0,1] [--json FILE]

Reference and engine start from the bundled SRResNet with the same fresh discriminator and see the
same patches (scikit-image's photographs, batch 8, 32 px) with quick's coefficients for the content
mse and lambda 0.001, the engine in float32 and in bfloat16. PSNR (Y) of Set5, or of skimage3 where
Set5 is not there, before and as the mean of looks in the last third: from step to step an adversary
moves it by tenths of a dB. The article updates D before it asks it for G's loss, the engine takes
both gradients at the same weights, so the trajectories differ from the second step on.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

import torch
from rich.progress import track
from support.article import ArticleLoop
from support.machine import describe, parser, report
from torch import nn
from train_step import Engine, Form, with_weights

from srgan_core.data.dead_leaves import DeadLeavesConfig
from srgan_core.data.images import read_rgb
from srgan_core.data.patches import Batch, PatchSampler
from srgan_core.data.resize import crop_to_multiple, downsample_uint8
from srgan_core.data.sources import open_source
from srgan_core.data.store import open_packed
from srgan_core.errors import DataError
from srgan_core.inference import load_generator, restore
from srgan_core.networks import Generator
from sweep.metrics.builtin.psnr import psnr_y
from sweep.metrics.inputs import Rgb
from sweep.scoring.sets.test_sets import resolve_test_set

BATCH, PATCH, SCALE = 8, 32, 4
WEIGHTS = (20.0, 0.0, 1e-3)
LOOK_EVERY = 10
COLUMNS = ("what", "seed", "psnr_y", "change")

Update = Callable[[Batch], object]


def test_images() -> tuple[str, list[Rgb]]:
    """Name and HR images of the test set."""
    try:
        found = resolve_test_set("set5", SCALE)
    except DataError:
        found = resolve_test_set("skimage3", SCALE)
    return found.name, [crop_to_multiple(read_rgb(path), SCALE) for path in found.hr]


def mean_psnr(generator: nn.Module, images: Sequence[Rgb]) -> float:
    """PSNR (Y) of a generator."""
    copied = with_weights(Generator(), generator).eval()
    restored = (restore(copied, downsample_uint8(hr, SCALE)) for hr in images)
    return statistics.fmean(psnr_y(sr, hr, SCALE) for sr, hr in zip(restored, images, strict=True))


def reference_update(loop: ArticleLoop) -> Update:
    """The article's step on a batch."""
    return lambda batch: loop.update(batch.lr, batch.hr)


def start(seed: int) -> ArticleLoop:
    """The reference with the bundled SRResNet and a fresh discriminator."""
    torch.manual_seed(seed)
    loop = ArticleLoop(PATCH, None, WEIGHTS)
    with_weights(loop.generator, load_generator())
    return loop


def trained(seed: int, steps: int, images: Sequence[Rgb]) -> list[tuple[str, float]]:
    """PSNR of the start, and of each after its training."""
    before = mean_psnr(start(seed).generator, images)
    source = open_source("skimage", DeadLeavesConfig())
    settings = {"patch_size": PATCH, "scale": SCALE, "batch_size": BATCH, "seed": seed}
    sampler = PatchSampler([(open_packed(source), 1.0)], device=torch.device("cpu"), **settings)
    found = [("start", before)]
    cpu = torch.device("cpu")
    for name, precision in (("reference", None), *((str(p), p) for p in PRECISIONS)):
        loop = start(seed)
        engine = Engine(loop, None, precision, cpu, Form(PATCH)) if precision else None
        update = engine.update if engine else reference_update(loop)
        generator = engine.generator if engine else loop.generator
        looks = []
        for step in track(range(steps), f"{name}, seed {seed}", transient=True):
            update(sampler.batch(step))
            if step + 1 > 2 * steps / 3 and (step + 1 == steps or (step + 1) % LOOK_EVERY == 0):
                looks.append(mean_psnr(generator, images))
        label = f"engine, {name.removeprefix('torch.')}" if engine else "reference, float32"
        found.append((label, statistics.fmean(looks)))
    return found


PRECISIONS = (torch.float32, torch.bfloat16)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--steps", type=int, default=150)
    options.add_argument("--seeds", default="0,1")
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    name, images = test_images()
    rows = []
    for seed in map(int, given.seeds.split(",")):
        (_, before), *after = trained(seed, given.steps, images)
        rows += [
            {
                "what": what,
                "seed": seed,
                "psnr_y": f"{value:.3f}",
                "change": f"{value - before:+.3f}",
            }
            for what, value in (("start", before), *after)
        ]
    record = {"machine": describe(torch.device("cpu"), given.threads), "steps": given.steps}
    report(f"PSNR (Y) of {name}, {given.steps} steps", COLUMNS, rows, record, given.json)


if __name__ == "__main__":
    main()
