from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from srgan_core import layers
from srgan_core.layers import SharedPReLU, convolve_shuffled, phase_kernel, shuffled, through


def rectifiers(slope: float, dtype: torch.dtype = torch.float64) -> tuple[SharedPReLU, nn.PReLU]:
    return SharedPReLU(init=slope).to(dtype), nn.PReLU(init=slope).to(dtype)


def features(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    values = torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(0))
    values.view(-1)[::7] = 0
    return values


@pytest.mark.parametrize("slope", [0.25, 0.0, -0.4, 1.7])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_shared_prelu_equals_prelu(slope: float, dtype: torch.dtype):
    ours, theirs = rectifiers(slope, dtype)
    mine, other = (features(2, 3, 5, 4, dtype=dtype).requires_grad_() for _ in range(2))
    computed, expected = ours(mine), theirs(other)
    assert torch.equal(computed, expected)
    weights = torch.rand_like(computed)
    (computed * weights).sum().backward()
    (expected * weights).sum().backward()
    assert torch.equal(mine.grad, other.grad)
    assert ours.weight.grad.dtype == dtype
    torch.testing.assert_close(ours.weight.grad, theirs.weight.grad)


@pytest.mark.parametrize("slope", [0.25, -0.4])
def test_shared_prelu_passes_gradcheck(slope: float):
    ours, _ = rectifiers(slope)
    away_from_kink = (features(2, 3, 4, 4) + 0.3).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda x, w: torch.func.functional_call(ours, {"weight": w}, x),
        (away_from_kink, ours.weight),
    )


def test_shared_prelu_sums_the_slope_gradient_of_bfloat16_in_float32():
    ours = SharedPReLU()
    ours(torch.full((1, 1, 300, 300), -1.0, dtype=torch.bfloat16)).sum().backward()
    assert ours.weight.grad.item() == -90_000


def test_shared_prelu_refuses_to_be_differentiated_twice():
    ours, _ = rectifiers(0.25)
    values = features(4, 4).requires_grad_()
    (gradient,) = torch.autograd.grad(ours(values).square().sum(), values, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


def test_shared_prelu_gives_the_same_values_without_gradients():
    ours, _ = rectifiers(0.3, torch.float32)
    values = features(2, 3, 4, 4, dtype=torch.float32)
    with torch.inference_mode():
        inferred = ours(values)
    assert torch.equal(inferred, ours(values))


def test_shared_prelu_leaves_a_frozen_slope_alone():
    ours, _ = rectifiers(0.25)
    ours.requires_grad_(False)
    values = features(2, 2).requires_grad_()
    ours(values).sum().backward()
    assert values.grad is not None
    assert ours.weight.grad is None


def test_shared_prelu_keeps_the_state_dict_of_prelu():
    ours, theirs = rectifiers(0.5)
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    ours.load_state_dict(nn.PReLU(init=0.7).state_dict())
    assert ours.weight.item() == pytest.approx(0.7)


def test_shared_prelu_can_be_traced():
    ours, theirs = rectifiers(0.25)
    values = features(1, 2, 3, 3)
    exported = torch.export.export(ours, (values,)).module()
    assert torch.equal(exported(values), theirs(values))


@pytest.mark.parametrize("size", [1, 5, 9, 13])
def test_phase_kernel_convolves_before_the_shuffle_what_the_kernel_convolves_after(size: int):
    generator = torch.Generator().manual_seed(size)
    kernel = torch.randn(3, 4, size, size, dtype=torch.float64, generator=generator)
    values = torch.randn(2, 16, 7, 6, dtype=torch.float64, generator=generator)
    after = functional.conv2d(functional.pixel_shuffle(values, 2), kernel, padding=size // 2)
    before = functional.conv2d(values, phase_kernel(kernel), padding=size // 4)
    torch.testing.assert_close(functional.pixel_shuffle(before, 2), after, rtol=0, atol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
def test_convolve_shuffled_equals_shuffle_then_convolution_with_gradients(bias: bool):
    plain = nn.Conv2d(4, 3, 9, padding=4, bias=bias).double()
    values = [features(2, 16, 6, 5).requires_grad_() for _ in range(2)]
    outputs = []
    gradients = []
    for convolve, image in zip(
        (lambda x: convolve_shuffled(x, plain), lambda x: plain(functional.pixel_shuffle(x, 2))),
        values,
        strict=True,
    ):
        plain.zero_grad()
        outputs.append(convolve(image))
        outputs[-1].square().mean().backward()
        gradients.append([image.grad, *(p.grad.clone() for p in plain.parameters())])
    torch.testing.assert_close(outputs[0], outputs[1], rtol=0, atol=1e-12)
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def convolution_and_norm() -> nn.Sequential:
    torch.manual_seed(0)
    made = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.BatchNorm2d(4), nn.ReLU())
    with torch.no_grad():
        made[0].bias.fill_(0.3)
        made[1].running_mean.fill_(0.7)
    return made.to(memory_format=torch.channels_last)


@pytest.mark.parametrize("trains", [True, False])
def test_layers_in_order_are_a_sequence_of_them(trains):
    maps = features(2, 3, 9, 9, dtype=torch.float32)
    ours, theirs = (convolution_and_norm().append(nn.Conv2d(4, 2, 1)) for _ in range(2))
    ours.load_state_dict(theirs.state_dict())
    assert torch.equal(through(ours.train(trains), maps), theirs.train(trains)(maps))
    assert torch.equal(ours[1].running_mean, theirs[1].running_mean)


def test_pixels_are_shuffled_as_pytorch_does():
    phases = torch.arange(2 * 12 * 3 * 5.0).reshape(2, 12, 3, 5)
    assert torch.equal(shuffled(phases), functional.pixel_shuffle(phases, 2))


@pytest.fixture
def as_on_cuda(monkeypatch):
    """Layers are computed as on a GPU of CUDA, on the CPU."""
    monkeypatch.setattr(layers, "_on_cuda", lambda features: True)


def test_pixels_are_shuffled_alike_on_a_gpu(as_on_cuda):
    phases = features(2, 12, 3, 5).contiguous(memory_format=torch.channels_last)
    made = shuffled(phases)
    assert torch.equal(made, functional.pixel_shuffle(phases, 2))
    assert made.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("trains", [True, False])
def test_a_cancelled_bias_changes_nothing_but_its_gradient(as_on_cuda, trains):
    ours, theirs = (convolution_and_norm().double().train(trains) for _ in range(2))
    first, second = features(4, 3, 9, 9), features(3, 3, 7, 7)
    for network, apply in ((ours, through), (theirs, lambda layers, maps: layers(maps))):
        # As the discriminator, which judges twice before either gradient is taken.
        made = [apply(network, maps) for maps in (first, second)]
        sum(maps.square().sum() for maps in made).backward()
    torch.testing.assert_close(list(ours.buffers()), list(theirs.buffers()))
    gradients = [[p.grad for p in network.parameters()] for network in (ours, theirs)]
    torch.testing.assert_close(*gradients, rtol=1e-9, atol=1e-9)
    assert trains == bool((ours[0].bias.grad == 0).all())
