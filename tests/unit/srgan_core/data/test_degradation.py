from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from srgan_core.data.degradation import Degradation, gaussian_kernel
from srgan_core.settings import describe_errors

WHOLE = {
    "blur": {"sigma": [0.5, 2]},
    "noise": {"sigma": [0, 10]},
    "jpeg": {"quality": [50, 95]},
}


def degradation(**parts: object) -> Degradation:
    return Degradation.model_validate(parts)


def draws(found: Degradation, number: int = 200) -> list:
    return [found.draw(np.random.default_rng(seed)) for seed in range(number)]


def spread(kernel: np.ndarray) -> np.ndarray:
    """Variances along both principal axes, ascending."""
    offset = np.arange(len(kernel)) - len(kernel) // 2
    down, right = np.meshgrid(offset, offset, indexing="ij")
    mixed = (kernel * down * right).sum()
    matrix = [[(kernel * down**2).sum(), mixed], [mixed, (kernel * right**2).sum()]]
    return np.linalg.eigvalsh(matrix)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({}, "at least one of blur, noise and jpeg, got none"),
        ({"blur": None}, "at least one of blur, noise and jpeg, got none"),
        ({"blur": {"sigma": [2, 1]}}, "blur.sigma: expected the smaller end first, got [2, 1]"),
        ({"blur": {"sigma": 0}}, "blur.sigma: expected greater than or equal to 0.1, got 0"),
        ({"blur": {"sigma": 11}}, "less than or equal to 10, got 11"),
        ({"blur": {"sigma": "wide"}}, "blur.sigma: expected a list, got 'wide'"),
        ({"blur": {"sigma": True}}, "blur.sigma: expected a list, got True"),
        ({"blur": {"sigma": 1, "kernels": []}}, "at least one kind, each once, got []"),
        ({"blur": {"sigma": 1, "kernels": ["box"]}}, "expected 'isotropic' or 'anisotropic'"),
        ({"blur": {}}, "blur.sigma: expected a value, found none"),
        ({"noise": {"sigma": [0, 0]}}, "a sigma above 0, got 0; leave noise out for none"),
        ({"noise": {"sigma": [0, 200]}}, "less than or equal to 75, got 200"),
        ({"jpeg": {"quality": [1, 50]}}, "greater than or equal to 10, got 1"),
        ({"jpeg": {"quality": 50.5}}, "expected a valid integer"),
        ({"nois": {"sigma": 1}}, "did you mean 'noise'"),
        ({"blur": {"sigmas": 1}}, "'sigmas' is unknown: kernels, sigma"),
    ],
)
def test_a_wrong_value_is_refused(parts, message):
    with pytest.raises(ValidationError) as raised:
        degradation(**parts)
    assert message in describe_errors(raised.value, Degradation, "x")


def test_what_is_wrong_with_a_single_number_is_said_once():
    with pytest.raises(ValidationError) as raised:
        degradation(jpeg={"quality": 0})
    said = describe_errors(raised.value, Degradation, "x")
    assert said == "x: jpeg.quality: expected greater than or equal to 10, got 0"


def test_a_single_number_is_a_range_of_one():
    assert degradation(blur={"sigma": 1.5}) == degradation(blur={"sigma": [1.5, 1.5]})


def test_draws_stay_within_their_ranges_and_use_them():
    found = draws(degradation(**WHOLE))
    widths = np.sqrt([spread(draw.kernel) for draw in found])
    assert widths.min() > 0.25
    assert 1.7 < widths.max() <= 2
    assert 0 <= min(d.noise for d in found) < 1 < 9 < max(d.noise for d in found) <= 10
    assert {draw.quality for draw in found} >= {50, 95}
    assert all(50 <= draw.quality <= 95 for draw in found)


def test_a_part_that_is_left_out_does_not_change_the_others():
    alone, whole = (
        degradation(**parts).draw(np.random.default_rng(3))
        for parts in ({"jpeg": WHOLE["jpeg"]}, WHOLE)
    )
    assert alone.quality == whole.quality
    assert (alone.kernel, alone.noise) == (None, 0)


def test_isotropic_kernels_are_round_and_anisotropic_ones_are_not():
    kinds = {}
    for name in ("isotropic", "anisotropic"):
        found = draws(degradation(blur={"sigma": [1, 2], "kernels": [name]}), 20)
        kinds[name] = np.array([spread(draw.kernel) for draw in found])
    assert np.allclose(kinds["isotropic"][:, 0], kinds["isotropic"][:, 1])
    assert (kinds["anisotropic"][:, 1] / kinds["anisotropic"][:, 0]).max() > 1.5


@pytest.mark.parametrize("angle", [0, math.pi / 2, 0.7])
def test_a_kernel_is_a_gaussian_of_two_widths(angle):
    kernel = gaussian_kernel(25, 3, 1, angle)
    assert kernel.sum() == pytest.approx(1)
    assert np.array_equal(kernel, kernel[::-1, ::-1])
    assert spread(kernel) == pytest.approx([1, 9], rel=0.01)
    rows = (kernel.sum(axis=1) * (np.arange(25) - 12) ** 2).sum()
    assert rows == pytest.approx(1 + 8 * math.sin(angle) ** 2, rel=0.01)


def test_a_blur_wider_than_a_patch_is_worded_with_what_would_fit():
    wide = degradation(blur={"sigma": [1, 9]})
    message = wide.describe_wider_than(32, "patch_size")
    assert message.startswith("degradation.blur.sigma of at most 5,")
    assert "whose kernel has 55 px" in message
    assert degradation(blur={"sigma": 5}).describe_wider_than(32, "patch_size") == ""
    assert degradation(jpeg={"quality": 50}).describe_wider_than(16, "patch_size") == ""


def test_it_is_worded_with_all_its_ranges():
    assert degradation(**WHOLE).describe() == (
        "blur (isotropic or anisotropic Gaussian, sigma 0.5 to 2 px), noise (sigma 0 to 10 of "
        "255), JPEG (quality 50 to 95)"
    )
    assert degradation(jpeg={"quality": 30}).describe() == "JPEG (quality 30)"
