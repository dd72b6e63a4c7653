import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

from srgan_core.errors import ShapeError, WeightsError
from srgan_core.files import file_sha256
from srgan_core.inference import load_generator, restore, save_generator
from srgan_core.networks import Generator
from srgan_core.weights.tensor_files import read_tensors
from sweep.scoring.foreign_generators.loading import load_any_generator


class Enlarge(nn.Module):
    """Nearest-neighbour magnification in the range that its constructor states."""

    def __init__(self, scale: int = 4, gain: float = 1.0, shift: float = 0.0) -> None:
        super().__init__()
        self.scale, self.gain, self.shift = scale, gain, shift

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.interpolate(x, scale_factor=float(self.scale)) * self.gain + self.shift


@pytest.fixture
def script(tmp_path):
    def save(module: nn.Module) -> Path:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            torch.jit.script(module).save(tmp_path / "net.pt")
        return tmp_path / "net.pt"

    return save


@pytest.fixture
def lr():
    return np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)


@pytest.fixture
def enlarged(lr):
    return lr.repeat(4, axis=0).repeat(4, axis=1)


def test_a_program_restores_and_its_risk_is_stated(script, lr, enlarged):
    path = script(Enlarge())
    loaded = load_any_generator(path, 4)
    assert (loaded.kind, loaded.sha256) == ("TorchScript", file_sha256(path))
    assert "runs with your rights" in loaded.notes[0]
    assert np.array_equal(loaded.restore(lr), enlarged)


@pytest.mark.parametrize(
    ("network", "ranges"),
    [
        (Enlarge(gain=2.0, shift=-1.0), ("0..1", "-1..1")),
        (Enlarge(), ("-1..1", "-1..1")),
        (Enlarge(gain=1 / 255), ("0..255", "0..1")),
    ],
)
def test_stated_ranges_are_applied(script, lr, enlarged, network, ranges):
    assert np.array_equal(
        load_any_generator(script(network), 4, "cpu", *ranges).restore(lr), enlarged
    )


def test_a_range_that_is_not_the_stated_one_is_refused(script, lr):
    with pytest.raises(ShapeError, match="--output-range"):
        load_any_generator(script(Enlarge(gain=2.0, shift=-1.0)), 4).restore(lr)


def test_an_output_of_another_size_is_refused(script, lr):
    with pytest.raises(ShapeError, match=r"expected \(1, 3, 24, 32\), got \(1, 3, 12, 16\)"):
        load_any_generator(script(Enlarge(scale=2)), 4).restore(lr)


def test_an_output_that_is_not_finite_is_refused(script, lr):
    with pytest.raises(ShapeError, match="nan or inf"):
        load_any_generator(script(Enlarge(shift=float("nan"))), 4).restore(lr)


def test_a_program_that_fails_says_why(script, lr):
    with pytest.raises(ShapeError, match="the generator failed on an image"):
        load_any_generator(script(nn.Linear(5, 5)), 4).restore(lr)


def test_our_own_file_restores_as_everywhere_else(tmp_path, lr):
    generator = Generator(4, channels=8, blocks=2)
    save_generator(tmp_path / "g.safetensors", generator)
    loaded = load_any_generator(tmp_path / "g.safetensors", 4)
    assert (loaded.kind, loaded.notes) == ("srgan-sweep", ())
    assert np.array_equal(loaded.restore(lr), restore(generator.eval(), lr))


def test_a_state_dict_says_whose_it_is_and_restores_alike(tmp_path, lr):
    generator = Generator(4, channels=8, blocks=2)
    torch.save(generator.state_dict(), tmp_path / "g.pth")
    loaded = load_any_generator(tmp_path / "g.pth", 4)
    assert "read as srgan-sweep, 2 blocks" in loaded.notes[0]
    difference = loaded.restore(lr).astype(int) - restore(generator.eval(), lr)
    assert np.abs(difference).max() <= 1


def test_another_scale_is_refused(tmp_path):
    torch.save(Generator(2, channels=8, blocks=2).state_dict(), tmp_path / "g.pth")
    with pytest.raises(WeightsError, match="give --scale 2"):
        load_any_generator(tmp_path / "g.pth", 4)


def test_a_missing_file_and_a_damaged_one_are_named(tmp_path):
    with pytest.raises(WeightsError, match="no such file"):
        load_any_generator(tmp_path / "g.pth", 4)
    (tmp_path / "g.safetensors").write_bytes(b"no tensors")
    with pytest.raises(WeightsError, match="not a whole safetensors file"):
        load_any_generator(tmp_path / "g.safetensors", 4)


def _cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def _no_safetensors(path):
    path.write_bytes(b"no tensors")


def _other_shape(path):
    metadata, tensors = read_tensors(path)
    save_file(tensors | {"tail.bias": torch.zeros(4)}, path, metadata)


def _other_name(path):
    metadata, tensors = read_tensors(path)
    save_file(tensors | {"tail.offset": tensors.pop("tail.bias")}, path, metadata)


@pytest.mark.parametrize("damage", [_cut, _no_safetensors, _other_shape, _other_name])
def test_a_damaged_generator_is_told_of_as_by_every_other_command(tmp_path, damage):
    path = tmp_path / "generator.safetensors"
    save_generator(path, Generator(4, channels=4, blocks=1))
    damage(path)
    said = []
    for load in (load_generator, load_any_generator):
        with pytest.raises(WeightsError, match="; get the file again or give another") as raised:
            load(path, 4)
        said.append(str(raised.value))
    assert said[0] == said[1]
    assert said[0].startswith(f"{path}: ")
    assert "\n" not in said[0]


def test_what_is_no_regular_file_is_called_so():
    with pytest.raises(WeightsError, match="/dev/zero: not a regular file but a device"):
        load_any_generator(Path("/dev/zero"), 4)
