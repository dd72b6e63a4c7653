"""Loads generators to score: ours, anyone's TorchScript, and state dicts of the SRResNet family."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from srgan_core.errors import ShapeError, WeightsError
from srgan_core.files import file_sha256
from srgan_core.inputs import irregularity
from srgan_core.wording import counted
from sweep.metrics.inputs import Rgb

if TYPE_CHECKING:
    from torch import Tensor

Range = tuple[float, float]
Restore = Callable[[Rgb], Rgb]

RANGES: Mapping[str, Range] = MappingProxyType(
    {"0..1": (0.0, 1.0), "-1..1": (-1.0, 1.0), "0..255": (0.0, 255.0)}
)
"""Ranges in which a TorchScript program may take and give pixels, black and white."""

BRIGHTNESS_SHIFT = 0.2
"""Share of the whole range by which no working generator changes an image's mean."""

SCRIPT_RISK = (
    "a TorchScript file is a program, and it runs with your rights; score only one whose maker "
    "you trust"
)


@dataclass(frozen=True)
class LoadedGenerator:
    """A generator that is ready to restore images.

    Attributes:
        kind: `srgan-sweep`, `TorchScript`, or the family of a state dict.
        sha256: Hash of the file.
        restore: Maps an LR image, (H, W, 3) of uint8, to the restored one, rounded once;
            raises ShapeError when the output has another size or is not finite.
        notes: Sentences for the user.
    """

    kind: str
    scale: int
    sha256: str
    restore: Restore
    notes: tuple[str, ...] = ()


def load_any_generator(
    path: Path,
    scale: int,
    device: str = "cpu",
    input_range: str = "0..1",
    output_range: str = "0..1",
) -> LoadedGenerator:
    """Loads a generator by what its file holds.

    Args:
        path: A `generator.safetensors` of this package, a TorchScript program, or a state dict
            of the SRResNet family as safetensors or as `torch.save` writes it.
        scale: The magnification that it must have.
        device: Where to put it.
        input_range: Key of `RANGES` in which a TorchScript program takes pixels.
        output_range: The same for what it gives.

    Raises:
        WeightsError: when the file is missing, damaged, of an unknown network, or of another
            scale.
    """
    from srgan_core.weights.file_kinds import FileKind, is_safetensors, kind_of

    if not path.is_file():
        raise WeightsError(f"{path}: {irregularity(path) or 'no such file'}; give a generator")
    if kind_of(path) is FileKind.TORCHSCRIPT:
        restore = _load_script(path, scale, device, RANGES[input_range], RANGES[output_range])
        note = f"{path.name}: {SCRIPT_RISK}"
        return LoadedGenerator("TorchScript", scale, file_sha256(path), restore, (note,))
    if is_safetensors(path) and _is_ours(path):
        return LoadedGenerator(
            "srgan-sweep", scale, file_sha256(path), _load_ours(path, scale, device)
        )
    return _load_family(path, scale, device)


def _is_ours(path: Path) -> bool:
    from srgan_core.inference import FORMAT
    from srgan_core.weights.tensor_files import read_metadata

    return read_metadata(path).get("format") == FORMAT


def _load_ours(path: Path, scale: int, device: str) -> Restore:
    from srgan_core.inference import load_generator, restore

    generator = load_generator(path, scale, device)
    return lambda lr: restore(generator, lr)


def _load_family(path: Path, scale: int, device: str) -> LoadedGenerator:
    from sweep.scoring.foreign_generators.srresnet_family import FamilyGenerator
    from sweep.scoring.foreign_generators.srresnet_keys import match_family
    from sweep.scoring.foreign_generators.state_dicts import read_state_dict

    family, state = match_family(read_state_dict(path), str(path))
    network = FamilyGenerator(family, state, str(path)).to(device)
    if network.scale != scale:
        raise WeightsError(
            f"{path}: expected a generator of scale {scale}, got one of {network.scale}; "
            f"give --scale {network.scale}"
        )
    blocks = counted(network.blocks, "block")
    note = f"{path.name}: read as {family.name}, {blocks}; {family.source}"
    return LoadedGenerator(
        family.name,
        scale,
        file_sha256(path),
        lambda lr: _run(network, lr, scale, device),
        (note,),
    )


def _load_script(path: Path, scale: int, device: str, taken: Range, given: Range) -> Restore:
    import torch

    try:
        with warnings.catch_warnings():
            # Deprecated in favour of torch.export, which cannot read these files.
            warnings.simplefilter("ignore", FutureWarning)
            program = torch.jit.load(path, map_location=device).eval()
    except (RuntimeError, ValueError) as error:
        raise WeightsError(
            f"{path}: not a whole TorchScript file ({str(error).splitlines()[0]}); "
            "save it again with torch.jit.save"
        ) from None
    (black, white), (low, high) = taken, given

    def restore(lr: Rgb) -> Rgb:
        def in_unit_range(pixels: Tensor) -> Tensor:
            output = program(black + pixels * (white - black))
            unit: Tensor = (_checked(output, lr, scale).float() - low) / (high - low)
            _refuse_shift(float(pixels.mean()), float(unit.clamp(-2, 3).mean()))
            return unit

        return _run(in_unit_range, lr, scale, device)

    return restore


def _run(network: Callable[[Tensor], Tensor], lr: Rgb, scale: int, device: str) -> Rgb:
    """Restores one image with a network from [0, 1] to [0, 1] and rounds it to 8 bits."""
    import numpy as np
    import torch

    pixels = torch.from_numpy(np.array(lr)).to(device).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        try:
            restored = _checked(network(pixels), lr, scale)[0].float()
        except RuntimeError as error:
            # TorchScript's message is a trace that ends with the cause.
            cause = str(error).strip().splitlines()[-1]
            raise ShapeError(f"the generator failed on an image of {lr.shape}: {cause}") from None
    levels = (restored * 255).round().clamp(0, 255).to(torch.uint8)
    eight_bit: Rgb = levels.permute(1, 2, 0).cpu().numpy()
    return eight_bit


def _checked(output: object, lr: Rgb, scale: int) -> Tensor:
    import torch

    expected = (1, 3, lr.shape[0] * scale, lr.shape[1] * scale)
    if not isinstance(output, torch.Tensor) or tuple(output.shape) != expected:
        got = tuple(output.shape) if isinstance(output, torch.Tensor) else type(output).__name__
        raise ShapeError(
            f"the generator's output: expected {expected}, got {got}; give another --scale"
        )
    if not bool(torch.isfinite(output).all()):
        raise ShapeError("the generator's output: expected finite numbers, got nan or inf")
    return output


def _refuse_shift(before: float, after: float) -> None:
    """Pixels in another range than stated would be scored as a broken image."""
    if abs(after - before) > BRIGHTNESS_SHIFT:
        raise ShapeError(
            f"the generator's output: expected a mean near the LR image's {before:.2f}, got "
            f"{after:.2f} of the range; state how it takes and gives pixels with --input-range "
            "and --output-range"
        )
