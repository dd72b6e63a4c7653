import math

import numpy as np
import pytest

from srgan_core.data.images import read_rgb
from srgan_core.data.resize import downsample_uint8, upsample_uint8
from srgan_core.data.sources import skimage_files
from sweep.scoring.health.checkerboard import checkerboard
from sweep.scoring.health.measures import MOST_CHECKERBOARD

NAMES = ("astronaut.png", "grass.png", "chelsea.png")


@pytest.fixture(scope="module", params=NAMES)
def photograph(request) -> np.ndarray:
    (path,) = skimage_files([request.param])
    return read_rgb(path)[:256, :256]


def with_pattern(rgb: np.ndarray, amplitude: float, period: int = 2) -> np.ndarray:
    """Adds a pattern that alternates in both directions, as sub-pixel convolutions leave."""
    rows, columns = np.indices(rgb.shape[:2]) // (period // 2)
    pattern = amplitude * (-1.0) ** (rows + columns)
    return (rgb + pattern[..., None]).round().clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_photographs_have_no_pattern(photograph, scale):
    assert checkerboard(photograph, scale) < 3


def test_bicubic_images_have_none_either(photograph):
    assert checkerboard(upsample_uint8(downsample_uint8(photograph, 4), 4), 4) < 1


@pytest.mark.parametrize(("scale", "period"), [(2, 2), (4, 2), (4, 4), (8, 8)])
def test_a_pattern_at_the_strides_is_found_on_restored_images(photograph, scale, period):
    smooth = upsample_uint8(downsample_uint8(photograph, scale), scale)
    assert checkerboard(with_pattern(smooth, 12, period), scale) > MOST_CHECKERBOARD


def test_more_of_the_pattern_gives_more(photograph):
    found = [checkerboard(with_pattern(photograph, amplitude), 4) for amplitude in (0, 2, 4, 8)]
    assert found == sorted(found)
    assert found[-1] > found[0] + 3


def test_a_pattern_of_another_period_is_none_of_the_upsampling():
    flat = np.full((96, 96, 3), 128, np.uint8)
    columns = np.arange(96)
    stripes = (20 * np.cos(2 * np.pi * columns * 5 / 16)).round()[None, :, None]
    assert checkerboard((flat + stripes).astype(np.uint8), 4) < 1


def test_a_pattern_that_cannot_be_seen_is_not_found():
    flat = np.full((96, 96, 3), 128, np.uint8)
    assert checkerboard(flat, 4) == pytest.approx(0, abs=1e-6)
    barely = flat.copy()
    barely[::8, ::8] += 1
    assert checkerboard(barely, 4) < 1


def test_an_image_smaller_than_a_block_has_no_value():
    assert math.isnan(checkerboard(np.zeros((31, 64, 3), np.uint8), 4))
