from __future__ import annotations

import numpy as np
import pytest
import torch

from srgan_core import streaming
from srgan_core.errors import ShapeError
from srgan_core.inference import restore
from srgan_core.networks import Generator
from srgan_core.streaming import restore_rows


def make_generator(scale: int, blocks: int = 2) -> Generator:
    torch.manual_seed(scale)
    generator = Generator(scale, channels=4, blocks=blocks)
    for name, value in generator.state_dict().items():
        if name.endswith(("running_mean", "norm1.bias", "norm2.bias")):
            value.uniform_(-0.1, 0.1)
        if name.endswith(("running_var", "norm1.weight", "norm2.weight")):
            value.uniform_(0.5, 2)
    return generator.eval()


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def whole(generator: Generator, lr: np.ndarray) -> np.ndarray:
    return np.concatenate(list(restore_rows(generator, lr)))


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("rows", [1, 5, 14, 100])
def test_pieces_of_any_height_are_those_of_the_whole_image(monkeypatch, scale, rows):
    monkeypatch.setattr(streaming, "PIECE", rows * 21)
    monkeypatch.setattr(streaming, "ENLARGED", (rows // 3) * 21)
    generator, lr = make_generator(scale), noise(33, 21)
    expected = restore(generator, lr).astype(int)
    assert np.abs(whole(generator, lr) - expected).max() <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (30, 2), (3, 5)])
def test_images_of_odd_shapes(shape):
    generator, lr = make_generator(2), noise(*shape)
    assert np.abs(whole(generator, lr) - restore(generator, lr).astype(int)).max() <= 1


def test_a_generator_in_bfloat16_is_off_by_a_few_grey_levels():
    generator, lr = make_generator(2), noise(9, 8)
    rounded = np.concatenate(list(restore_rows(generator, lr, torch.bfloat16)))
    assert 0 < np.abs(rounded - restore(generator, lr).astype(int)).max() <= 8


def test_memory_does_not_grow_with_the_height(monkeypatch):
    monkeypatch.setattr(streaming, "PIECE", 8)
    made = []
    convolve = torch.nn.functional.conv2d

    def noted(maps, *arguments, **more):
        made.append(maps.numel())
        return convolve(maps, *arguments, **more)

    monkeypatch.setattr(streaming.functional, "conv2d", noted)
    largest = []
    for height in (30, 90):
        made.clear()
        whole(make_generator(2), noise(height, 8))
        largest.append(max(made))
    assert largest[0] == largest[1]


def test_the_last_rows_go_through_the_trunk_in_parts(monkeypatch):
    monkeypatch.setattr(streaming, "PIECE", 4 * 8)
    heights = []
    convolve = torch.nn.functional.conv2d

    def noted(maps, weight, *arguments, **more):
        if tuple(weight.shape) == (4, 4, 3, 3):
            heights.append(maps.shape[2])
        return convolve(maps, weight, *arguments, **more)

    monkeypatch.setattr(streaming.functional, "conv2d", noted)
    generator, lr = make_generator(2, blocks=8), noise(40, 8)
    made = whole(generator, lr).astype(int)
    # Two pieces of 4 rows, 2 that were kept and the border; a second convolution has one row more.
    assert max(heights) <= 2 * 4 + 2 + 1 + 1
    assert np.abs(made - restore(generator, lr)).max() <= 1


@pytest.mark.parametrize(
    "lr", [np.zeros((4, 4)), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_image_is_refused(lr):
    with pytest.raises(ShapeError, match="expected"):
        next(restore_rows(make_generator(2), lr))
