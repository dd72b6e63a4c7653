"""Reads state dicts of other projects.

Files are a stranger's. Pickles go through the one guarded reader,
`srgan_core.weights.pickled_tensors`. What a file may cost is bounded before it is read: its size
on disk, its size once unpacked, and the number of its weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from srgan_core.errors import WeightsError
from srgan_core.weights.file_kinds import is_safetensors
from srgan_core.weights.pickled_tensors import read_pickled_tensors
from srgan_core.weights.tensor_files import read_tensors

MAX_BYTES = 1 << 29
"""A generator of this family has 6 MB; a training state with D and Adam has 300 MB."""

MAX_WEIGHTS = 20_000_000
"""Numbers in the tensors of a generator; this family has 1.5 million."""

WRAPPERS = (
    "params_ema",
    "params",
    "ema_state_dict",
    "state_dict",
    "model_state_dict",
    "generator",
    "model",
)
"""Keys under which training states hold the generator's weights, the averaged ones first."""

PREFIXES = ("module.", "_orig_mod.", "generator.", "netG.", "net.")
"""What wrapping modules put before every key of the generator."""

State = dict[str, Tensor]


def read_state_dict(path: Path) -> State:
    """Reads the weights of a generator from safetensors, or from what `torch.save` wrote.

    Returns:
        Name to float32 tensor on the CPU, with the names of the generator's own modules:
        wrapping dictionaries and prefixes are taken off.

    Raises:
        WeightsError: when the file is missing, too large, damaged, or holds anything but
            tensors and plain values.
    """
    _refuse_size(path)
    document: Mapping[str, Any]
    if is_safetensors(path):
        _, document = read_tensors(path)
    else:
        document = read_pickled_tensors(path, MAX_BYTES)
    state = _strip(_unwrap(path, document))
    total = sum(tensor.numel() for tensor in state.values())
    if total > MAX_WEIGHTS:
        raise WeightsError(
            f"{path}: expected at most {MAX_WEIGHTS:,} weights, got {total:,}; "
            "give the generator alone"
        )
    # A tensor can be a small storage that claims a large shape, so it is copied after the count.
    return {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in state.items()
    }


def _refuse_size(path: Path) -> None:
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise WeightsError(f"{path}: no such file; check the path") from None
    if size > MAX_BYTES:
        raise WeightsError(
            f"{path}: expected at most {MAX_BYTES >> 20} MB, got {size >> 20} MB; "
            "save the generator's state dict alone"
        )


def _unwrap(path: Path, document: Mapping[str, Any]) -> State:
    """Finds the dictionary of tensors, which training states hold among other things."""
    for _ in range(len(WRAPPERS)):
        inner = next((document[key] for key in WRAPPERS if _is_mapping(document.get(key))), None)
        if inner is None:
            break
        document = inner
    state = {str(key): value for key, value in document.items() if isinstance(value, Tensor)}
    if not state:
        keys = ", ".join(map(str, list(document)[:5])) or "nothing"
        raise WeightsError(
            f"{path}: expected tensors by name, got {keys}; save the generator's state_dict()"
        )
    return state


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping) and bool(value)


def _strip(state: State) -> State:
    """Takes prefixes off; where one stands, keys without it belong to other networks."""
    for _ in range(len(PREFIXES)):
        prefix = next((p for p in PREFIXES if any(key.startswith(p) for key in state)), None)
        if prefix is None:
            break
        state = {
            key.removeprefix(prefix): value
            for key, value in state.items()
            if key.startswith(prefix)
        }
    return state
