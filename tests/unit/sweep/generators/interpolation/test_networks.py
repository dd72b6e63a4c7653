import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from srgan_core.errors import WeightsError
from srgan_core.inference import load_generator, restore, save_generator
from srgan_core.networks import Generator
from sweep.generators.interpolation.mixing import mix_generators, mix_states
from sweep.generators.interpolation.networks import network_mixer
from sweep.scoring.foreign_generators.loading import load_any_generator

LR = np.random.default_rng(0).integers(0, 256, (9, 11, 3), dtype=np.uint8)

State = dict[str, Tensor]


def compact(seed: int, width: int = 4) -> State:
    """Weights of a Real-ESRGAN Compact for x2 with no inner convolution, in its own names."""
    random = torch.Generator().manual_seed(seed)
    return {
        "body.0.weight": 0.1 * torch.randn(width, 3, 3, 3, generator=random),
        "body.0.bias": torch.zeros(width),
        "body.1.weight": torch.full((width,), 0.2),
        "body.2.weight": 0.1 * torch.randn(12, width, 3, 3, generator=random),
        "body.2.bias": torch.zeros(12),
    }


@pytest.fixture
def foreign(tmp_path):
    pytest.importorskip("spandrel")

    def write(name: str, state: State):
        save_file(state, path := tmp_path / f"{name}.safetensors")
        return path

    return write


@pytest.fixture
def ours(tmp_path):
    def write(seed: int, channels: int = 4):
        torch.manual_seed(seed)
        path = tmp_path / f"ours-{seed}.safetensors"
        save_generator(path, Generator(2, channels=channels, blocks=1))
        return path

    return write


def test_networks_of_others_are_mixed_weight_by_weight(foreign):
    states = compact(1), compact(2)
    first, second = foreign("first", states[0]), foreign("second", states[1])
    mixed = foreign("mixed", mix_states(*states, 0.25, "-"))
    mix = network_mixer(first, second, 2, "cpu", "-")
    for alpha, file in ((0.25, mixed), (1.0, second), (0.0, first), (0.25, mixed)):
        assert np.array_equal(mix(alpha, LR), load_any_generator(file, 2).restore(LR)), alpha


def test_our_own_are_mixed_as_before(ours):
    first, second = ours(1), ours(2)
    mixed = mix_generators(load_generator(first, 2), load_generator(second, 2), 0.5)
    assert np.array_equal(network_mixer(first, second, 2, "cpu", "-")(0.5, LR), restore(mixed, LR))


def test_two_architectures_are_refused_by_name(foreign, ours):
    with pytest.raises(
        WeightsError, match="one architecture, got srgan-sweep and RealESRGAN Compact; do this"
    ):
        network_mixer(ours(1), foreign("first", compact(1)), 2, "cpu", "do this")


def test_two_sizes_of_one_architecture_are_refused(foreign):
    mix = network_mixer(
        foreign("first", compact(1)), foreign("wide", compact(1, width=8)), 2, "cpu", "do this"
    )
    with pytest.raises(WeightsError, match="of the same size, got different ones; do this"):
        mix(0.5, LR)


def test_another_scale_than_that_of_the_sweep_is_refused(foreign):
    with pytest.raises(WeightsError, match="expected a generator of scale 4, got one of 2"):
        network_mixer(foreign("a", compact(1)), foreign("b", compact(2)), 4, "cpu", "-")


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_a_program_is_refused_without_being_run(tmp_path, ours):
    path = tmp_path / "net.pt"
    torch.jit.script(torch.nn.Identity()).save(path)
    with pytest.raises(WeightsError, match="a TorchScript program, whose weights are mixed with"):
        network_mixer(path, ours(1), 2, "cpu", "-")
