"""What is committed under results/ is small, and its rows can be computed again from it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from srgan_core.data.images import read_rgb
from srgan_core.files import file_sha256
from srgan_core.inference import load_generator, restore
from sweep.scoring.aggregation import summarise
from sweep.scoring.evaluate import Scorer
from sweep.tables.files import read_results

REPOSITORY = Path(__file__).parents[2]
RESULTS = REPOSITORY / "results"

LARGEST_IN_ALL, LARGEST_FILE = 20_000_000, 1_000_000
"""Bytes; weights may be larger than a file, and count."""

TOLERANCES = {
    "psnr_y": 0.01,
    "ssim_y": 0.001,
    "psnr_rgb": 0.01,
    "lpips_alex": 0.0005,
    "niqe": 0.01,
}
NIQE_ELSEWHERE = 0.02
"""NIQE rounds luma, and a value on the border tips on another processor: by 0.016 in one trial."""

PUBLISHED = ("quick-cpu", "standard-cpu")


def published(pattern: str) -> list[Path]:
    return sorted(path.parent for name in PUBLISHED for path in RESULTS.glob(f"{name}/{pattern}"))


WITH_GENERATOR = published("trials/*/generator.safetensors")
WITH_IMAGES = published("*/*/images")


def name_of(folder: Path) -> str:
    return f"{folder.parts[-3]}-{folder.name}"


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "results"], cwd=REPOSITORY, capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a clone")
    return [REPOSITORY / name for name in listed.stdout.decode().split("\0") if name]


def test_committed_results_are_small():
    sizes = {path: path.stat().st_size for path in committed()}
    assert sum(sizes.values()) <= LARGEST_IN_ALL
    large = [path for path, size in sizes.items() if size > LARGEST_FILE]
    assert {path.name for path in large} <= {"generator.safetensors"}


def test_generators_that_the_documentation_uses_are_there():
    pages = [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]
    commands = [
        line
        for page in pages
        for line in page.read_text(encoding="utf-8").splitlines()
        if "results/quick-cpu" in line
    ]
    pattern = r"sweep export (\S+)|--(?:to|generator) (\S+)"
    used = {one or other for line in commands for one, other in re.findall(pattern, line)}
    assert used
    names = [folder.name for folder in WITH_GENERATOR if "quick-cpu" in folder.parts]
    for trial in used:
        assert any(name.startswith(trial) for name in names), trial


@pytest.mark.parametrize("folder", WITH_GENERATOR, ids=name_of)
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


def test_images_of_more_than_one_trial_and_of_the_srresnet_are_there():
    assert {folder.parts[-2] for folder in WITH_IMAGES} == {"shared", "trials"}
    assert len(WITH_IMAGES) > 2


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(tuple(TOLERANCES), scale=4)


@pytest.mark.parametrize("folder", WITH_IMAGES, ids=name_of)
def test_committed_images_have_the_scores_of_their_row(scorer: Scorer, folder: Path):
    row = read_results(folder.parents[1]).set_index("trial").loc[folder.name]
    hr = sorted((folder.parents[1] / "reference/set5/hr").glob("*.png"))
    images = [folder / "images/set5" / path.name for path in hr]
    means = summarise(scorer.score_set(images, hr))
    tolerances = TOLERANCES if folder in WITH_GENERATOR else TOLERANCES | {"niqe": NIQE_ELSEWHERE}
    for column, tolerance in tolerances.items():
        assert means[column] == pytest.approx(row[column], abs=tolerance)
