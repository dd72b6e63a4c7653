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
from srgan_core.weights.tensor_files import read_tensors, widened_tensors

MAX_BYTES = 1 << 29
"""An RRDB network has 67 MB; a training state of an SRResNet with D and Adam has 300 MB."""

MAX_WEIGHTS = MAX_BYTES // 4
"""Numbers in the tensors of a generator: as many as fit into such a file in float32. An SRResNet
has 1.5 million, an RRDB network 16.7, the largest HAT 41."""

MAX_INDEX = 1000
"""Number of a layer in a name. Networks are built with as many layers as the highest one says."""

DEPTH = 6
"""Wrappers within wrappers that are taken off."""

AVERAGED = (
    "params_ema",
    "ema",
    "ema_model",
    "state_dict_ema",
    "generator_ema",
    "g_ema",
    "netg_ema",
    "net_g_ema",
    "model_ema",
)
"""Names of averaged weights, which go before those that were trained."""

GENERATOR = ("generator", "netg", "net_g", "g", "gen", "model_g")
"""Names of a generator beside its discriminator."""

WHOLE = ("params", "state_dict", "model", "net", "network", "weights", "module", "_orig_mod")
"""Names of a network that stands alone, and of what wraps one."""

WRAPPERS = (*AVERAGED, *GENERATOR, *WHOLE)
"""What projects put around the weights of a generator, as the key of a dictionary or before every
key: `netG`, `net_g_state_dict`, `module.`. The first that is there is taken; upper and lower case,
`-` and `_`, and `_state_dict` at the end make no difference."""

LEFTOVERS = ("total_ops", "total_params", "n_averaged")
"""Counters that profilers (thop) and averaging leave among the weights."""

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
    return read_readings(path)[0]


def read_readings(path: Path) -> list[State]:
    """Reads the weights of a generator under each name that they may have.

    What looks like a prefix may be a name of the network's own, as the `model.` of the first
    ESRGAN is.

    Returns:
        As from `read_state_dict`: all prefixes taken off, then one fewer each time. Tensors are
        shared.

    Raises:
        WeightsError: as from `read_state_dict`.
    """
    _refuse_size(path)
    document: Mapping[str, Any]
    if is_safetensors(path):
        _, document = read_tensors(path)
    else:
        document = read_pickled_tensors(path, MAX_BYTES)
    whole = _unwrap(path, document)
    _refuse_claims(path, whole)
    # A tensor can be a small storage that claims a large shape, so it is copied after the count.
    readings = [widened_tensors(whole)]
    while len(readings) <= DEPTH and (shorter := _strip(readings[0])):
        readings.insert(0, shorter)
    return readings


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


def _refuse_claims(path: Path, state: State) -> None:
    total = sum(tensor.numel() for tensor in state.values())
    if total > MAX_WEIGHTS:
        raise WeightsError(
            f"{path}: expected at most {MAX_WEIGHTS:,} weights, got {total:,}; "
            "give the generator alone"
        )
    for name in state:
        if any(part.isdecimal() and int(part[:9]) > MAX_INDEX for part in name.split(".")):
            raise WeightsError(
                f"{path}: expected layers numbered up to {MAX_INDEX}, got {name[:80]!r}; "
                "give the generator alone"
            )


def _unwrap(path: Path, document: Mapping[str, Any]) -> State:
    """Finds the dictionary of tensors, which training states hold among other things."""
    for _ in range(DEPTH):
        inner = _first({key: value for key, value in document.items() if _holds_tensors(value)})
        if inner is None:
            break
        document = document[inner]
    state = {
        str(key): value
        for key, value in document.items()
        if isinstance(value, Tensor) and not str(key).endswith(LEFTOVERS)
    }
    if not state:
        keys = ", ".join(map(str, list(document)[:5])) or "nothing"
        raise WeightsError(
            f"{path}: expected tensors by name, got {keys}; save the generator's state_dict()"
        )
    return state


def _holds_tensors(value: object, depth: int = DEPTH) -> bool:
    if not isinstance(value, Mapping) or not depth:
        return False
    return any(
        isinstance(inner, Tensor) or _holds_tensors(inner, depth - 1) for inner in value.values()
    )


def _strip(state: State) -> State | None:
    """Takes one prefix off; where one stands, keys without it belong to other networks."""
    heads = dict.fromkeys(name.partition(".")[0] for name in state if "." in name)
    prefix = _first(heads)
    if prefix is None:
        return None
    return {
        name.removeprefix(f"{prefix}."): value
        for name, value in state.items()
        if name.startswith(f"{prefix}.")
    }


def _first(names: Mapping[Any, object]) -> str | None:
    """The name among some that wrappers go by and that is taken before the others."""
    known: dict[str, str] = {}
    for name in names:
        plain = str(name).casefold().replace("-", "_")
        shorter = plain.removesuffix("_state_dict")
        known.setdefault(plain if plain in WRAPPERS else shorter, name)
    return next((known[wrapper] for wrapper in WRAPPERS if wrapper in known), None)
