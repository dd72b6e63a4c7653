from __future__ import annotations

import math
from typing import get_args

import pytest
import torch
from torch import Tensor

from srgan_core.losses import (
    ADVERSARIAL_LOSSES,
    adversarial_loss,
    discriminator_loss,
    mean_squared_error,
    non_saturating_loss,
)
from srgan_core.training.config import AdversarialLoss

REAL, FAKE = [2.5, -0.3, 0.0, 7.0], [-4.0, 0.2, 1.5, -0.1]
LOWER_TYPES = [torch.float32, torch.bfloat16]


def sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def logits(values: list[float], dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.tensor(values, dtype=dtype)[:, None].requires_grad_()


def test_mean_squared_error_follows_its_formula():
    restored, reference = [0.1, 0.9, 0.4], [0.0, 0.5, 0.7]
    expected = sum((a - b) ** 2 for a, b in zip(restored, reference, strict=True)) / 3
    computed = mean_squared_error(torch.tensor(restored), torch.tensor(reference))
    assert computed.item() == pytest.approx(expected, rel=1e-6)


def test_mean_squared_error_is_computed_in_float32():
    small = torch.full((70_000,), 1e-3, dtype=torch.bfloat16)
    computed = mean_squared_error(small, torch.zeros_like(small))
    assert computed.dtype == torch.float32
    assert computed.item() == pytest.approx(small[0].item() ** 2, rel=1e-4)


def test_adversarial_loss_follows_its_formula():
    expected = sum(-math.log(sigmoid(x) + 1e-3) for x in FAKE) / len(FAKE)
    assert adversarial_loss(logits(FAKE)).item() == pytest.approx(expected, rel=1e-6)


def test_adversarial_gradient_follows_its_formula():
    given = logits(FAKE)
    adversarial_loss(given).backward()
    for x, gradient in zip(FAKE, given.grad.flatten().tolist(), strict=True):
        p = sigmoid(x)
        assert gradient == pytest.approx(-p * (1 - p) / (p + 1e-3) / len(FAKE), rel=1e-5)


def test_non_saturating_loss_follows_its_formula():
    expected = sum(-math.log(sigmoid(x)) for x in FAKE) / len(FAKE)
    assert non_saturating_loss(logits(FAKE)).item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("dtype", LOWER_TYPES)
def test_where_the_discriminator_is_sure_only_the_non_saturating_gradient_stays(dtype):
    gradients = []
    for loss in (adversarial_loss, non_saturating_loss):
        given = logits([-12.0], dtype)
        loss(given).backward()
        gradients.append(given.grad.item())
    assert -0.01 < gradients[0] < 0
    assert gradients[1] == pytest.approx(-1, rel=1e-2)


def test_every_form_of_the_config_has_a_loss():
    assert tuple(ADVERSARIAL_LOSSES) == get_args(AdversarialLoss)


def test_discriminator_loss_is_the_cross_entropy_of_both_labels():
    expected = sum(-math.log(sigmoid(x)) for x in REAL) / len(REAL)
    expected += sum(-math.log(1 - sigmoid(x)) for x in FAKE) / len(FAKE)
    assert discriminator_loss(logits(REAL), logits(FAKE)).item() == pytest.approx(expected)


def test_undecided_discriminator_costs_two_log_two():
    zero = logits([0.0])
    assert discriminator_loss(zero, zero).item() == pytest.approx(2 * math.log(2))


@pytest.mark.parametrize("dtype", LOWER_TYPES)
@pytest.mark.parametrize("logit", [1e4, 100.0, -100.0, -1e4])
def test_extreme_logits_keep_losses_and_gradients_finite(dtype: torch.dtype, logit: float):
    real, fake = logits([logit], dtype), logits([-logit], dtype)
    for loss in (adversarial_loss(fake), discriminator_loss(real, fake)):
        assert loss.dtype == torch.float32
        assert loss.isfinite()
        real.grad = fake.grad = None
        loss.backward()
        assert fake.grad.isfinite().all()
        assert real.grad is None or real.grad.isfinite().all()


@pytest.mark.parametrize("dtype", LOWER_TYPES)
def test_wrong_discriminator_learns_at_full_strength(dtype: torch.dtype):
    real, fake = logits([-1e4], dtype), logits([1e4], dtype)
    discriminator_loss(real, fake).backward()
    assert real.grad.item() == -1
    assert fake.grad.item() == 1


@pytest.mark.parametrize("dtype", LOWER_TYPES)
def test_descent_raises_fake_logits_for_the_generator_and_lowers_them_for_d(dtype: torch.dtype):
    fake = logits([-3.0, 0.0, 3.0], dtype)
    adversarial_loss(fake).backward()
    assert (fake.grad < 0).all()
    fake.grad, real = None, logits([-3.0, 0.0, 3.0], dtype)
    discriminator_loss(real, fake).backward()
    assert (fake.grad > 0).all()
    assert (real.grad < 0).all()


def test_adversarial_loss_is_bounded_by_its_offset():
    assert adversarial_loss(logits([-1e4])).item() == pytest.approx(-math.log(1e-3), rel=1e-6)
    assert adversarial_loss(logits([1e4])).item() == pytest.approx(-math.log(1.001), rel=1e-3)
