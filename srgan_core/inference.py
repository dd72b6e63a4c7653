"""Saves, loads and runs generators."""

from __future__ import annotations

from importlib.resources import as_file
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from srgan_core.bundled import BUNDLED_SCALES, bundled_generator
from srgan_core.errors import ShapeError, WeightsError
from srgan_core.networks import Generator
from srgan_core.weights.file_kinds import FileKind, kind_of
from srgan_core.weights.tensor_files import (
    misfit,
    read_tensors,
    require_fit,
    widened_tensors,
    write_tensors,
)

FORMAT = "srgan-generator-1"
"""Stands in the metadata of every generator that this package writes."""


def save_generator(
    path: Path, generator: Generator, dtype: torch.dtype = torch.float32, notes: str = ""
) -> None:
    """Writes a generator as safetensors, whole or not at all.

    Args:
        path: The file.
        generator: What to save.
        dtype: Type of the stored floating-point tensors.
        notes: One line on its origin, kept in the metadata.
    """
    metadata = {
        "format": FORMAT,
        "scale": str(generator.scale),
        "channels": str(generator.tail.in_channels),
        "blocks": str(len(generator.body)),
        "notes": notes,
    }
    write_tensors(path, generator.state_dict(), metadata, dtype)


def load_generator(
    path: Path | None = None, scale: int | None = 4, device: str | torch.device = "cpu"
) -> Generator:
    """Reads a generator that `save_generator` wrote.

    Args:
        path: The file, or this network's state dict as `torch.save` writes it; None for the
            SRResNet that comes with the package.
        scale: The magnification that it must have; None takes what the file has, and x4 where
            no file is given.
        device: Where to put it.

    Returns:
        The generator in evaluation mode, float32, channels last.

    Raises:
        ConfigError: when nothing is bundled for the scale.
        WeightsError: when the file is missing, damaged, foreign, or of another scale.
    """
    if path is None:
        with as_file(bundled_generator(scale or BUNDLED_SCALES[0])) as bundled:
            return load_generator(bundled, scale, device)
    if kind_of(path) is FileKind.TORCH:
        metadata, state = _read_own(path)
    else:
        metadata, state = read_tensors(path)
    if metadata.get("format") != FORMAT:
        raise WeightsError(
            f"{path}: expected format {FORMAT!r} in the metadata, got "
            f"{metadata.get('format')!r}; only generators that this package saved can be loaded "
            "here, `sweep score --generator` reads those of other known networks"
        )
    if scale is not None and metadata.get("scale") != str(scale):
        raise WeightsError(f"{path}: made for scale {metadata.get('scale')}, asked for {scale}")
    try:
        generator = Generator(
            int(metadata["scale"]), int(metadata["channels"]), int(metadata["blocks"])
        )
    except (RuntimeError, KeyError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise misfit(str(path), "the generator", f"its metadata are wrong ({reason})") from None
    require_fit(str(path), "the generator", generator.state_dict(), state)
    generator.load_state_dict(widened_tensors(state))
    channels_last: Generator = generator.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return channels_last


def _read_own(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Reads this network's weights out of a training state, with the size that they show."""
    from srgan_core.weights.state_dicts import read_state_dict

    state = read_state_dict(path)
    first = state.get("head.0.weight")
    blocks, doublings = (
        len({name.split(".")[1] for name in state if name.startswith(stage)})
        for stage in ("body.", "upsample.")
    )
    if first is None or not doublings or "tail.weight" not in state:
        raise WeightsError(
            f"{path}: expected the weights of this package's own network (head.0.weight, ...), got "
            f"{', '.join(sorted(state)[:3])}, ...; give a generator.safetensors, `sweep score "
            "--generator` reads those of other known networks"
        )
    size = {"scale": 2**doublings, "channels": first.shape[0], "blocks": blocks}
    return {"format": FORMAT} | {name: str(number) for name, number in size.items()}, state


@torch.inference_mode()
def restore(generator: Generator, lr: np.ndarray) -> np.ndarray:
    """Super-resolves one 8-bit image in float32.

    Args:
        generator: In evaluation mode.
        lr: (H, W, 3), uint8.

    Returns:
        (scale * H, scale * W, 3), uint8, rounded once.

    Raises:
        ShapeError: when the image is not (H, W, 3), uint8.
    """
    if lr.ndim != 3 or lr.shape[2] != 3 or lr.dtype != np.uint8:
        raise ShapeError(f"lr: expected (H, W, 3) of uint8, got {lr.shape} of {lr.dtype}")
    return as_image(generator(as_batch(lr, generator)))


def as_batch(rgb: np.ndarray, generator: Generator) -> Tensor:
    """Puts (H, W, 3), uint8, where a generator is, as (1, 3, H, W), float32 in [0, 1]."""
    device = next(generator.parameters()).device
    batch = torch.from_numpy(np.array(rgb)).to(device).permute(2, 0, 1)[None].float() / 255
    return batch.contiguous(memory_format=torch.channels_last)


def as_image(restored: Tensor) -> np.ndarray:
    """Rounds a batch of one, (1, 3, H, W), to an image, (H, W, 3), uint8."""
    levels = (restored[0] * 255).round().clamp(0, 255).to(torch.uint8)
    image: np.ndarray = levels.permute(1, 2, 0).cpu().numpy()
    return image
