"""What holds for every metric, tested from what it says of itself."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from srgan_core.errors import ShapeError
from sweep.metrics.declaration import BORDER_CUT, Metric
from sweep.metrics.registry import METRICS
from sweep.metrics.weight_files import HubFile, NetworkWeights

Compare = Callable[[np.ndarray, np.ndarray], float]
SCALE = 4
BEST = {
    **dict.fromkeys(("psnr_y", "psnr_rgb"), math.inf),
    **dict.fromkeys(("ssim_y", "ms_ssim", "vif", "fsim"), 1.0),
    **dict.fromkeys(("rmse", "lpips_alex", "lpips_vgg", "gmsd"), 0.0),
}
# What float32 and an added epsilon leave of the exact value.
IDENTITY_TOLERANCE = {"vif": 1e-5, "fsim": 1e-6}
# Those that need a large image, or a small one so that the tests stay quick.
SIDES = {"ms_ssim": 176, "lpips_vgg": 64, "vif": 64, "fsim": 48}
HERE = [
    spec
    for spec in METRICS.values()
    if spec.aggregation != "set" and not any(isinstance(w, HubFile) for w in spec.weights)
]
FULL_REFERENCE = [spec for spec in HERE if spec.reference == "full"]


@pytest.fixture(scope="module")
def metrics() -> dict[str, Compare]:
    return {}


@pytest.fixture
def metric(spec: Metric, metrics: dict[str, Compare], request: pytest.FixtureRequest) -> Compare:
    for weights in spec.weights:
        if isinstance(weights, NetworkWeights):
            request.getfixturevalue(weights.name)
    if spec.column not in metrics:
        measure: Any = spec.load("cpu", SCALE)
        full = spec.reference == "full"
        metrics[spec.column] = lambda sr, hr: measure(sr, hr if full else None, "image")
    return metrics[spec.column]


@pytest.fixture
def picture(spec: Metric, photograph: np.ndarray) -> np.ndarray:
    side = SIDES.get(spec.column)
    return photograph if side is None else np.ascontiguousarray(photograph[:side, :side])


def noisy(image: np.ndarray, sigma: float) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, sigma, image.shape)
    return np.clip(np.round(image + noise), 0, 255).astype(np.uint8)


def blurred(image: np.ndarray, sigma: float) -> np.ndarray:
    return gaussian_filter(image, (sigma, sigma, 0))


def every_metric(function: Callable[..., None]) -> Callable[..., None]:
    return pytest.mark.parametrize("spec", HERE, ids=lambda spec: spec.column)(function)


def full_reference(function: Callable[..., None]) -> Callable[..., None]:
    return pytest.mark.parametrize("spec", FULL_REFERENCE, ids=lambda spec: spec.column)(function)


@full_reference
def test_identical_images_get_the_best_value(spec, metric, picture):
    tolerance = IDENTITY_TOLERANCE.get(spec.column, 1e-12)
    assert metric(picture, picture.copy()) == pytest.approx(BEST[spec.column], abs=tolerance)


@full_reference
def test_the_order_of_the_two_images_matters_only_where_the_spec_says_so(spec, metric, picture):
    sr = noisy(picture, 10)
    same = metric(sr, picture) == pytest.approx(metric(picture, sr), rel=1e-6)
    assert same == spec.symmetric


@every_metric
@pytest.mark.parametrize("degrade", [noisy, blurred])
def test_the_value_worsens_as_the_damage_grows(spec, metric, picture, degrade):
    values = [metric(degrade(picture, sigma), picture) for sigma in (2, 6, 18)]
    assert values == sorted(values, reverse=spec.higher_is_better)
    assert len(set(values)) == 3


@every_metric
def test_only_what_the_spec_says_is_cut_is_ignored(spec, metric, picture):
    sr = noisy(picture, 10)
    scribbled = sr.copy()
    scribbled[:SCALE] = scribbled[-SCALE:] = 255
    scribbled[:, :SCALE] = scribbled[:, -SCALE:] = 0
    unchanged = metric(scribbled, picture) == metric(sr, picture)
    assert unchanged == (spec.border == BORDER_CUT)


@every_metric
def test_the_first_pixel_inside_the_border_counts(spec, metric, picture):
    sr = noisy(picture, 10)
    changed = sr.copy()
    changed[SCALE, SCALE] = 255 - changed[SCALE, SCALE]
    assert metric(changed, picture) != metric(sr, picture)


@every_metric
def test_a_second_call_gives_the_same_bits(spec, metric, picture):
    sr = noisy(picture, 10)
    assert metric(sr, picture) == metric(sr, picture)


@every_metric
def test_the_value_is_a_plain_float_and_the_inputs_stay_as_they_were(spec, metric, picture):
    sr = noisy(picture, 10)
    before = sr.copy(), picture.copy()
    assert type(metric(sr, picture)) is float
    assert np.array_equal(sr, before[0])
    assert np.array_equal(picture, before[1])


@every_metric
def test_memory_layout_does_not_matter(spec, metric, picture):
    sr = noisy(picture, 10)
    reversed_view = np.ascontiguousarray(sr[::-1, ::-1])[::-1, ::-1]
    assert metric(reversed_view, picture) == metric(sr, picture)


@every_metric
@pytest.mark.parametrize(
    "spoil",
    [
        lambda image: image.astype(np.float32) / 255,
        lambda image: image[..., 0],
        lambda image: np.dstack([image, image[..., :1]]),
        lambda image: image.transpose(2, 0, 1),
        lambda image: image[:8, :8],
    ],
    ids=["float", "grey", "four channels", "channels first", "nothing left"],
)
def test_unfit_images_are_refused(spec, metric, picture, spoil):
    with pytest.raises(ShapeError, match="expected"):
        metric(spoil(picture), spoil(picture))


@full_reference
def test_images_of_different_sizes_are_refused(spec, metric, picture):
    with pytest.raises(ShapeError, match="expected equal shapes"):
        metric(picture[:-1], picture)
