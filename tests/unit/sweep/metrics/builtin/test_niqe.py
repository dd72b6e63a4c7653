import subprocess
import sys

import numpy as np
import pytest
import scipy.io
from scipy.ndimage import correlate
from scipy.special import gamma

from srgan_core.data.resize import resize_taps
from srgan_core.errors import DataError, ShapeError
from srgan_core.files import file_sha256
from sweep.metrics.builtin.niqe import BLOCK, PRISTINE_MODEL, Niqe, count_blocks

SHAPES = np.arange(0.2, 10.001, 0.001)
RATIOS = gamma(2 / SHAPES) ** 2 / (gamma(1 / SHAPES) * gamma(3 / SHAPES))


@pytest.fixture(scope="module")
def metric():
    return Niqe()


def _fit_asymmetric_gaussian(values):
    left = np.sqrt(np.mean(values[values < 0] ** 2))
    right = np.sqrt(np.mean(values[values > 0] ** 2))
    skew = left / right
    ratio = np.mean(np.abs(values)) ** 2 / np.mean(values**2)
    ratio *= (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    shape = SHAPES[np.argmin((RATIOS - ratio) ** 2)]
    spread = np.sqrt(gamma(1 / shape) / gamma(3 / shape))
    return shape, left * spread, right * spread


def _features(block):
    shape, left, right = _fit_asymmetric_gaussian(block)
    features = [shape, (left + right) / 2]
    for shift in ((0, 1), (1, 0), (1, 1), (1, -1)):
        product = block * np.roll(block, shift, (0, 1))
        shape, left, right = _fit_asymmetric_gaussian(product)
        mean = (right - left) * gamma(2 / shape) / gamma(1 / shape)
        features += [shape, mean, left, right]
    return features


def _normalised(image):
    offsets = np.arange(-3, 4)
    line = np.exp(-(offsets**2) / (2 * (7 / 6) ** 2))
    window = np.outer(line, line) / line.sum() ** 2
    mean = correlate(image, window, mode="nearest")
    variance = correlate(image**2, window, mode="nearest") - mean**2
    return (image - mean) / (np.sqrt(np.abs(variance)) + 1)


def _halved(image):
    for axis in (0, 1):
        indices, weights = resize_taps(image.shape[axis], image.shape[axis] // 2)
        moved = np.moveaxis(image, axis, 0)
        image = np.moveaxis(np.einsum("ij,ij...->i...", weights, moved[indices]), 0, axis)
    return image


def _reference_niqe(rgb, border):
    """Mittal et al. 2013 in numpy, with pyiqa's choices: Y of YIQ, rounded, whole blocks."""
    image = np.round(rgb[border:-border, border:-border] @ np.array([0.299, 0.587, 0.114]))
    rows, columns = (side // BLOCK for side in image.shape)
    image = image[: rows * BLOCK, : columns * BLOCK]
    scales = []
    for side, picture in ((BLOCK, image), (BLOCK // 2, _halved(image))):
        field = _normalised(picture)
        corners = [(side * r, side * c) for c in range(columns) for r in range(rows)]
        scales.append([_features(field[y : y + side, x : x + side]) for y, x in corners])
    features = np.concatenate(scales, axis=1)
    model = scipy.io.loadmat(PRISTINE_MODEL.path())
    covariance = (model["cov_prisparam"] + np.cov(features, rowvar=False)) / 2
    difference = model["mu_prisparam"] - features.mean(axis=0)
    return float(np.sqrt(difference @ np.linalg.pinv(covariance) @ difference.T)[0, 0])


def test_matches_the_article_written_out_in_numpy(metric, photograph):
    assert metric(photograph, 4) == pytest.approx(_reference_niqe(photograph, 4), rel=1e-3)


@pytest.mark.parametrize("color_space", ["yiq", "ycbcr"])
def test_scores_are_those_of_pyiqa(color_space, photograph):
    import pyiqa
    import torch

    theirs = pyiqa.create_metric(
        "niqe",
        device="cpu",
        pretrained_model_path=str(PRISTINE_MODEL.path()),
        color_space=color_space,
        crop_border=4,
    )
    framed = photograph.copy()
    framed[:40], framed[:, -110:] = 0, 255
    noise = np.random.default_rng(0).integers(0, 256, (104, 208, 3), dtype=np.uint8)
    ours = Niqe(color_space=color_space)
    for image in (photograph, framed, noise, photograph[:104, :104] // 8):
        batch = torch.tensor(image).permute(2, 0, 1)[None].float() / 255
        assert ours(image, 4) == pytest.approx(float(theirs(batch)), rel=1e-9)


def test_the_packaged_model_is_the_original_one():
    model = scipy.io.loadmat(PRISTINE_MODEL.path())
    assert model["mu_prisparam"].shape == (1, 36)
    assert model["cov_prisparam"].shape == (36, 36)
    assert model["mu_prisparam"][0, 0] == 2.6013136801541448
    assert file_sha256(PRISTINE_MODEL.path()).startswith("c93698980bfb28d4")


def test_one_block_is_enough_and_less_is_refused_by_name(metric, photograph):
    smallest = photograph[: BLOCK + 8, : BLOCK + 8]
    assert metric(smallest, 4) > 0
    with pytest.raises(ShapeError, match=r"at least 96 px .* got 104 x 103 px"):
        metric(smallest[:-1], 4)


@pytest.mark.filterwarnings("error")
def test_a_flat_image_has_no_value_and_says_so(metric):
    with pytest.raises(DataError, match="flat"):
        metric(np.full((200, 200, 3), 128, np.uint8), 4)


@pytest.mark.parametrize(
    ("size", "border", "blocks"),
    [((504, 504), 4, 25), ((104, 200), 4, 2), ((103, 200), 4, 0), ((96, 96), 0, 1), ((4, 9), 4, 0)],
)
def test_partial_blocks_do_not_count(size, border, blocks):
    assert count_blocks(*size, border) == blocks


def test_loading_is_silent_and_asks_no_network():
    script = (
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "from sweep.metrics.builtin.niqe import Niqe\n"
        "Niqe()\n"
    )
    done = subprocess.run([sys.executable, "-W", "default", "-c", script], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
