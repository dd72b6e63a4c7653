"""Reads pickles of nested dicts of float32 arrays, and nothing else.

The three names that such a pickle may mention are answered with classes of this module, so
neither numpy nor any other library runs on what the pickle says. Each of them defines
`__setstate__`, so that a pickle cannot write attributes into the classes themselves.
"""

from __future__ import annotations

import io
import math
import pickle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srgan_core.errors import WeightsError

DEEPEST_NESTING = 4
"""More dicts inside each other than any file of weights here has."""

Float32Array = NDArray[np.float32]


class _ArrayClass:
    """Stands for `numpy.ndarray`, which pickles only pass on."""

    def __setstate__(self, state: object) -> None:
        raise pickle.UnpicklingError("an array that was not declared")


class _ElementType:
    """Stands for `numpy.dtype`: a code and, as its state, the byte order."""

    def __init__(self, code: str, align: bool = False, copy: bool = False) -> None:
        self.code = code
        self.order = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]


class _Array:
    """Stands for an array: declared empty, then given its content as state."""

    def __init__(self, kind: object, shape: object, code: object) -> None:
        if kind is not _ArrayClass:
            raise pickle.UnpicklingError("an array of a foreign class")
        self.values: Float32Array | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, element, fortran, content = state
        if (element.code, element.order) != ("f4", "<"):
            raise pickle.UnpicklingError("an array that is not little-endian float32")
        if type(content) is not bytes or len(content) != 4 * math.prod(shape):
            raise pickle.UnpicklingError(f"an array whose content does not fill {shape}")
        flat = np.frombuffer(content, dtype="<f4")
        self.values = flat.reshape(shape, order="F" if fortran else "C")


# numpy 2 renamed numpy.core to numpy._core; pickles carry the name of their own time.
_ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy", "ndarray"): _ArrayClass,
    ("numpy", "dtype"): _ElementType,
}


class _ArrayUnpickler(pickle.Unpickler):
    """Refuses every name but those of numpy arrays."""

    def find_class(self, module: str, name: str) -> type:
        """Answers an admitted name with its stand-in."""
        try:
            return _ADMITTED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not part of an array") from None


def read_arrays(content: bytes, source: str) -> dict[str, Float32Array]:
    """Reads a pickled tree of arrays.

    Returns:
        Read-only arrays by their path in the tree, joined by "/" ("VGG16_0/Conv_0/bias").

    Raises:
        WeightsError: when the pickle is damaged or holds anything but nested dicts of
            float32 arrays.
    """
    try:
        tree = _ArrayUnpickler(io.BytesIO(content)).load()
        arrays: dict[str, Float32Array] = {}
        _collect(tree, (), arrays)
    # A damaged pickle raises nearly any exception, depending on the byte that is wrong.
    except Exception as error:
        raise WeightsError(f"{source}: is refused as weights: {error}") from error
    return arrays


def _collect(node: object, path: tuple[str, ...], arrays: dict[str, Float32Array]) -> None:
    """Walks the tree; its depth is bounded because a pickled dict can contain itself."""
    if isinstance(node, _Array) and node.values is not None:
        arrays["/".join(path)] = node.values
        return
    if not isinstance(node, dict) or len(path) >= DEEPEST_NESTING:
        raise pickle.UnpicklingError(f"{'/'.join(path) or 'the whole'} is not an array")
    for key, child in node.items():
        _collect(child, (*path, str(key)), arrays)
