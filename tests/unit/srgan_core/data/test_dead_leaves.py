from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from srgan_core.data import dead_leaves
from srgan_core.data.dead_leaves import DeadLeavesConfig, dead_leaves_image

SMALL = DeadLeavesConfig(size=128)


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return dead_leaves_image(DeadLeavesConfig(size=256), 0)


def test_image_has_the_asked_size(image: np.ndarray):
    assert (image.shape, image.dtype) == ((256, 256, 3), np.uint8)


def test_same_arguments_give_the_same_image():
    assert np.array_equal(dead_leaves_image(SMALL, 3), dead_leaves_image(SMALL, 3))


def test_images_do_not_depend_on_those_made_before_or_on_global_state():
    first = dead_leaves_image(SMALL, 1)
    np.random.seed(0)
    dead_leaves_image(SMALL, 0)
    assert np.array_equal(dead_leaves_image(SMALL, 1), first)


@pytest.mark.parametrize(("config", "index"), [(SMALL, 1), (DeadLeavesConfig(size=128, seed=1), 0)])
def test_another_index_or_seed_gives_another_image(config: DeadLeavesConfig, index: int):
    difference = np.abs(dead_leaves_image(SMALL, 0).astype(int) - dead_leaves_image(config, index))
    assert (difference > 8).mean() > 0.5


def test_leaves_cover_the_ground(monkeypatch: pytest.MonkeyPatch):
    green = np.array([0.0, 255.0, 0.0])
    palette = dead_leaves._palette
    monkeypatch.setattr(
        dead_leaves, "_palette", lambda random: np.vstack([green, palette(random)[1:]])
    )
    ground = (dead_leaves_image(SMALL, 0) == green).all(axis=-1)
    # One of 256 leaf colours is that of the ground too.
    assert ground.mean() < 0.1


def test_gradients_are_heavy_tailed_as_in_photographs(image: np.ndarray):
    grey = image.mean(axis=-1)
    gradients = np.diff(grey, axis=1).ravel()
    kurtosis = ((gradients - gradients.mean()) ** 4).mean() / gradients.var() ** 2
    assert kurtosis > 6  # 3 for a Gaussian; photographs have 5 to 20
    assert (np.abs(gradients) < 3).mean() > 0.4


def test_images_use_a_wide_range_of_weak_colours():
    images = np.stack([dead_leaves_image(SMALL, index) for index in range(4)]).astype(float)
    assert images.std(axis=(1, 2)).min() > 10
    saturation = images.max(axis=-1) - images.min(axis=-1)
    assert saturation.mean() < images.std() * 1.5


def test_radii_follow_the_power_law_between_their_bounds():
    random = np.random.default_rng(0)
    config = DeadLeavesConfig(size=1024, smallest_radius=2, largest_radius=64)
    radii = dead_leaves._radii(random, config, 2048) / dead_leaves.SUPERSAMPLING
    assert radii.min() >= 2
    assert radii.max() <= 64
    # Under density r^-3 three of four leaves are smaller than twice the smallest.
    assert (radii < 4).mean() == pytest.approx(0.75, abs=0.02)


@pytest.mark.parametrize("textured", [0.0, 1.0])
def test_share_of_textures_can_be_all_or_nothing(textured: float, monkeypatch):
    made = []
    texture = dead_leaves._texture

    def counted(*arguments: Any) -> Any:
        made.append(1)
        return texture(*arguments)

    monkeypatch.setattr(dead_leaves, "_texture", counted)
    dead_leaves_image(DeadLeavesConfig(size=128, textured=textured), 0)
    assert bool(made) == bool(textured)


def test_radii_in_the_wrong_order_are_refused():
    with pytest.raises(ValidationError, match="at least twice smallest_radius 100, got 120"):
        DeadLeavesConfig(smallest_radius=100)
