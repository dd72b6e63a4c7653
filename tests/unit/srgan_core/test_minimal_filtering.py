"""Minimal filtering holds against PyTorch's convolutions."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from srgan_core import minimal_filtering
from srgan_core.minimal_filtering import FrozenConv2d, transform_kernel


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


@pytest.fixture
def any_number_of_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minimal_filtering, "FEWEST_TILES", 1)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the images that minimal filtering was asked for."""
    sizes: list[int] = []
    apply = minimal_filtering._MinimalFilter.apply

    def recorded(features: Tensor, *others: Tensor) -> Tensor:
        sizes.append(features.shape[1])
        return apply(features, *others)

    monkeypatch.setattr(minimal_filtering._MinimalFilter, "apply", recorded)
    return sizes


def frozen(inputs: int, outputs: int, dtype: torch.dtype = torch.float64) -> FrozenConv2d:
    return FrozenConv2d(inputs, outputs).to(dtype).requires_grad_(False)


def images(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    values = torch.randn(*shape, dtype=dtype).contiguous(memory_format=torch.channels_last)
    return values.requires_grad_()


def relative_error(value: Tensor, expected: Tensor) -> float:
    value, expected = value.detach(), expected.detach()
    return float((value - expected).norm() / expected.norm())


def textbook(layer: FrozenConv2d, features: Tensor) -> Tensor:
    return functional.conv2d(features, layer.weight, layer.bias, padding=1)


# Sides that are no multiple of a tile, and maps of one pixel, are among them.
@pytest.mark.parametrize("sides", [(9, 7), (12, 13), (1, 1), (4, 4), (2, 2), (17, 4)])
@pytest.mark.parametrize("inputs", [3, 64])
@pytest.mark.usefixtures("any_number_of_tiles")
def test_values_and_gradients_equal_those_of_the_textbook_form(
    sides: tuple[int, int], inputs: int, served: list[int]
):
    layer, features = frozen(inputs, 256), images(2, inputs, *sides)
    found, expected = layer(features), textbook(layer, features)
    assert relative_error(found, expected) < 1e-13
    gradient = torch.randn_like(expected)
    (back,) = torch.autograd.grad(found, features, gradient)
    (expected_back,) = torch.autograd.grad(expected, features, gradient)
    assert relative_error(back, expected_back) < 1e-13
    assert served == [sides[0]]


def test_small_work_keeps_the_direct_form(served: list[int]):
    with torch.no_grad():
        frozen(64, 256)(images(8, 64, 8, 8))
        frozen(64, 128)(images(8, 64, 32, 32))
    assert served == []
    frozen(64, 256)(images(16, 64, 8, 8))
    assert served == [8]


def test_autocast_keeps_the_direct_form(served: list[int]):
    layer = frozen(64, 256, torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert layer(images(8, 64, 16, 16, dtype=torch.float32)).dtype == torch.bfloat16
    assert served == []


def test_float32_error_is_small():
    layer = frozen(256, 256)
    features = images(4, 256, 24, 24)
    exact = textbook(layer, features)
    assert relative_error(layer.float()(features.float()).double(), exact) < 1e-5


def test_images_worked_on_in_parts_give_the_same_values(monkeypatch: pytest.MonkeyPatch):
    layer, features = frozen(4, 256), images(5, 4, 24, 24)
    together = layer(features)
    (back,) = torch.autograd.grad(together.sum(), features)
    monkeypatch.setattr(minimal_filtering, "CACHED_VALUES", 1)
    apart = layer(features)
    assert relative_error(apart, together) < 1e-14
    assert relative_error(torch.autograd.grad(apart.sum(), features)[0], back) < 1e-14


def test_other_weights_are_transformed_anew():
    layer, features = frozen(64, 256), images(16, 64, 8, 8)
    before = layer(features)
    layer.weight.mul_(2)
    layer.bias.mul_(2)
    assert relative_error(layer(features), 2 * before) < 1e-14
    assert layer.float()(features.float()).dtype == torch.float32


def test_kernel_that_copies_gives_the_images_back():
    layer, features = frozen(256, 256), images(4, 256, 16, 16)
    layer.weight.zero_()
    layer.weight[range(256), range(256), 1, 1] = 1
    layer.bias.zero_()
    assert transform_kernel(layer.weight).shape == (36, 256, 256)
    assert relative_error(layer(features), features) < 1e-14


def test_copies_and_files_hold_the_weights_alone():
    layer, features = frozen(64, 256), images(16, 64, 8, 8)
    expected = layer(features)
    assert len(pickle.dumps(layer)) < 1.1 * layer.weight.numel() * layer.weight.element_size()
    copied = copy.deepcopy(layer)
    assert copied._transformed is None
    assert torch.equal(copied(features), expected)


def test_inference_mode_gives_the_same_values(served: list[int]):
    features = images(16, 64, 8, 8)
    with torch.inference_mode():
        layer = frozen(64, 256)
        assert relative_error(layer(features), textbook(layer, features)) < 1e-13
    assert served == [8]


def test_what_was_only_looked_at_can_be_trained_through_later(served: list[int]):
    layer, features = frozen(64, 256), images(16, 64, 8, 8)
    with torch.inference_mode():
        layer(features.detach())
    (back,) = torch.autograd.grad(layer(features).sum(), features)
    (expected,) = torch.autograd.grad(textbook(layer, features).sum(), features)
    assert relative_error(back, expected) < 1e-13
    assert served == [8, 8]


def test_a_new_parameter_in_the_place_of_the_old_one_is_noticed():
    layer, features = frozen(64, 256), images(16, 64, 8, 8)
    for seed in range(5):
        del layer.weight
        values = torch.randn(256, 64, 3, 3, generator=torch.Generator().manual_seed(seed))
        layer.weight = torch.nn.Parameter(values.double(), requires_grad=False)
        assert relative_error(layer(features), textbook(layer, features)) < 1e-13


def test_tracing_and_other_types_keep_the_direct_form(served: list[int]):
    layer, features = frozen(64, 256, torch.float32), torch.randn(16, 64, 8, 8)
    traced = torch.export.export(layer, (features,)).module()
    assert relative_error(traced(features), textbook(layer, features)) < 1e-6
    layer(features[0])
    layer.bfloat16()(features.bfloat16())
    assert served == []
