import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from srgan_core.errors import ShapeError
from sweep.scoring.foreign_generators.loading import load_any_generator
from sweep.scoring.foreign_generators.scripts import RANGES

DARK = np.random.default_rng(0).integers(0, 52, (6, 8, 3), dtype=np.uint8)


class Ranged(nn.Module):
    """Nearest-neighbour magnification between two ranges, each black and white."""

    def __init__(self, taken: tuple[float, float], given: tuple[float, float]) -> None:
        super().__init__()
        self.black, self.white = taken
        self.low, self.high = given

    def forward(self, x: Tensor) -> Tensor:
        unit = (functional.interpolate(x, scale_factor=2.0) - self.black) / (
            self.white - self.black
        )
        return unit.clamp(0, 1) * (self.high - self.low) + self.low


class Half(nn.Module):
    """Takes and gives half precision alone."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1, dtype=torch.float16))

    def forward(self, x: Tensor) -> Tensor:
        if x.dtype != torch.float16:
            raise RuntimeError("expected scalar type Half")
        return x.repeat_interleave(2, 2).repeat_interleave(2, 3) * self.gain


class Pair(nn.Module):
    """Gives its features beside the image."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x, x.repeat_interleave(2, 2).repeat_interleave(2, 3)


class Padding(nn.Module):
    """Makes its input larger to a multiple of 8 at the left, and gives all of it."""

    def forward(self, x: Tensor) -> Tensor:
        right, bottom = (8 - x.size(3) % 8) % 8, (8 - x.size(2) % 8) % 8
        x = functional.pad(x, [right, 0, bottom, 0])
        return x.repeat_interleave(2, 2).repeat_interleave(2, 3)


class Picky(nn.Module):
    """Fails where its input is no multiple of 16."""

    def forward(self, x: Tensor) -> Tensor:
        if x.size(2) % 16 != 0 or x.size(3) % 16 != 0:
            raise RuntimeError("The size of tensor a must match")
        return x.repeat_interleave(2, 2).repeat_interleave(2, 3)


@pytest.fixture
def script(tmp_path: Path) -> Callable[[nn.Module], Path]:
    def save(module: nn.Module) -> Path:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            torch.jit.script(module).save(tmp_path / "net.pt")
        return tmp_path / "net.pt"

    return save


@pytest.mark.parametrize("taken", RANGES)
@pytest.mark.parametrize("given", RANGES)
def test_a_range_that_is_not_the_stated_one_is_refused_with_the_true_one(script, taken, given):
    path = script(Ranged(RANGES[taken], RANGES[given]))
    dark = load_any_generator(path, 2, "cpu", taken, given).restore(DARK)
    assert np.array_equal(dark, DARK.repeat(2, axis=0).repeat(2, axis=1))
    for stated in RANGES:
        if stated != given:
            with pytest.raises(ShapeError, match=f"give --input-range={taken} --output-range"):
                load_any_generator(path, 2, "cpu", taken, stated)
        if stated != taken:
            with pytest.raises(ShapeError, match="give --input-range="):
                load_any_generator(path, 2, "cpu", stated, given)


def test_of_ranges_that_fit_alike_the_one_that_changes_least_is_advised(script):
    class Linear(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return functional.interpolate(x, scale_factor=2.0)

    with pytest.raises(ShapeError, match=r"give --input-range=0\.\.1 --output-range=0\.\.1"):
        load_any_generator(script(Linear()), 2, "cpu", "0..1", "0..255")


@pytest.mark.parametrize("network", [Half(), Pair(), Padding(), Picky()], ids=lambda n: type(n))
def test_half_precision_tuples_and_padding_are_read(script, network):
    loaded = load_any_generator(script(network), 2)
    assert np.array_equal(loaded.restore(DARK), DARK.repeat(2, axis=0).repeat(2, axis=1))


def test_half_precision_is_said(script):
    notes = load_any_generator(script(Half()), 2).notes
    assert any("its weights are float16" in note for note in notes)


def test_a_program_that_makes_something_else_is_scored_and_said(script):
    black = Ranged((0.0, 1e9), (0.0, 1.0))
    assert any("untrained" in note for note in load_any_generator(script(black), 2).notes)


def test_the_reason_of_the_first_failure_is_given(script):
    class Broken(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            raise RuntimeError("needs 128 pixels")

    loaded = load_any_generator(script(Broken()), 2)
    with pytest.raises(ShapeError, match=r"failed on an image of .*needs 128 pixels"):
        loaded.restore(DARK)
