"""Saves and loads discriminators."""

from __future__ import annotations

from pathlib import Path

import torch

from srgan_core.errors import WeightsError
from srgan_core.networks import Discriminator
from srgan_core.weights.tensor_files import (
    read_tensors,
    require_fit,
    widened_tensors,
    write_tensors,
)

FORMAT = "srgan-discriminator-1"
"""Stands in the metadata of every discriminator that this package writes."""


def save_discriminator(
    path: Path, discriminator: Discriminator, dtype: torch.dtype = torch.float32, notes: str = ""
) -> None:
    """Writes a discriminator as safetensors, whole or not at all.

    Args:
        path: The file.
        discriminator: What to save.
        dtype: Type of the stored floating-point tensors.
        notes: One line on its origin, kept in the metadata.
    """
    metadata = {
        "format": FORMAT,
        "patch_size": str(discriminator.patch_size),
        "channels": str(discriminator.channels),
        "notes": notes,
    }
    write_tensors(path, discriminator.state_dict(), metadata, dtype)


def load_discriminator(path: Path, patch_size: int, channels: int) -> Discriminator:
    """Reads a discriminator that `save_discriminator` wrote.

    Args:
        path: The file.
        patch_size: Side in px of the patches that it must judge.
        channels: The width that it must have.

    Returns:
        The discriminator, float32, in training mode.

    Raises:
        WeightsError: when the file is missing, damaged, foreign, or of another size.
    """
    metadata, state = read_tensors(path)
    if metadata.get("format") != FORMAT:
        raise WeightsError(
            f"{path}: expected format {FORMAT!r} in the metadata, got "
            f"{metadata.get('format')!r}; only discriminators that this package saved can be "
            "trained on"
        )
    for key, what, wanted, name in (
        ("patch_size", "patches of", patch_size, "patch_size"),
        ("channels", "width", channels, "discriminator.channels"),
    ):
        found = metadata.get(key, "")
        if found != str(wanted):
            raise WeightsError(
                f"{path}: made for {what} {found}, asked for {wanted}; set {name} to {found}, or "
                "give another pair"
            )
    discriminator = Discriminator(patch_size, channels)
    require_fit(str(path), "the discriminator", discriminator.state_dict(), state)
    discriminator.load_state_dict(widened_tensors(state))
    return discriminator
