import numpy as np
import pytest
import torch

from srgan_core.errors import ConfigError, ShapeError, WeightsError
from srgan_core.networks import Generator
from sweep.generators.interpolation.mixing import mix_generators, mix_images


def generator(seed: int, channels: int = 4) -> Generator:
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        made = Generator(2, channels=channels, blocks=1)
        made.body[0].norm1.running_mean.normal_()
        made.body[0].norm1.num_batches_tracked.fill_(seed)
    return made.eval()


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_the_ends_are_reproduced_bit_by_bit(alpha):
    ends = generator(1), generator(2)
    mixed = mix_generators(*ends, alpha).state_dict()
    for name, value in ends[int(alpha)].state_dict().items():
        assert torch.equal(mixed[name], value), name


def test_every_weight_and_statistic_lies_between():
    first, second = generator(1), generator(2)
    mixed = mix_generators(first, second, 0.25)
    for name, value in mixed.state_dict().items():
        one, other = first.state_dict()[name], second.state_dict()[name]
        if value.is_floating_point():
            torch.testing.assert_close(value, torch.lerp(one, other, 0.25))
        else:
            assert value == one
    assert not mixed.training


def test_mixing_changes_neither_end():
    first, second = generator(1), generator(2)
    before = [value.clone() for value in first.state_dict().values()]
    mix_generators(first, second, 0.5)
    assert all(map(torch.equal, before, first.state_dict().values()))


def test_generators_of_different_size_are_refused():
    with pytest.raises(WeightsError, match=r"different ones; give two that are$"):
        mix_generators(generator(1), generator(2, channels=8), 0.5)
    with pytest.raises(WeightsError, match=r"different ones; take --space images$"):
        mix_generators(generator(1), generator(2, channels=8), 0.5, "take --space images")


def test_images_are_mixed_and_rounded_once():
    first = np.array([[[0, 10, 255]]], np.uint8)
    second = np.array([[[1, 20, 0]]], np.uint8)
    assert mix_images(first, second, 0.5).tolist() == [[[1, 15, 128]]]
    assert mix_images(first, second, 0.0).tolist() == first.tolist()
    assert mix_images(first, second, 1.0).tolist() == second.tolist()
    assert mix_images(first, second, 0.3).dtype == np.uint8


def test_images_of_different_shape_are_refused():
    with pytest.raises(ShapeError, match="images of one shape"):
        mix_images(np.zeros((2, 2, 3), np.uint8), np.zeros((2, 3, 3), np.uint8), 0.5)


@pytest.mark.parametrize("alpha", [float("nan"), -0.1, 1.1])
def test_a_share_outside_0_to_1_is_refused(alpha):
    with pytest.raises(ConfigError, match="alpha: expected a number from 0 to 1"):
        mix_generators(generator(1), generator(2), alpha)
