import math
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from srgan_core.errors import ShapeError
from sweep.metrics.patch_features import PatchFeatures
from sweep.metrics.registry import METRICS
from sweep.scoring.evaluate import Scorer

pytestmark = pytest.mark.usefixtures("alexnet")

COLUMNS = ("kid_patches", "fd_patches")


@pytest.fixture(scope="module")
def score(alexnet):
    measures: dict[str, Any] = {column: METRICS[column].load("cpu", 4) for column in COLUMNS}

    def score(pairs):
        found = {column: measure(pairs) for column, measure in measures.items()}
        sentences = dict.fromkeys(text for _, said in found.values() for text in said)
        return {column: value for column, (value, _) in found.items()}, list(sentences)

    return score


@pytest.fixture(scope="module")
def photographs(photograph):
    """Four parts of a photograph as four images."""
    return [
        np.ascontiguousarray(photograph[y : y + 104, x : x + 104])
        for y, x in ((0, 0), (104, 0), (0, 104), (104, 200))
    ]


def damaged(images, damage):
    return [(damage(image), image) for image in images]


def noisy(sigma):
    def add(image):
        noise = np.random.default_rng(0).normal(0, sigma, image.shape)
        return np.clip(np.round(image + noise), 0, 255).astype(np.uint8)

    return add


def test_equal_sets_have_no_distance(score, photographs):
    scores, sentences = score(damaged(photographs, np.copy))
    assert scores == {column: pytest.approx(0, abs=1e-6) for column in COLUMNS}
    assert sentences == []


def blurred(sigma):
    return lambda image: gaussian_filter(image, (sigma / 10, sigma / 10, 0))


@pytest.mark.parametrize("damage", [noisy, blurred])
def test_distances_grow_with_the_damage(score, photographs, damage):
    values = [score(damaged(photographs, damage(sigma)))[0] for sigma in (5, 12, 25)]
    for column in COLUMNS:
        assert 0 < values[0][column] < values[1][column] < values[2][column]


def test_the_order_of_the_images_does_not_matter(score, photographs):
    pairs = damaged(photographs, noisy(10))
    first, second = score(pairs)[0], score(pairs[::-1])[0]
    assert first == {column: pytest.approx(value, rel=1e-9) for column, value in second.items()}


def test_a_single_image_has_a_frechet_distance_alone(score, photographs):
    scores, sentences = score(damaged(photographs[:1], noisy(10)))
    assert math.isnan(scores["kid_patches"])
    assert scores["fd_patches"] > 0
    assert sentences == [
        "no KID of patches: kernel distance: expected patches of at least 2 images, got 1 image"
    ]


def test_images_without_a_whole_patch_are_left_out_and_said_so(score, photographs):
    pairs = damaged(photographs[:2], noisy(10))
    with_small = [*pairs, (pairs[0][0][:36], pairs[0][1][:36])]
    scores, sentences = score(with_small)
    assert scores == score(pairs)[0]
    assert sentences == [
        "1 of 3 images without a patch of 32 px, left out of the distances between sets"
    ]


def test_the_distances_describe_a_test_set_once(photographs, monkeypatch):
    described = []
    describe = PatchFeatures.__call__

    def count(self, image, crop_border):
        described.append(image)
        return describe(self, image, crop_border)

    monkeypatch.setattr(PatchFeatures, "__call__", count)
    pairs = damaged(photographs, noisy(7))
    for column in COLUMNS:
        METRICS[column].load("cpu", 4)(pairs)
    assert len(described) == 2 * len(photographs)


def test_sizes_that_differ_are_refused(score, photographs):
    with pytest.raises(ShapeError, match="equal shapes"):
        score([(photographs[0][:-4], photographs[0])])


def test_the_scorer_gives_sets_and_images_their_own_columns(save, photographs):
    names = ("a.png", "b.png")
    hr = [save(f"hr/{name}", image) for name, image in zip(names, photographs, strict=False)]
    sr = [
        save(f"sr/{name}", noisy(9)(image)) for name, image in zip(names, photographs, strict=False)
    ]
    metrics = Scorer(["fd_patches", "psnr_y", "kid_patches"], 4)
    assert metrics.columns == ("psnr_y", "kid_patches", "fd_patches")
    assert list(metrics.score(sr[0], hr[0])) == ["psnr_y"]
    assert list(metrics.score_distribution(sr, hr)) == list(COLUMNS)
    assert Scorer(["psnr_y"], 4).score_distribution(sr, hr) == {}


def test_without_an_image_that_holds_a_patch_there_is_no_score(score, photographs):
    small = photographs[0][:36, :36]
    scores, sentences = score([(small, small)])
    assert all(math.isnan(value) for value in scores.values())
    assert "expected an image of 32 px" in sentences[0]
