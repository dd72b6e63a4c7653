"""Scores of Set5 that are known from the literature or from the metrics' own authors."""

import os
from pathlib import Path

import pytest

from srgan_core.errors import WeightsError
from sweep.scoring.evaluate import Scorer, summarise
from sweep.scoring.metrics.specs import METRICS
from sweep.scoring.references import ReferenceSet, prepare_reference
from sweep.scoring.test_sets import resolve_test_set

pytestmark = pytest.mark.shared_data

SCALE = 4
IMAGES = ("baby", "bird", "butterfly", "head", "woman")
TOLERANCES = {
    "psnr_y": 0.01,
    "ssim_y": 0.001,
    "psnr_rgb": 0.01,
    "lpips_alex": 0.0005,
    "niqe": 0.01,
}
BICUBIC = {
    "psnr_y": 28.43,
    "ssim_y": 0.811,
    "psnr_rgb": 26.70,
    "lpips_alex": 0.3407,
    "niqe": 8.478,
}
"""PSNR, SSIM: 28.42 and 0.8104 in the literature, with luma rounded; LPIPS: Ma et al. 2020."""

BICUBIC_PER_IMAGE = {
    "psnr_y": (31.79, 30.19, 22.10, 31.62, 26.47),
    "lpips_alex": (0.3046, 0.2355, 0.3740, 0.4231, 0.3664),
}
HR_NIQE = 5.459


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    try:
        return Scorer(tuple(METRICS), SCALE)
    except WeightsError as error:
        if os.environ.get("REQUIRE_SHARED_DATA"):
            pytest.fail(f"no AlexNet weights: {error}")
        pytest.skip(f"no AlexNet weights: {error}")


@pytest.fixture
def reference(set5: Path, tmp_path: Path) -> ReferenceSet:
    return prepare_reference(resolve_test_set(f"folder:{set5}", SCALE), SCALE, tmp_path)


def test_bicubic_enlargement_gets_its_published_scores(scorer, reference):
    assert tuple(path.stem for path in reference.hr) == IMAGES
    rows = scorer.score_set(reference.bicubic, reference.hr)
    means = summarise(rows)
    for column, value in BICUBIC.items():
        assert means[column] == pytest.approx(value, abs=TOLERANCES[column]), column
    for column, values in BICUBIC_PER_IMAGE.items():
        got = [row[column] for row in rows]
        assert got == pytest.approx(values, abs=TOLERANCES[column]), column


def test_the_hr_images_have_the_known_naturalness(scorer, reference):
    means = summarise(scorer.score_set(reference.hr))
    assert means == {"niqe": pytest.approx(HR_NIQE, abs=TOLERANCES["niqe"])}
