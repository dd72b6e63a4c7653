from __future__ import annotations

import numpy as np
import pytest
import torch

from srgan_core import tiling
from srgan_core.errors import ConfigError, ShapeError
from srgan_core.inference import restore
from srgan_core.networks import Generator
from srgan_core.tiling import Box, count_parts, enlarging_margin, restore_tiles, trunk_margin


def make_generator(scale: int, blocks: int = 2) -> Generator:
    torch.manual_seed(scale)
    generator = Generator(scale, channels=4, blocks=blocks)
    for name, value in generator.state_dict().items():
        if name.endswith("running_mean"):
            value.uniform_(-0.1, 0.1)
    return generator.eval()


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def put_together(generator: Generator, lr: np.ndarray, tile: int) -> np.ndarray:
    scale = generator.scale
    result = np.zeros((lr.shape[0] * scale, lr.shape[1] * scale, 3), np.uint8)
    covered = np.zeros(result.shape[:2], int)
    for box, part in restore_tiles(generator, lr, tile):
        result[box.slices] = part
        covered[box.slices] += 1
    assert (covered == 1).all()
    return result


def test_margins_of_the_article_generator():
    generator = Generator(4)
    assert trunk_margin(generator) == 4 + 16 * 2 + 1
    assert enlarging_margin(generator) == 3


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_the_result_depends_on_the_margin_and_on_nothing_beyond(scale):
    generator = make_generator(scale, blocks=1).double()
    reach = trunk_margin(generator) + enlarging_margin(generator)
    side = 2 * reach + 3
    lr = torch.rand(1, 3, 1, side, dtype=torch.float64, requires_grad=True)
    middle = reach + 1
    restored = generator(lr)[..., middle * scale : (middle + 1) * scale]
    (gradient,) = torch.autograd.grad(restored.abs().sum(), lr)
    touched = gradient.abs().sum(dim=(0, 1, 2)).nonzero().flatten()
    assert touched.min() == middle - reach
    assert touched.max() == middle + reach


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("tile", [7, 16, 64])
def test_tiles_equal_the_whole_image(monkeypatch, scale, tile):
    monkeypatch.setattr(tiling, "PART", 5)
    generator, lr = make_generator(scale), noise(33, 21)
    whole = restore(generator, lr).astype(int)
    assert np.abs(put_together(generator, lr, tile) - whole).max() <= 1


def test_a_margin_too_small_is_seen(monkeypatch):
    monkeypatch.setattr(tiling, "trunk_margin", lambda generator: 0)
    generator, lr = make_generator(4), noise(32, 32)
    whole = restore(generator, lr).astype(int)
    assert np.abs(put_together(generator, lr, 8) - whole).max() > 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (30, 2)])
def test_images_of_odd_shapes(shape):
    generator, lr = make_generator(2), noise(*shape)
    assert np.abs(put_together(generator, lr, 16) - restore(generator, lr).astype(int)).max() <= 1


def test_parts_are_counted(monkeypatch):
    monkeypatch.setattr(tiling, "PART", 8)
    generator, lr = make_generator(2), noise(20, 37)
    assert len(list(restore_tiles(generator, lr, 12))) == count_parts(20, 37, 12)


def test_boxes_split_without_gaps():
    boxes = Box(0, 0, 5, 7).split(3)
    assert sum((b.bottom - b.top) * (b.right - b.left) for b in boxes) == 35
    assert boxes[-1] == Box(3, 6, 5, 7)


@pytest.mark.parametrize(
    "lr", [np.zeros((4, 4)), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_image_is_refused(lr):
    with pytest.raises(ShapeError, match="expected"):
        next(restore_tiles(make_generator(2), lr))


def test_a_tile_without_pixels_is_refused():
    with pytest.raises(ConfigError, match="tile"):
        next(restore_tiles(make_generator(2), noise(4, 4), 0))
