from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image

from srgan_core.data.images import read_rgb
from srgan_core.data.resize import (
    crop_to_multiple,
    cubic_kernel,
    downsample,
    downsample_uint8,
    quantise,
    resize_matrix,
    resize_taps,
    resize_uint8,
    upsample,
    upsample_uint8,
)
from srgan_core.errors import ShapeError


def reference_cubic(x: float) -> float:
    """Keys 1981, equation 15."""
    x = abs(x)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x <= 2 else 0.0


def reference_contributions(length: int, length_out: int) -> list[list[tuple[int, float]]]:
    """MATLAB's `contributions` of imresize.m, with its one-based indices, sample by sample."""
    scale = length_out / length
    width = 4 / min(scale, 1)
    stretch = min(scale, 1)
    mirror = [*range(1, length + 1), *range(length, 0, -1)]
    samples = []
    for x in range(1, length_out + 1):
        u = x / scale + 0.5 * (1 - 1 / scale)
        left = math.floor(u - width / 2)
        taps = range(left, left + math.ceil(width) + 2)
        weights = [stretch * reference_cubic(stretch * (u - tap)) for tap in taps]
        places = [mirror[(tap - 1) % len(mirror)] for tap in taps]
        samples.append([(p - 1, w / sum(weights)) for p, w in zip(places, weights, strict=True)])
    return samples


def reference_imresize(rgb: np.ndarray, height: int, width: int) -> np.ndarray:
    """imresize in float64: rows, then columns, one rounding at the end."""
    values = rgb.astype(np.float64)
    for axis, length_out in ((0, height), (1, width)):
        values = np.moveaxis(values, axis, 0)
        samples = reference_contributions(values.shape[0], length_out)
        values = np.stack([sum(w * values[place] for place, w in taps) for taps in samples])
        values = np.moveaxis(values, 0, axis)
    return np.floor(values.clip(0, 255) + 0.5).astype(np.uint8)


def photograph(height: int, width: int) -> np.ndarray:
    """Pixels with edges, texture and saturation, (height, width, 3), uint8."""
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[:height, :width]
    waves = np.stack([np.sin(rows / 5), np.cos(columns / 3), np.sin((rows + columns) / 7)], -1)
    edges = ((rows // 9 + columns // 11) % 2)[..., None]
    noise = random.normal(0, 20, (height, width, 3))
    return (127 + 70 * waves + 90 * (edges - 0.5) + noise).clip(0, 255).astype(np.uint8)


def as_batch(rgb: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(rgb).permute(2, 0, 1)[None].float() / 255


def as_rgb(images: torch.Tensor) -> np.ndarray:
    return (quantise(images)[0] * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()


def assert_same_pixels(computed: np.ndarray, expected: np.ndarray) -> None:
    """At most one grey level apart, and that on at most 0.1% of the values: ties of rounding."""
    difference = np.abs(computed.astype(int) - expected.astype(int))
    assert difference.max() <= 1
    assert (difference > 0).mean() <= 1e-3


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_downsampling_follows_matlab(scale: int):
    rgb = photograph(96, 64)
    expected = reference_imresize(rgb, 96 // scale, 64 // scale)
    assert_same_pixels(downsample_uint8(rgb, scale), expected)
    assert_same_pixels(as_rgb(downsample(as_batch(rgb), scale)), expected)


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_upsampling_follows_matlab(scale: int):
    rgb = photograph(13, 18)
    expected = reference_imresize(rgb, 13 * scale, 18 * scale)
    assert_same_pixels(upsample_uint8(rgb, scale), expected)
    assert_same_pixels(as_rgb(upsample(as_batch(rgb), scale)), expected)


@pytest.mark.parametrize(("height", "width"), [(33, 50), (20, 21), (7, 90)])
def test_any_size_follows_matlab(height: int, width: int):
    rgb = photograph(41, 60)
    assert_same_pixels(resize_uint8(rgb, height, width), reference_imresize(rgb, height, width))


@pytest.mark.shared_data
@pytest.mark.parametrize("scale", [2, 4])
def test_photographs_follow_matlab(set5, scale: int):
    rgb = crop_to_multiple(read_rgb(set5 / "butterfly.png"), scale)
    expected = reference_imresize(rgb, rgb.shape[0] // scale, rgb.shape[1] // scale)
    assert_same_pixels(downsample_uint8(rgb, scale), expected)
    assert_same_pixels(as_rgb(downsample(as_batch(rgb), scale)), expected)


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_patches_and_whole_images_shrink_alike(scale: int):
    """Training pairs and test pairs are then of one kind."""
    rgb = photograph(96, 96)
    assert_same_pixels(as_rgb(downsample(as_batch(rgb), scale)), downsample_uint8(rgb, scale))


def test_border_mirrors_with_the_edge_pixel_repeated():
    indices, weights = resize_taps(8, 4)
    first = dict.fromkeys(range(8), 0.0)
    for place, weight in zip(indices[0], weights[0], strict=True):
        first[int(place)] += weight
    # The kernel stretched by two at distances 0.5, 1.5, 2.5, 3.5 px is 111, 29, -9, -3 of 256.
    assert first[0] == pytest.approx((111 + 29) / 256)
    assert first[1] == pytest.approx((111 - 9) / 256)
    assert first[2] == pytest.approx((29 - 3) / 256)
    assert first[3] == pytest.approx(-9 / 256)
    assert first[4] == pytest.approx(-3 / 256)


def test_inner_weights_of_half_size_are_the_stretched_kernel():
    indices, weights = resize_taps(16, 8)
    taps = {int(p): w for p, w in zip(indices[4], weights[4], strict=True) if w}
    expected = np.array([-3, -9, 29, 111, 111, 29, -9, -3]) / 256
    assert sorted(taps) == list(range(5, 13))
    assert [taps[p] for p in sorted(taps)] == pytest.approx(expected.tolist())


@pytest.mark.parametrize(("before", "after"), [(96, 24), (24, 96), (3, 1), (1, 8), (5, 3)])
def test_weights_sum_to_one_and_point_into_the_image(before: int, after: int):
    indices, weights = resize_taps(before, after)
    assert weights.sum(axis=1) == pytest.approx(np.ones(after))
    assert indices.min() >= 0
    assert indices.max() < before
    matrix = resize_matrix(before, after, torch.device("cpu"))
    assert matrix.shape == (after, before)
    assert matrix.sum(dim=1).numpy() == pytest.approx(np.ones(after), rel=1e-6)


@pytest.mark.parametrize("level", [0, 1, 77, 254, 255])
@pytest.mark.parametrize("scale", [2, 4, 8])
def test_constant_image_stays_constant(level: int, scale: int):
    rgb = np.full((32, 24, 3), level, dtype=np.uint8)
    for resized in (
        downsample_uint8(rgb, scale),
        upsample_uint8(rgb, scale),
        as_rgb(downsample(as_batch(rgb), scale)),
        as_rgb(upsample(as_batch(rgb), scale)),
    ):
        assert (resized == level).all()


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_ramp_keeps_its_values_away_from_the_border(scale: int):
    ramp = torch.arange(128, dtype=torch.float32).expand(1, 1, 16, 128) / 128
    shrunk = downsample(ramp, scale)[0, 0, 0] * 128
    centres = (torch.arange(128 // scale) + 0.5) * scale - 0.5
    torch.testing.assert_close(shrunk[2:-2], centres[2:-2], rtol=0, atol=1e-3)


def test_kernel_is_one_at_zero_and_zero_at_other_whole_distances():
    assert cubic_kernel(np.array([0.0, 1.0, -1.0, 2.0, 2.5])).tolist() == [1, 0, 0, 0, 0]
    assert cubic_kernel(np.array([1.5])).item() == pytest.approx(-0.0625)


def test_sides_that_the_scale_does_not_divide_lose_pixels_at_right_and_bottom():
    rgb = photograph(35, 46)
    assert np.array_equal(crop_to_multiple(rgb, 4), rgb[:32, :44])
    assert np.array_equal(downsample_uint8(rgb, 4), downsample_uint8(rgb[:32, :44], 4))


def test_batch_whose_sides_the_scale_does_not_divide_is_refused():
    with pytest.raises(ShapeError, match="multiples of 4, got 32 x 46"):
        downsample(torch.zeros(1, 3, 32, 46), 4)


def test_batch_equals_single_images():
    images = torch.rand(3, 3, 32, 16, generator=torch.Generator().manual_seed(0))
    singles = torch.cat([downsample(image[None], 4) for image in images])
    torch.testing.assert_close(downsample(images, 4), singles, rtol=0, atol=1e-6)


def test_autocast_does_not_lower_the_precision():
    images = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    exact = downsample(images, 4)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(downsample(images, 4), exact)


def test_gradients_flow_through_a_matrix_first_made_in_inference_mode():
    resize_matrix.cache_clear()
    images = torch.rand(1, 3, 16, 16)
    with torch.inference_mode():
        downsample(images, 4)
    images.requires_grad_()
    downsample(images, 4).sum().backward()
    assert images.grad.sum().item() == pytest.approx(3 * 16, rel=1e-4)


def test_quantise_rounds_to_levels_of_a_file_and_clips_overshoot():
    values = torch.tensor([-0.1, 0.0, 0.4 / 255, 0.6 / 255, 100.3 / 255, 1.0, 1.2])
    assert torch.equal(quantise(values) * 255, torch.tensor([0.0, 0, 0, 1, 100, 255, 255]))


def test_quantise_changes_no_level_of_a_file():
    levels = torch.arange(256) / 255
    assert torch.equal(quantise(levels), levels)


def test_bicubic_of_pillow_is_another_kernel_rule_only_at_borders():
    """Pillow shrinks with the same stretched kernel but renormalises instead of mirroring."""
    rgb = photograph(96, 96)
    pillow = np.asarray(Image.fromarray(rgb).resize((24, 24), Image.Resampling.BICUBIC))
    difference = np.abs(downsample_uint8(rgb, 4).astype(int) - pillow)[3:-3, 3:-3]
    assert difference.max() <= 1
