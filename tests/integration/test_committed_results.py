"""The rows of the committed results can be computed again from what is committed beside them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from srgan_core.data.images import read_rgb
from srgan_core.files import file_sha256
from srgan_core.inference import load_generator, restore
from sweep.scoring.aggregation import summarise
from sweep.scoring.evaluate import Scorer
from sweep.tables.files import read_results

RESULTS = Path(__file__).parents[2] / "results"
TOLERANCES = {
    "psnr_y": 0.01,
    "ssim_y": 0.001,
    "psnr_rgb": 0.01,
    "lpips_alex": 0.0005,
    "niqe": 0.01,
}
TRIALS = sorted(path.parent for path in RESULTS.glob("*-cpu/trials/*/generator.safetensors"))


@pytest.mark.parametrize(("name", "least"), [("quick-cpu", 3), ("standard-cpu", 2)])
def test_generators_of_the_front_are_there(name: str, least: int):
    assert sum(trial.parts[-3] == name for trial in TRIALS) >= least


@pytest.mark.parametrize("folder", TRIALS, ids=lambda folder: f"{folder.parts[-3]}-{folder.name}")
def test_generator_restores_the_committed_image(folder: Path):
    result = json.loads((folder / "result.json").read_text())
    assert file_sha256(folder / "generator.safetensors") == result["generator_sha256"]
    generator = load_generator(folder / "generator.safetensors")
    restored = restore(generator, read_rgb(folder.parents[1] / "reference/set5/lr/bird.png"))
    committed = read_rgb(folder / "images/set5/bird.png")
    difference = np.abs(restored.astype(int) - committed.astype(int))
    # Other processors sum in another order, which may tip a value that lies between two levels.
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.01


def test_committed_images_have_the_scores_of_their_row():
    scorer = Scorer(tuple(TOLERANCES), scale=4)
    for folder in TRIALS:
        row = read_results(folder.parents[1]).set_index("trial").loc[folder.name]
        hr = sorted((folder.parents[1] / "reference/set5/hr").glob("*.png"))
        images = [folder / "images/set5" / path.name for path in hr]
        means = summarise(scorer.score_set(images, hr))
        for column, tolerance in TOLERANCES.items():
            assert means[column] == pytest.approx(row[column], abs=tolerance)
