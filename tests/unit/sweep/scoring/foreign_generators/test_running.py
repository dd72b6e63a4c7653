import numpy as np
import pytest
import torch
from torch.nn import functional

from srgan_core.errors import ShapeError
from sweep.scoring.foreign_generators.running import (
    difference_from_input,
    image_among,
    restore_window,
)

LR = torch.zeros(1, 3, 5, 7)
SR = torch.rand(1, 3, 10, 14)


@pytest.mark.parametrize(
    "output",
    [SR, (SR,), [LR, SR], {"sr": SR, "features": torch.zeros(1, 64, 5, 7)}, (SR, None, 3)],
    ids=["tensor", "tuple", "list", "dictionary", "beside others"],
)
def test_the_restored_image_is_found_in_what_a_network_gives(output):
    assert image_among(output, LR, 2) is SR


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (torch.zeros(1, 3, 20, 28), r"got \(1, 3, 20, 28\); give --scale 4"),
        (torch.zeros(1, 3, 16, 16), r"got \(1, 3, 16, 16\); save a program that gives one image"),
        (torch.zeros(1, 1, 10, 14), r"got \(1, 1, 10, 14\); save a program .* three channels"),
        ((SR, SR), r"and \(1, 3, 10, 14\); save a program that gives the restored image alone"),
        (None, "got NoneType"),
        ((), "got tuple"),
        (SR / 0, "expected finite numbers"),
    ],
)
def test_what_is_no_restored_image_is_refused_with_the_reason(output, said):
    with pytest.raises(ShapeError, match=said):
        image_among(output, LR, 2)


def test_an_image_is_rounded_once_and_cut_to_8_bits():
    lr = np.array([[[0, 100, 255]]], np.uint8)
    restored = restore_window(lambda x: x.repeat(1, 1, 2, 2) * 1.5 - 0.002, lr, 2, "cpu")
    assert restored.shape == (2, 2, 3)
    assert restored[0, 0].tolist() == [0, 149, 255]


def test_a_network_is_told_from_what_it_should_do():
    def enlarge(x: torch.Tensor) -> torch.Tensor:
        return functional.interpolate(x, scale_factor=4.0, mode="bicubic")

    def fail(x: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("too small")

    assert difference_from_input(enlarge, 4, "cpu") == pytest.approx(0, abs=0.01)
    assert difference_from_input(lambda x: 0 * enlarge(x), 4, "cpu") > 0.5
    assert difference_from_input(fail, 4, "cpu") is None
