"""Images a second of the four default metrics: the suite's scorer against naive calls.

    python benchmarks/scoring.py [--eval set5] [--methods 11] [--json FILE]

Scores the bicubic x4 images of a test set as often as a grid has methods. Naive is what evaluation
scripts do: each metric opens both files anew, scikit-image computes PSNR and SSIM from colours that
it converted itself, the networks of the packages lpips and pyiqa are called image by image and
built once a method. Both score the same files in one process with the same number of threads, one
method in turn; scores that differ stop the benchmark.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import lpips
import numpy as np
import torch
from PIL import Image
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from support.machine import describe, in_turn, parser, report

from srgan_core.weights import resolve_weights
from srgan_core.weights.pickled_tensors import read_pickled_tensors
from sweep.metrics.builtin.lpips import TRUNKS
from sweep.metrics.builtin.niqe import PRISTINE_MODEL
from sweep.metrics.pyiqa_adapter import create_metric
from sweep.scoring.evaluate import Scorer
from sweep.scoring.sets.references import prepare_reference
from sweep.scoring.sets.test_sets import TestSet, resolve_test_set

SCALE = 4
COLUMNS = ("psnr_y", "ssim_y", "psnr_rgb", "lpips_alex", "niqe")
TOLERANCE = 1e-3

Pixels = np.ndarray
Measure = Callable[[Path, Path], float]


def read(path: Path) -> Pixels:
    """(H, W, 3), uint8."""
    with Image.open(path) as file:
        return np.asarray(file.convert("RGB"))


def inside(image: Pixels) -> Pixels:
    """Without the border."""
    return image[SCALE:-SCALE, SCALE:-SCALE]


def psnr_rgb(sr: Path, hr: Path) -> float:
    """As scripts call scikit-image."""
    return float(peak_signal_noise_ratio(inside(read(hr)), inside(read(sr)), data_range=255))


def psnr_y(sr: Path, hr: Path) -> float:
    """As scripts call scikit-image."""
    lumas = (inside(rgb2ycbcr(read(path))[..., 0]) for path in (hr, sr))
    return float(peak_signal_noise_ratio(*lumas, data_range=255))


def ssim_y(sr: Path, hr: Path) -> float:
    """As scripts call scikit-image."""
    lumas = (inside(rgb2ycbcr(read(path))[..., 0]) for path in (hr, sr))
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return float(structural_similarity(*lumas, data_range=255, **options))


def package_lpips() -> torch.nn.Module:
    """LPIPS of its authors' package, without the random weights that it would draw first."""
    state = resolve_weights("alexnet").state
    with torch.device("meta"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        network: torch.nn.Module = lpips.LPIPS(pnet_rand=True, pretrained=False, verbose=False)
    network.register_module("scaling_layer", lpips.ScalingLayer())
    heads = read_pickled_tensors(TRUNKS["alex"].heads.path())
    network.load_state_dict(heads, strict=False, assign=True)
    layers = network.get_submodule("net")
    layers.load_state_dict(
        {key: state[f"features.{key.partition('.')[2]}"] for key in layers.state_dict()},
        assign=True,
    )
    return network.requires_grad_(False)


def naive_measures(columns: tuple[str, ...]) -> dict[str, Measure]:
    """A function for each column, with its networks built anew."""
    measures: dict[str, Measure] = {"psnr_y": psnr_y, "ssim_y": ssim_y, "psnr_rgb": psnr_rgb}
    if "lpips_alex" in columns:
        # Weights as the suite has them: the package would download them.
        network = package_lpips()

        def lpips_alex(sr: Path, hr: Path) -> float:
            with torch.no_grad():
                first, second = (
                    torch.tensor(read(path)).permute(2, 0, 1)[None].float() / 127.5 - 1
                    for path in (sr, hr)
                )
                return float(network(first, second))

        measures["lpips_alex"] = lpips_alex
    if "niqe" in columns:
        metric = create_metric(
            "niqe", torch.device("cpu"), pretrained_model_path=str(PRISTINE_MODEL.path())
        )

        def niqe(sr: Path, hr: Path) -> float:
            pixels = torch.tensor(inside(read(sr)).copy()).permute(2, 0, 1)[None]
            return float(metric(pixels / 255))

        measures["niqe"] = niqe
    return {column: measures[column] for column in columns}


def naive_scores(columns: tuple[str, ...], images: TestSet) -> list[dict[str, float]]:
    """One method, the naive way."""
    measures = naive_measures(columns)
    return [
        {column: measure(sr, hr) for column, measure in measures.items()}
        for sr, hr in zip(images.bicubic, images.hr, strict=True)
    ]


def check_agreement(columns: tuple[str, ...], images: TestSet) -> None:
    """Stops where the two ways do not compute the same thing."""
    ours = Scorer(columns, SCALE).score_set(images.bicubic, images.hr)
    for mine, other in zip(ours, naive_scores(columns, images), strict=True):
        for column in columns:
            if abs(mine[column] - other[column]) > TOLERANCE:
                raise SystemExit(f"{column}: {mine[column]} here, {other[column]} naively")


def compare(columns: tuple[str, ...], images: TestSet, methods: int) -> dict[str, object]:
    """Rates of both ways over all methods; the suite loads its networks once, inside the time."""
    scorers: list[Scorer] = []

    def suite() -> float:
        begin = time.perf_counter()
        if not scorers:
            scorers.append(Scorer(columns, SCALE))
        scorers[0].score_set(images.bicubic, images.hr)
        return time.perf_counter() - begin

    def naive() -> float:
        begin = time.perf_counter()
        naive_scores(columns, images)
        return time.perf_counter() - begin

    pairs = in_turn(suite, naive, rounds=methods, warm_up=0)
    seconds, naive_seconds = (sum(times) for times in zip(*pairs, strict=True))
    count = methods * len(images.hr)
    return {
        "columns": columns[0] if len(columns) == 1 else "all",
        "images_per_s": count / seconds,
        "naive_images_per_s": count / naive_seconds,
        "ratio": naive_seconds / seconds,
        "seconds": seconds,
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--eval", default="set5", help="test set, as sweep run takes it")
    options.add_argument("--methods", type=_count, default=11, help="methods to score")
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    test_set = resolve_test_set(given.eval, SCALE)
    with tempfile.TemporaryDirectory() as temporary:
        images = prepare_reference(test_set, SCALE, Path(temporary))
        check_agreement(COLUMNS, images)
        rows = [
            compare(columns, images, given.methods)
            for columns in (*((column,) for column in COLUMNS), COLUMNS)
        ]
    record = {
        "machine": describe(torch.device("cpu"), given.threads),
        "test_set": test_set.name,
        "images": len(images.hr),
        "methods": given.methods,
    }
    title = f"{given.methods} methods on the {len(images.hr)} images of {test_set.name}"
    columns = ("columns", "images_per_s", "naive_images_per_s", "ratio", "seconds")
    report(title, columns, rows, record, given.json)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected at least 1, got {number}")
    return number


if __name__ == "__main__":
    main()
