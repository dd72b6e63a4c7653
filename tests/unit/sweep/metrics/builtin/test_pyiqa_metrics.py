"""Metrics that pyiqa computes, against the formulas of the articles."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from srgan_core.errors import DataError, ShapeError
from sweep.metrics.registry import METRICS


def score(column, sr, hr):
    return METRICS[column].load("cpu", 4)(sr, hr, "")


def _luma(rgb):
    red, green, blue = np.moveaxis(rgb.astype(np.float64), 2, 0)
    return 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255


@pytest.fixture
def pair(photograph):
    hr = np.ascontiguousarray(photograph[:184, :184])
    noise = np.random.default_rng(1).normal(0, 12, hr.shape)
    return np.clip(np.round(hr + noise), 0, 255).astype(np.uint8), hr


def _gmsd(sr, hr):
    """Xue et al. 2014, equations 1 to 6, on luma halved by means of 2 x 2."""

    def gradient(image):
        height, width = (side // 2 * 2 for side in image.shape)
        small = image[:height, :width].reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
        windows = sliding_window_view(np.pad(small, 1), (3, 3))
        prewitt = np.array([[1, 0, -1]] * 3) / 3
        parts = [(windows * kernel).sum(axis=(2, 3)) for kernel in (prewitt, prewitt.T)]
        return np.sqrt(parts[0] ** 2 + parts[1] ** 2)

    a, b = gradient(sr), gradient(hr)
    similarity = (2 * a * b + 170) / (a**2 + b**2 + 170)
    return similarity.std(ddof=1)


def test_gmsd_matches_the_article_written_out_in_numpy(pair):
    inside = [_luma(image)[4:-4, 4:-4] for image in pair]
    assert score("gmsd", *pair) == pytest.approx(_gmsd(*inside), rel=1e-6)


def _ms_ssim(sr, hr):
    """Wang et al. 2003, equation 7, on sides that can be halved four times."""
    offsets = np.arange(-5, 6)
    line = np.exp(-(offsets**2) / (2 * 1.5**2))
    line /= line.sum()

    def expect(values):
        rows = sliding_window_view(values, 11, axis=0) @ line
        return sliding_window_view(rows, 11, axis=1) @ line

    product = 1.0
    for level, weight in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
        if level:
            sr, hr = (
                image.reshape(image.shape[0] // 2, 2, -1, 2).mean(axis=(1, 3)) for image in (sr, hr)
            )
        mean_x, mean_y = expect(sr), expect(hr)
        variances = expect(sr**2) - mean_x**2 + expect(hr**2) - mean_y**2
        covariance = expect(sr * hr) - mean_x * mean_y
        contrast = np.maximum((2 * covariance + 58.5225) / (variances + 58.5225), 0)
        if level == 4:
            contrast = contrast * (2 * mean_x * mean_y + 6.5025) / (mean_x**2 + mean_y**2 + 6.5025)
        product *= contrast.mean() ** weight
    return product


def test_ms_ssim_matches_the_article_written_out_in_numpy(pair):
    inside = [np.floor(_luma(image)[4:-4, 4:-4] + 0.5) for image in pair]
    assert score("ms_ssim", *pair) == pytest.approx(_ms_ssim(*inside), rel=1e-6)


def test_a_flat_reference_is_said_to_have_no_vif():
    flat = np.full((64, 64, 3), 128, np.uint8)
    with pytest.raises(DataError, match="vif: the reference is flat"):
        score("vif", flat, flat)


def test_too_small_an_image_is_refused_with_the_side_that_is_needed(pair):
    sr, hr = (image[:100] for image in pair)
    with pytest.raises(ShapeError, match="at least 161 px"):
        score("ms_ssim", sr, hr)
