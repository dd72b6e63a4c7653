"""Restores images by networks whose weights lie between those of two generators."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.errors import WeightsError
from sweep.metrics.inputs import Rgb

if TYPE_CHECKING:
    from torch import nn

    from sweep.scoring.foreign_generators.loading import LoadedGenerator


def network_mixer(
    first: Path, second: Path, scale: int, device: str, remedy: str
) -> Callable[[float, Rgb], Rgb]:
    """Loads two generators of one architecture, this package's or anyone's.

    Args:
        first: File of the generator at alpha = 0.
        second: That at alpha = 1.
        scale: The magnification that both must have.
        device: Where to put them.
        remedy: What the command that asks has for ends of different architectures.

    Returns:
        Restores an LR image, (H, W, 3) of uint8, at an alpha from 0 to 1; each other alpha makes
        the network anew.

    Raises:
        WeightsError: when one is no file of weights, or they differ in architecture or size.
    """
    from sweep.generators.interpolation.mixing import mix_states

    start, end = (_load(file, scale, device) for file in (first, second))
    if start.kind != end.kind:
        raise WeightsError(
            f"interpolation: expected two generators of one architecture, got {start.kind} and "
            f"{end.kind}; {remedy}"
        )
    module = _module(start, first)
    states = [_module(each, file).state_dict() for each, file in ((start, first), (end, second))]
    # Loading a mixture overwrites what the network's own state dict refers to.
    states[0] = {name: value.clone() for name, value in states[0].items()}
    loaded: list[float] = []

    def restore(alpha: float, lr: Rgb) -> Rgb:
        if loaded != [alpha]:
            module.load_state_dict(mix_states(states[0], states[1], alpha, remedy))
            loaded[:] = [alpha]
        return start.restore(lr)

    return restore


def _load(file: Path, scale: int, device: str) -> LoadedGenerator:
    from srgan_core.weights.file_kinds import FileKind, kind_of
    from sweep.scoring.foreign_generators.loading import load_any_generator

    if kind_of(file) is FileKind.TORCHSCRIPT:
        raise WeightsError(
            f"{file}: expected weights, got a TorchScript program, whose weights are mixed with "
            "nothing; give the checkpoint that it was made from"
        )
    return load_any_generator(file, scale, device)


def _module(loaded: LoadedGenerator, file: Path) -> nn.Module:
    if loaded.module is None:
        raise WeightsError(f"{file}: expected weights, got {loaded.kind}; give a checkpoint")
    return loaded.module
