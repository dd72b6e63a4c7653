from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from srgan_core import frozen_layers
from srgan_core.frozen_layers import FrozenConvolution

TYPES = (torch.float32, torch.bfloat16)


@pytest.fixture
def textbook() -> nn.Conv2d:
    torch.manual_seed(0)
    convolution = nn.Conv2d(24, 40, 3, padding=1).to(memory_format=torch.channels_last)
    return convolution.requires_grad_(False)


def frozen(textbook: nn.Conv2d, rectifies: bool = False) -> FrozenConvolution:
    convolution = FrozenConvolution(textbook, rectifies)
    convolution.load_state_dict(textbook.state_dict(), assign=True)
    return convolution


def maps(seed: int, channels: int, side: int = 6) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(3, channels, side, side, generator=generator)
    return values.contiguous(memory_format=torch.channels_last)


def forwards_and_back(convolution: nn.Module, features: Tensor, dtype: torch.dtype):
    leaf = features.clone().requires_grad_()
    with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
        made = convolution(leaf)
    (gradient,) = torch.autograd.grad(made, leaf, maps(1, made.shape[1], made.shape[2]).to(dtype))
    return made, gradient


@pytest.mark.parametrize("arranges", [True, False])
@pytest.mark.parametrize("rectifies", [True, False])
@pytest.mark.parametrize("dtype", TYPES)
def test_values_and_gradients_are_the_textbooks(textbook, dtype, rectifies, arranges, monkeypatch):
    if not arranges:
        monkeypatch.setattr(frozen_layers, "_is_arrangeable", lambda features: False)
    layers = nn.Sequential(textbook, nn.ReLU() if rectifies else nn.Identity())
    expected = forwards_and_back(layers, maps(0, 24), dtype)
    assert bool((expected[0] < 0).any()) != rectifies
    for _ in range(2):
        found = forwards_and_back(frozen(textbook, rectifies), maps(0, 24), dtype)
        for ours, theirs in zip(found, expected, strict=True):
            assert ours.dtype == theirs.dtype
            tolerance = 1e-5 if dtype == torch.float32 else 2e-2
            torch.testing.assert_close(ours, theirs, rtol=tolerance, atol=tolerance)


def test_the_calls_change_sizes_and_types(textbook):
    convolution = frozen(textbook)
    for side, dtype in ((6, TYPES[0]), (6, TYPES[1]), (9, TYPES[1]), (6, TYPES[0])):
        made, gradient = forwards_and_back(convolution, maps(2, 24, side), dtype)
        theirs = forwards_and_back(textbook, maps(2, 24, side), dtype)
        torch.testing.assert_close(made, theirs[0], rtol=2e-2, atol=2e-2)
        torch.testing.assert_close(gradient, theirs[1], rtol=2e-2, atol=2e-2)


def test_the_gradient_of_an_earlier_size_is_still_right(textbook):
    convolution = frozen(textbook)
    leaves = [maps(3, 24, side).requires_grad_() for side in (6, 9)]
    total = sum(convolution(leaf).square().sum() for leaf in leaves)
    theirs = sum(textbook(leaf).square().sum() for leaf in leaves)
    found, expected = (torch.autograd.grad(value, leaves) for value in (total, theirs))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_weights_are_arranged_once(textbook, monkeypatch):
    arranged = []
    original = frozen_layers._Arranged._arrange
    monkeypatch.setattr(
        frozen_layers._Arranged, "_arrange", lambda *a: arranged.append(1) or original(*a)
    )
    convolution = frozen(textbook)
    for _ in range(3):
        forwards_and_back(convolution, maps(0, 24), torch.float32)
    if not frozen_layers._is_arrangeable(maps(0, 24)):
        pytest.skip("this PyTorch has no oneDNN")
    assert len(arranged) == 2


def test_other_weights_are_seen(textbook):
    convolution = frozen(textbook)
    before = convolution(maps(0, 24))
    other = {name: 2 * value for name, value in textbook.state_dict().items()}
    convolution.load_state_dict(other, assign=True)
    torch.testing.assert_close(convolution(maps(0, 24)), 2 * before, rtol=1e-5, atol=1e-5)


def test_other_types_are_computed_as_ever(textbook):
    exact = frozen(textbook.double())
    torch.testing.assert_close(exact(maps(0, 24).double()), textbook(maps(0, 24).double()))


def test_no_gradient_reaches_the_weights(textbook):
    convolution = frozen(textbook)
    convolution(maps(0, 24).requires_grad_()).sum().backward()
    assert all(p.grad is None and not p.requires_grad for p in convolution.parameters())
