"""Loads generators that others trained: ours, SRResNets, `spandrel`'s networks, TorchScript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.errors import WeightsError
from srgan_core.files import file_sha256
from srgan_core.inputs import irregularity
from srgan_core.wording import counted
from sweep.metrics.inputs import Rgb
from sweep.scoring.external.records import PARAMETERS
from sweep.scoring.foreign_generators.running import (
    Network,
    difference_from_input,
    restore_window,
)

if TYPE_CHECKING:
    from torch import nn

    from srgan_core.overlap import OverlappingTiles
    from srgan_core.weights.state_dicts import State
    from sweep.scoring.foreign_generators.architectures import Architecture

STRANGE = 0.15
"""Distance of a picture of smooth colours from what a network makes of it, of the whole range,
from which the user is told; a trained generator stays below 0.02."""


@dataclass(frozen=True)
class LoadedGenerator:
    """A generator that is ready to restore images.

    Attributes:
        kind: `srgan-sweep`, `TorchScript`, or the family or architecture of a state dict.
        sha256: Hash of the file.
        tiles: Restores images of any size, each window rounded once to 8 bits; raises ShapeError
            when the output has another size or is not finite.
        parameters: Number of its weights.
        licence: Terms of the code that runs it; empty for this package's own.
        notes: Sentences for the user.
        module: Maps (N, 3, H, W) to (N, 3, scale H, scale W), float32 in [0, 1]; None for a
            TorchScript program.
    """

    kind: str
    scale: int
    sha256: str
    tiles: OverlappingTiles
    parameters: int
    licence: str = ""
    notes: tuple[str, ...] = ()
    module: nn.Module | None = None

    def provenance(self) -> dict[str, str | int]:
        """What a file of scores says of it."""
        known: dict[str, str | int] = {
            "generator": self.kind,
            "generator_sha256": self.sha256,
            PARAMETERS: self.parameters,
        }
        if self.licence:
            known["licence"] = self.licence
        if self.tiles.side is not None:
            known |= {"tile": self.tiles.side, "tile_margin": self.tiles.margin}
        return known

    def restore(self, lr: Rgb) -> Rgb:
        """Maps an LR image, (H, W, 3) of uint8, to the restored one."""
        return self.tiles.whole(lr)


def load_any_generator(
    path: Path,
    scale: int | None,
    device: str = "cpu",
    input_range: str = "0..1",
    output_range: str = "0..1",
) -> LoadedGenerator:
    """Loads a generator by what its file holds.

    Args:
        path: A `generator.safetensors` of this package, a TorchScript program, or a state dict
            as safetensors or as `torch.save` writes it, of the SRResNet family or of an
            architecture that `spandrel` knows.
        scale: The magnification that it must have; None takes what the weights have, which a
            TorchScript program does not say.
        device: Where to put it.
        input_range: Key of `scripts.RANGES` in which a TorchScript program takes pixels.
        output_range: The same for what it gives.

    Raises:
        WeightsError: when the file is missing, damaged, of an unknown network, or of another
            scale.
        MissingDependencyError: when nothing but the extra `generators` could know the network.
        ShapeError: when a TorchScript program takes or gives pixels in other ranges.
    """
    from srgan_core.weights.file_kinds import FileKind, kind_of

    if not path.is_file():
        raise WeightsError(f"{path}: {irregularity(path) or 'no such file'}; give a generator")
    if kind_of(path) is FileKind.TORCHSCRIPT and scale is not None:
        return _load_script(path, scale, device, input_range, output_range)
    if is_ours(path):
        return _load_ours(path, scale, device)
    return _load_state_dict(path, scale, device)


def is_ours(path: Path) -> bool:
    """Whether a file is a `generator.safetensors` of this package.

    Raises:
        WeightsError: when it is safetensors by its content or its name, and damaged.
    """
    from srgan_core.inference import FORMAT
    from srgan_core.weights.file_kinds import is_safetensors
    from srgan_core.weights.tensor_files import read_metadata

    return is_safetensors(path) and read_metadata(path).get("format") == FORMAT


def _load_ours(path: Path, scale: int | None, device: str) -> LoadedGenerator:
    from srgan_core.inference import load_generator, restore
    from srgan_core.overlap import OverlappingTiles

    generator = load_generator(path, scale, device)
    tiles = OverlappingTiles(generator.scale, lambda lr: restore(generator, lr), side=None)
    parameters = sum(weight.numel() for weight in generator.parameters())
    return LoadedGenerator(
        "srgan-sweep", generator.scale, file_sha256(path), tiles, parameters, module=generator
    )


def _load_state_dict(path: Path, scale: int | None, device: str) -> LoadedGenerator:
    from srgan_core.weights.state_dicts import read_readings
    from sweep.scoring.foreign_generators.srresnet_family import FamilyGenerator
    from sweep.scoring.foreign_generators.srresnet_keys import match_family

    readings = read_readings(path)
    matches = (match_family(reading, str(path)) for reading in readings)
    family, state = next(filter(None, matches), (None, {}))
    if family is None:
        return _load_architecture(path, readings, scale, device)
    network = FamilyGenerator(family, state, str(path)).to(device)
    _require_scale(path, network.scale, scale)
    blocks = counted(network.blocks, "block")
    return _loaded(
        path,
        family.name,
        network,
        (network.scale, device),
        sum(weight.numel() for weight in network.parameters()),
        notes=(f"{path.name}: read as {family.name}, {blocks}; {family.source}",),
        module=network,
        margin=network.reach,
    )


def _load_architecture(
    path: Path, readings: Sequence[State], scale: int | None, device: str
) -> LoadedGenerator:
    found = _find_architecture(path, readings)
    _require_scale(path, found.scale, scale)
    descriptor = found.descriptor.to(device)
    parameters = sum(weight.numel() for weight in descriptor.model.parameters())
    note = (
        f"{path.name}: read as {found.name}, x{found.scale}, {parameters:,} weights; "
        f"{found.licence}; the terms of the weights are their maker's"
    )
    return _loaded(
        path,
        found.name,
        descriptor,
        (found.scale, device),
        parameters,
        licence=found.licence,
        notes=(note,),
        module=found.module,
        tileable=found.tileable,
    )


def _find_architecture(path: Path, readings: Sequence[State]) -> Architecture:
    """The first reading that fits; what a misfit lacks is said only where none does."""
    from sweep.scoring.foreign_generators.architectures import (
        match_architecture,
        unknown_architecture,
    )
    from sweep.scoring.foreign_generators.srresnet_keys import FAMILIES

    misfit: WeightsError | None = None
    for reading in readings:
        try:
            found = match_architecture(reading, str(path))
        except WeightsError as error:
            misfit = misfit or error
            continue
        if found is not None:
            return found
    families = ", ".join(family.name for family in FAMILIES)
    raise misfit or unknown_architecture(readings, str(path), families)


def _load_script(
    path: Path, scale: int, device: str, input_range: str, output_range: str
) -> LoadedGenerator:
    from sweep.scoring.foreign_generators.scripts import SCRIPT_RISK, Script

    script = Script(path, scale, device, input_range, output_range)
    notes = tuple(f"{path.name}: {note}" for note in (SCRIPT_RISK, *script.notes))
    return _loaded(path, "TorchScript", script, (scale, device), script.parameters, notes=notes)


def _loaded(
    path: Path,
    kind: str,
    network: Network,
    scale_device: tuple[int, str],
    parameters: int,
    licence: str = "",
    notes: tuple[str, ...] = (),
    module: nn.Module | None = None,
    margin: int | None = None,
    tileable: bool = True,
) -> LoadedGenerator:
    """Puts tiles around a network, whose reach is the margin where it is known."""
    from srgan_core.overlap import MARGIN, OverlappingTiles, tile_side

    scale, device = scale_device
    far = difference_from_input(network, scale, device)
    if far is not None and far > STRANGE:
        notes += (
            f"{path.name}: of a picture of smooth colours it makes one that is {far:.2f} of the "
            "range away: its weights are untrained, or it takes pixels that are prepared otherwise",
        )
    tiles = OverlappingTiles(
        scale,
        lambda lr: restore_window(network, lr, scale, device),
        MARGIN if margin is None else margin,
        tile_side(scale) if tileable else None,
    )
    return LoadedGenerator(
        kind, scale, file_sha256(path), tiles, parameters, licence, notes, module
    )


def _require_scale(path: Path, found: int, asked: int | None) -> None:
    if asked not in (None, found):
        raise WeightsError(
            f"{path}: expected a generator of scale {asked}, got one of {found}; "
            f"give --scale {found}"
        )
