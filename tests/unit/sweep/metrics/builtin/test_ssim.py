import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from srgan_core.errors import ShapeError
from sweep.metrics.builtin.ssim import ssim_y


def _luma(rgb):
    red, green, blue = np.moveaxis(rgb.astype(np.float64), 2, 0)
    return 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255


def _reference_ssim(sr, hr, border):
    """Equation 13 of Wang et al. 2004 for every full 11x11 window, then the mean."""
    offsets = np.arange(-5, 6)
    line = np.exp(-(offsets**2) / (2 * 1.5**2))
    weights = np.outer(line, line) / line.sum() ** 2
    inside = slice(border, -border if border else None)
    x, y = (sliding_window_view(_luma(i)[inside, inside], (11, 11)) for i in (sr, hr))

    def expect(values):
        return (values * weights).sum(axis=(-1, -2))

    mean_x, mean_y = expect(x), expect(y)
    variance_x, variance_y = expect(x * x) - mean_x**2, expect(y * y) - mean_y**2
    covariance = expect(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return (luminance * structure).mean()


@pytest.fixture
def pair():
    generator = np.random.default_rng(5)
    hr = generator.integers(0, 256, (33, 41, 3), dtype=np.uint8)
    sr = np.clip(hr.astype(int) + generator.integers(-60, 61, hr.shape), 0, 255).astype(np.uint8)
    return sr, hr


@pytest.mark.parametrize("border", [0, 4])
def test_matches_the_formula_written_out(pair, border):
    assert ssim_y(*pair, border) == pytest.approx(_reference_ssim(*pair, border), abs=1e-10)


def test_matches_the_formula_on_a_photograph(photograph):
    sr = np.roll(photograph, 1, axis=1)
    expected = _reference_ssim(sr, photograph, 4)
    assert ssim_y(sr, photograph, 4) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("turn", [np.flipud, np.fliplr, lambda image: image.transpose(1, 0, 2)])
def test_turning_both_images_changes_nothing(pair, turn):
    sr, hr = pair
    assert ssim_y(turn(sr), turn(hr), 3) == pytest.approx(ssim_y(sr, hr, 3), rel=1e-12)


def test_a_negative_of_the_image_scores_below_zero(pair):
    _, hr = pair
    assert ssim_y(255 - hr, hr, 0) < 0


def test_one_window_is_enough_and_less_is_not(pair):
    sr, hr = (image[:19, :19] for image in pair)
    ssim_y(sr, hr, 4)
    with pytest.raises(ShapeError, match="at least 11 px"):
        ssim_y(sr[:18], hr[:18], 4)
