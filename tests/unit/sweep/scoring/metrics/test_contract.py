"""What holds for every metric, tested from its spec."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from srgan_core.errors import ShapeError
from sweep.scoring.evaluate import load_full_reference, load_no_reference
from sweep.scoring.metrics.specs import BORDER_CUT, METRICS, MetricSpec

Metric = Callable[[np.ndarray, np.ndarray], float]
SCALE = 4
BEST = {"psnr_y": math.inf, "psnr_rgb": math.inf, "ssim_y": 1.0, "lpips_alex": 0.0}
FULL_REFERENCE = [spec for spec in METRICS.values() if spec.reference == "full"]


def load(column: str) -> Metric:
    if METRICS[column].reference == "full":
        return load_full_reference(column, SCALE, "cpu")
    single = load_no_reference(column, SCALE, "cpu")
    return lambda sr, hr: single(sr)


@pytest.fixture(scope="module")
def metrics() -> dict[str, Metric]:
    return {}


@pytest.fixture
def metric(spec: MetricSpec, metrics: dict[str, Metric], request: pytest.FixtureRequest) -> Metric:
    if spec.column == "lpips_alex":
        request.getfixturevalue("alexnet")
    if spec.column not in metrics:
        metrics[spec.column] = load(spec.column)
    return metrics[spec.column]


def noisy(image: np.ndarray, sigma: float) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, sigma, image.shape)
    return np.clip(np.round(image + noise), 0, 255).astype(np.uint8)


def blurred(image: np.ndarray, sigma: float) -> np.ndarray:
    return gaussian_filter(image, (sigma, sigma, 0))


def every_metric(function: Callable[..., None]) -> Callable[..., None]:
    return pytest.mark.parametrize("spec", METRICS.values(), ids=lambda spec: spec.column)(function)


def full_reference(function: Callable[..., None]) -> Callable[..., None]:
    return pytest.mark.parametrize("spec", FULL_REFERENCE, ids=lambda spec: spec.column)(function)


@full_reference
def test_identical_images_get_the_best_value(spec, metric, photograph):
    assert metric(photograph, photograph.copy()) == pytest.approx(BEST[spec.column], abs=1e-12)


@full_reference
def test_the_order_of_the_two_images_does_not_matter(spec, metric, photograph):
    sr = noisy(photograph, 10)
    assert metric(sr, photograph) == pytest.approx(metric(photograph, sr), rel=1e-6)


@every_metric
@pytest.mark.parametrize("degrade", [noisy, blurred])
def test_the_value_worsens_as_the_damage_grows(spec, metric, photograph, degrade):
    values = [metric(degrade(photograph, sigma), photograph) for sigma in (2, 6, 18)]
    assert values == sorted(values, reverse=spec.higher_is_better)
    assert len(set(values)) == 3


@every_metric
def test_only_what_the_spec_says_is_cut_is_ignored(spec, metric, photograph):
    sr = noisy(photograph, 10)
    scribbled = sr.copy()
    scribbled[:SCALE] = scribbled[-SCALE:] = 255
    scribbled[:, :SCALE] = scribbled[:, -SCALE:] = 0
    unchanged = metric(scribbled, photograph) == metric(sr, photograph)
    assert unchanged == (spec.border == BORDER_CUT)


@every_metric
def test_the_first_pixel_inside_the_border_counts(spec, metric, photograph):
    sr = noisy(photograph, 10)
    changed = sr.copy()
    changed[SCALE, SCALE] = 255 - changed[SCALE, SCALE]
    assert metric(changed, photograph) != metric(sr, photograph)


@every_metric
def test_a_second_call_gives_the_same_bits(spec, metric, photograph):
    sr = noisy(photograph, 10)
    assert metric(sr, photograph) == metric(sr, photograph)


@every_metric
def test_the_value_is_a_plain_float_and_the_inputs_stay_as_they_were(spec, metric, photograph):
    sr = noisy(photograph, 10)
    before = sr.copy(), photograph.copy()
    assert type(metric(sr, photograph)) is float
    assert np.array_equal(sr, before[0])
    assert np.array_equal(photograph, before[1])


@every_metric
def test_memory_layout_does_not_matter(spec, metric, photograph):
    sr = noisy(photograph, 10)
    reversed_view = np.ascontiguousarray(sr[::-1, ::-1])[::-1, ::-1]
    assert metric(reversed_view, photograph) == metric(sr, photograph)


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
def test_unfit_images_are_refused(spec, metric, photograph, spoil):
    with pytest.raises(ShapeError, match="expected"):
        metric(spoil(photograph), spoil(photograph))


@full_reference
def test_images_of_different_sizes_are_refused(spec, metric, photograph):
    with pytest.raises(ShapeError, match="expected equal shapes"):
        metric(photograph[:-4], photograph)
