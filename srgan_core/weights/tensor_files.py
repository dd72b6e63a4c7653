"""Files of weights: written whole, read from anybody, with one wording of what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from srgan_core.errors import WeightsError
from srgan_core.files import write_atomically
from srgan_core.inputs import irregularity
from srgan_core.weights.file_kinds import FileKind, kind_of

REMEDY = "get the file again or give another generator"


def write_tensors(
    path: Path,
    state: Mapping[str, Tensor],
    metadata: Mapping[str, str],
    dtype: torch.dtype = torch.float32,
) -> None:
    """Writes weights as safetensors, whole or not at all.

    Args:
        path: The file.
        state: Name to tensor, on any device.
        metadata: Text by name.
        dtype: Type of the stored floating-point tensors.
    """
    tensors = {
        name: value.detach().cpu().to(dtype if value.is_floating_point() else value.dtype)
        for name, value in state.items()
    }
    content = save({name: value.contiguous() for name, value in tensors.items()}, dict(metadata))
    write_atomically(path, _with_ordered_metadata(content))


def widened_tensors(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Brings the floating-point tensors among weights to float32."""
    return {
        name: value.float() if value.is_floating_point() else value for name, value in state.items()
    }


def read_tensors(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Reads a safetensors file.

    Returns:
        Its metadata, and name to tensor on the CPU.

    Raises:
        WeightsError: when the file is missing, cut, damaged, or something else.
    """
    _refuse_irregular(path)
    try:
        with safe_open(path, framework="pt") as file:
            names = sorted(file.keys())
            return file.metadata() or {}, {name: file.get_tensor(name) for name in names}
    except (OSError, SafetensorError) as error:
        raise _unreadable(path, error) from None


def read_metadata(path: Path) -> dict[str, str]:
    """Reads the metadata of a safetensors file, and none of its tensors.

    Raises:
        WeightsError: as for `read_tensors`.
    """
    _refuse_irregular(path)
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise _unreadable(path, error) from None


def require_fit(
    source: str, network: str, wanted: Mapping[str, Tensor], found: Mapping[str, Tensor]
) -> None:
    """Refuses weights that are not exactly those of a network, or not finite.

    Args:
        source: File name for the message.
        network: What to call the network there.
        wanted: The network's own tensors by name.
        found: What the file holds.

    Raises:
        WeightsError: when a tensor is missing, left over, of another shape, or holds nan or
            infinity; names the first.
    """
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            raise misfit(source, network, f"it lacks {name!r}")
        if name not in wanted:
            raise misfit(source, network, f"there is no place for {name!r}")
        if wanted[name].shape != found[name].shape:
            shapes = tuple(wanted[name].shape), tuple(found[name].shape)
            raise misfit(source, network, f"{name!r}: expected {shapes[0]}, got {shapes[1]}")
        if not found[name].isfinite().all():
            raise misfit(source, network, f"{name!r}: expected finite numbers, got others")


def misfit(source: str, network: str, problem: str) -> WeightsError:
    """Words that weights and a network do not belong together."""
    return WeightsError(f"{source}: does not fit {network}: {problem}; {REMEDY}")


def _refuse_irregular(path: Path) -> None:
    if problem := irregularity(path):
        raise WeightsError(f"{path}: {problem}; give a generator.safetensors")


def _unreadable(path: Path, error: Exception) -> WeightsError:
    if isinstance(error, FileNotFoundError):
        return WeightsError(f"{path}: no such file; give a generator.safetensors")
    kind = kind_of(path)
    if kind in {FileKind.SAFETENSORS, FileKind.UNKNOWN}:
        return WeightsError(f"{path}: not a whole safetensors file ({error}); {REMEDY}")
    return WeightsError(
        f"{path}: not a whole safetensors file but {kind.noun}; {kind.advice or REMEDY}"
    )


def _with_ordered_metadata(content: bytes) -> bytes:
    """Sorts the metadata of a safetensors file, whose library writes it in random order.

    Equal networks are then equal files, as the hashes in tables and specs need.
    """
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + content[8 + length :]
