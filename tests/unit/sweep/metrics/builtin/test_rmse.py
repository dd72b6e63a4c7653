import math

import numpy as np
import pytest

from sweep.metrics.builtin.psnr import psnr_y
from sweep.metrics.builtin.rmse import rmse


def _matlab_luma(pixel):
    red, green, blue = (float(value) for value in pixel)
    return math.floor(16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255 + 0.5)


@pytest.fixture
def pair():
    generator = np.random.default_rng(8)
    hr = generator.integers(0, 256, (15, 19, 3), dtype=np.uint8)
    sr = np.clip(hr.astype(int) + generator.integers(-30, 31, hr.shape), 0, 255).astype(np.uint8)
    return sr, hr


@pytest.mark.parametrize("border", [0, 4])
def test_matches_the_sum_by_hand_over_rounded_luma(pair, border):
    inside = slice(border, -border or None)
    sr, hr = (image[inside, inside].reshape(-1, 3) for image in pair)
    squares = [(_matlab_luma(a) - _matlab_luma(b)) ** 2 for a, b in zip(sr, hr, strict=True)]
    assert rmse(*pair, border) == pytest.approx(math.sqrt(sum(squares) / len(squares)))


def test_differs_from_the_psnr_of_the_tables_by_the_rounding_alone(pair):
    from_psnr = 255 / 10 ** (psnr_y(*pair, 4) / 20)
    assert rmse(*pair, 4) != from_psnr
    # Rounding two lumas adds at most 1 level to any difference.
    assert abs(rmse(*pair, 4) - from_psnr) < 1
