import math

import numpy as np
import pytest

from sweep.metrics.builtin.psnr import psnr_rgb, psnr_y


def _reference_psnr(sr, hr, border, weights):
    """Loops over every pixel in Python floats."""
    height, width, _ = hr.shape
    total, count = 0.0, 0
    for row in range(border, height - border):
        for column in range(border, width - border):
            difference = [float(sr[row, column, k]) - float(hr[row, column, k]) for k in range(3)]
            for weight in weights:
                total += sum(w * d for w, d in zip(weight, difference, strict=True)) ** 2
                count += 1
    return 10 * math.log10(255**2 / (total / count))


@pytest.fixture
def pair():
    generator = np.random.default_rng(3)
    hr = generator.integers(0, 256, (17, 23, 3), dtype=np.uint8)
    sr = np.clip(hr.astype(int) + generator.integers(-30, 31, hr.shape), 0, 255).astype(np.uint8)
    return sr, hr


@pytest.mark.parametrize("border", [0, 4])
def test_luma_psnr_matches_the_sum_by_hand(pair, border):
    expected = _reference_psnr(*pair, border, [(65.481 / 255, 128.553 / 255, 24.966 / 255)])
    assert psnr_y(*pair, border) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("border", [0, 4])
def test_rgb_psnr_matches_the_sum_by_hand(pair, border):
    expected = _reference_psnr(*pair, border, np.eye(3).tolist())
    assert psnr_rgb(*pair, border) == pytest.approx(expected, abs=1e-9)


def test_an_error_of_one_level_is_48_decibels():
    hr = np.full((9, 9, 3), 100, np.uint8)
    assert psnr_rgb(hr + 1, hr, 2) == pytest.approx(20 * math.log10(255))


def test_differences_do_not_wrap_around_at_8_bit():
    black, white = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)
    assert psnr_rgb(black, white, 0) == 0


@pytest.mark.parametrize("metric", [psnr_y, psnr_rgb])
@pytest.mark.parametrize("turn", [np.flipud, np.fliplr, lambda image: image.transpose(1, 0, 2)])
def test_turning_both_images_changes_nothing(pair, metric, turn):
    sr, hr = pair
    assert metric(turn(sr), turn(hr), 3) == pytest.approx(metric(sr, hr, 3), rel=1e-12)


def test_swapping_channels_changes_the_luma_alone(pair):
    sr, hr = pair
    assert psnr_rgb(sr[..., ::-1], hr[..., ::-1], 0) == pytest.approx(psnr_rgb(sr, hr, 0))
    assert psnr_y(sr[..., ::-1], hr[..., ::-1], 0) != pytest.approx(psnr_y(sr, hr, 0))
