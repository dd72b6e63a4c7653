from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage
import torch

from srgan_core.data.degradation import Degradation, Draw, gaussian_kernel
from srgan_core.data.degrading import (
    blur,
    degraded,
    degraded_image,
    image_random,
    patch_random,
    spoil,
)
from srgan_core.data.images import read_rgb
from srgan_core.data.resize import downsample, downsample_uint8, quantise
from srgan_core.data.sources import skimage_files

WHOLE = {"blur": {"sigma": [0.5, 2]}, "noise": {"sigma": [5, 10]}, "jpeg": {"quality": [50, 95]}}


@pytest.fixture(scope="module")
def photograph() -> np.ndarray:
    return read_rgb(*skimage_files(["astronaut.png"]))


def degradation(*parts: str) -> Degradation:
    return Degradation.model_validate({part: WHOLE[part] for part in parts or WHOLE})


def patches(number: int = 3, side: int = 32) -> torch.Tensor:
    levels = np.random.default_rng(0).integers(0, 256, (number, 3, side, side))
    return torch.from_numpy(levels).float() / 255


def random(number: int, first: int = 0) -> list[np.random.Generator]:
    return [patch_random(0, 7, first + place) for place in range(number)]


def test_blur_is_a_convolution_that_mirrors_at_the_borders():
    images, kernels = patches(2).double(), [gaussian_kernel(13, 2, 1, angle) for angle in (0.3, 2)]
    found = blur(images, torch.from_numpy(np.stack(kernels))).numpy()
    for image, kernel, result in zip(images.numpy(), kernels, found, strict=True):
        for channel, blurred in zip(image, result, strict=True):
            expected = scipy.ndimage.convolve(channel, kernel, mode="reflect")
            assert np.allclose(blurred, expected, atol=1e-12)


def test_a_kernel_larger_than_the_image_still_mirrors():
    image = torch.full((1, 3, 5, 4), 0.25)
    kernel = torch.from_numpy(gaussian_kernel(31, 5, 5, 0))[None]
    assert torch.allclose(blur(image, kernel), image)


def test_lr_is_quantised_and_a_function_of_the_patch_alone():
    images, found = patches(), degradation()
    together = degraded(images, 4, found, random(3))
    assert together.shape == (3, 3, 8, 8)
    assert torch.equal(quantise(together), together)
    assert torch.equal(together, degraded(images, 4, found, random(3)))
    alone = degraded(images[1:2], 4, found, random(1, first=1))
    assert (together[1:2] - alone).abs().max() <= 2 / 255
    assert not torch.equal(degraded(images, 4, found, random(3, first=3)), together)


def test_patches_are_drawn_apart_by_seed_step_and_place():
    numbers = {patch_random(*key).random() for key in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]}
    assert len(numbers) == 4
    crops = np.random.Generator(np.random.Philox(key=[0, 0])).random(1000)
    assert not numbers & set(crops)


def test_blur_alone_is_shrunk_as_ever():
    images, found = patches(), degradation("blur")
    kernels = [found.draw(each).kernel for each in random(3)]
    expected = quantise(downsample(blur(images, torch.from_numpy(np.stack(kernels))), 4))
    assert torch.equal(degraded(images, 4, found, random(3)), expected)


@pytest.mark.parametrize("part", ["noise", "jpeg"])
def test_noise_and_jpeg_change_the_shrunk_patches(part):
    images, found = patches(), degradation(part)
    plain = quantise(downsample(images, 4))
    assert not torch.equal(degraded(images, 4, found, random(3)), plain)


def test_noise_has_the_drawn_deviation():
    grey = np.full((100, 100, 3), 128, np.uint8)
    noisy = spoil(grey, Draw(None, 9.0, None), np.random.default_rng(0)).astype(float)
    assert noisy.mean() == pytest.approx(128, abs=0.2)
    assert noisy.std() == pytest.approx(9, rel=0.02)
    assert abs(np.corrcoef(noisy[..., 0].ravel(), noisy[..., 1].ravel())[0, 1]) < 0.05


def test_lower_quality_loses_more(photograph):
    lr = np.ascontiguousarray(photograph[:64, :64])

    def loss(quality: int) -> float:
        compressed = spoil(lr, Draw(None, 0.0, quality), np.random.default_rng(0))
        return float(np.square(compressed.astype(float) - lr).mean())

    assert loss(10) > loss(50) > loss(95) > 0


def test_the_draw_of_a_test_image_is_fixed_by_its_name(photograph):
    one, again, other = (
        degraded_image(photograph[:67, :81], 4, degradation(), name) for name in ("a", "a", "b")
    )
    assert one.shape == (16, 20, 3)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_a_test_image_passes_blur_shrinking_noise_and_jpeg_in_this_order(photograph):
    hr, found = photograph[:64, :64], degradation()
    numbers = image_random("a")
    draw = found.draw(numbers)
    channels = [
        scipy.ndimage.convolve(hr[..., c].astype(float), draw.kernel, mode="reflect")
        for c in range(3)
    ]
    shrunk = downsample_uint8(np.stack(channels, axis=-1), 4)
    assert np.array_equal(degraded_image(hr, 4, found, "a"), spoil(shrunk, draw, numbers))
