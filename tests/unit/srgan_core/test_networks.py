from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from srgan_core.errors import ConfigError, ShapeError
from srgan_core.networks import Discriminator, Generator


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def randomised(network: nn.Module, seed: int = 0) -> nn.Module:
    """Makes every parameter and statistic matter: slopes, biases, BatchNorm's four vectors."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in network.state_dict().items():
            if not value.is_floating_point():
                continue
            noise = torch.rand(value.shape, generator=generator)
            if name.endswith("running_var") or value.ndim == 1:
                value.copy_(0.1 + 0.5 * noise)
            else:
                value.mul_(0.5 + noise)
    return network


class TextbookGenerator(nn.Module):
    """Figure 4 of Ledig et al. with PyTorch's layers alone and the parameter names of G."""

    class Block(nn.Module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
            self.norm1 = nn.BatchNorm2d(channels)
            self.activation = nn.PReLU()
            self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
            self.norm2 = nn.BatchNorm2d(channels)

        def forward(self, x: Tensor) -> Tensor:
            inner = self.activation(self.norm1(self.conv1(x)))
            return x + self.norm2(self.conv2(inner))

    class Upsample(nn.Module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.conv = nn.Conv2d(channels, 4 * channels, 3, padding=1)
            self.activation = nn.PReLU()

        def forward(self, x: Tensor) -> Tensor:
            return self.activation(nn.functional.pixel_shuffle(self.conv(x), 2))

    def __init__(self, scale: int, channels: int, blocks: int) -> None:
        super().__init__()
        self.head = nn.Sequential(nn.Conv2d(3, channels, 9, padding=4), nn.PReLU())
        self.body = nn.Sequential(*(self.Block(channels) for _ in range(blocks)))
        self.bottleneck = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.PReLU())
        doublings = int(math.log2(scale))
        self.upsample = nn.Sequential(*(self.Upsample(channels) for _ in range(doublings)))
        self.tail = nn.Conv2d(channels, 3, 9, padding=4)

    def forward(self, x: Tensor) -> Tensor:
        shallow = self.head(x)
        deep = shallow + self.bottleneck(self.body(shallow))
        return 0.5 * (1 + torch.tanh(self.tail(self.upsample(deep))))


def pair(scale: int, *, training: bool) -> tuple[Generator, TextbookGenerator]:
    ours = Generator(scale, channels=8, blocks=3)
    randomised(ours).double().train(training)
    textbook = TextbookGenerator(scale, 8, 3).double().train(training)
    textbook.load_state_dict(ours.state_dict())
    return ours, textbook


def images(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.rand(shape, dtype=dtype, generator=torch.Generator().manual_seed(1))


def test_generator_has_the_parameters_of_the_article():
    assert parameters(Generator(scale=4)) == 1_549_335


def test_discriminator_has_the_parameters_of_the_article():
    assert parameters(Discriminator(96)) == 23_565_505


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("side", [(1, 1), (5, 3), (6, 8)])
def test_generator_multiplies_any_size_by_its_scale(scale: int, side: tuple[int, int]):
    network = Generator(scale, channels=4, blocks=1).eval()
    with torch.inference_mode():
        restored = network(images(2, 3, *side, dtype=torch.float32))
    assert restored.shape == (2, 3, scale * side[0], scale * side[1])


def test_generator_stays_between_black_and_white_with_extreme_weights():
    network = Generator(4, channels=4, blocks=1).eval()
    with torch.no_grad():
        network.tail.weight.mul_(1e4)
    restored = network(images(1, 3, 6, 6, dtype=torch.float32)).detach()
    assert (restored.min(), restored.max()) == (0, 1)


@pytest.mark.parametrize("scale", [0, 1, 3, 6, 16, -4])
def test_unknown_scale_is_refused(scale: int):
    with pytest.raises(ConfigError, match=rf"scale: expected one of \(2, 4, 8\), got {scale}"):
        Generator(scale)


@pytest.mark.parametrize("scale", [2, 4, 8])
@pytest.mark.parametrize("training", [True, False])
def test_generator_equals_the_textbook_with_gradients(scale: int, training: bool):
    ours, textbook = pair(scale, training=training)
    weights = images(2, 3, 6 * scale, 5 * scale)
    outputs, gradients = [], []
    for network in (ours, textbook):
        lr = images(2, 3, 6, 5).requires_grad_()
        outputs.append(network(lr))
        (outputs[-1] * weights).mean().backward()
        gradients.append([lr.grad, *(p.grad for p in network.parameters())])
    assert outputs[1].std() > 0.05
    torch.testing.assert_close(*outputs, rtol=0, atol=1e-10)
    for mine, other in zip(*gradients, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-8, atol=1e-10)


def test_training_updates_the_same_statistics_as_the_textbook():
    ours, textbook = pair(4, training=True)
    for network in (ours, textbook):
        network(images(2, 3, 6, 5))
    for (name, mine), other in zip(ours.named_buffers(), textbook.buffers(), strict=True):
        torch.testing.assert_close(mine.double(), other.double(), rtol=0, atol=1e-10, msg=name)


@pytest.mark.parametrize("inference", [True, False])
def test_generator_runs_in_bfloat16_autocast_and_returns_float32(inference: bool):
    network = Generator(4, channels=8, blocks=2).eval()
    lr = images(1, 3, 6, 6, dtype=torch.float32)
    exact = network(lr).detach()
    with torch.autocast("cpu", torch.bfloat16), torch.inference_mode(inference):
        lower = network(lr)
    assert lower.dtype == torch.float32
    torch.testing.assert_close(lower.detach(), exact, rtol=0, atol=0.02)
    if not inference:
        lower.mean().backward()
        assert all(p.grad.isfinite().all() for p in network.parameters())


@pytest.mark.parametrize("patch_size", [16, 48, 96])
def test_discriminator_gives_one_logit_an_image(patch_size: int):
    network = Discriminator(patch_size, channels=2).eval()
    assert network(images(3, 3, patch_size, patch_size, dtype=torch.float32)).shape == (3, 1)


def test_discriminator_returns_logits_and_no_probabilities():
    network = Discriminator(16, channels=2).eval()
    with torch.no_grad():
        network.classifier[-1].bias.fill_(50.0)
    assert network(images(1, 3, 16, 16, dtype=torch.float32)).item() > 10


def test_discriminator_is_eight_convolutions_with_normalisation_from_the_second_on():
    layers = list(Discriminator(96).features)
    convolutions = [layer for layer in layers if isinstance(layer, nn.Conv2d)]
    assert [c.out_channels for c in convolutions] == [64, 64, 128, 128, 256, 256, 512, 512]
    assert [c.stride[0] for c in convolutions] == [1, 2, 1, 2, 1, 2, 1, 2]
    assert sum(isinstance(layer, nn.BatchNorm2d) for layer in layers) == 7
    assert isinstance(layers[1], nn.LeakyReLU)
    slopes = {layer.negative_slope for layer in layers if isinstance(layer, nn.LeakyReLU)}
    assert slopes == {0.2}


@pytest.mark.parametrize("patch_size", [0, -16, 8, 40, 97])
def test_patch_size_that_cannot_be_halved_four_times_is_refused(patch_size: int):
    with pytest.raises(ConfigError, match="patch_size: expected a positive multiple of 16"):
        Discriminator(patch_size)


@pytest.mark.parametrize("shape", [(1, 3, 16, 32), (1, 3, 48, 48)])
def test_images_of_another_size_than_the_patch_are_refused(shape: tuple[int, ...]):
    with pytest.raises(ShapeError, match="discriminator: expected images of 32 x 32, got"):
        Discriminator(32, channels=2)(torch.zeros(shape))
