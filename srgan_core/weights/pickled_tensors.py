"""The one place that opens files of `torch.save`, which are pickles.

They go through PyTorch's restricted unpickler, which admits tensors and plain containers and runs
no code that a file names; what a file may cost is bounded before it is read. Whatever this package
keeps of them, it keeps as safetensors.
"""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from srgan_core.errors import WeightsError
from srgan_core.weights.file_kinds import kind_of

REMEDY = "get the file again or give another"

LARGEST_FILE = 1 << 30
"""Bytes on disk, and of all members once unpacked; torchvision's VGG-19 has 575 MB."""


class _Numpy:
    """Stands for numpy's arrays, scalars and their types, which lie beside weights unused.

    Their content is dropped, so that numpy does not run on what a file says.
    """

    def __init__(self, *content: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        pass


# numpy 2 renamed numpy.core to numpy._core; pickles carry the name of their own time.
_STAND_INS: list[Any] = [
    (_Numpy, f"numpy{name}")
    for name in (
        *(".core.multiarray.scalar", "._core.multiarray.scalar"),
        *(".core.multiarray._reconstruct", "._core.multiarray._reconstruct"),
        *(".dtype", ".ndarray"),
    )
]


def read_pickled_tensors(path: Path, largest: int = LARGEST_FILE) -> Mapping[str, Any]:
    """Reads a dictionary of tensors and plain values.

    Args:
        path: A file that `torch.save` wrote, in its zip format or the one before.
        largest: Most bytes that it may have, also once unpacked.

    Returns:
        The dictionary, tensors on the CPU. Those of a file in the zip format are mapped, so
        that only those that are used are read. Of numpy's arrays and scalars nothing is kept.

    Raises:
        WeightsError: when the file is missing, too large, damaged, names anything but tensors
            and plain containers, or is no dictionary.
    """
    mappable = _refuse_size(path, largest)
    _refuse_other_kinds(path)
    try:
        with torch.serialization.safe_globals(_STAND_INS):
            document = _load(path, mappable)
    except pickle.UnpicklingError as error:
        # PyTorch's words recommend to load the file with its code, which is never right here.
        raise WeightsError(
            f"{path}: expected tensors and plain values alone, got a pickle that "
            f"{_name_refused(error)}; save the generator's state_dict() with torch.save"
        ) from None
    # A damaged file raises nearly any exception, depending on the byte that is wrong.
    except Exception:
        raise WeightsError(
            f"{path}: cannot be read as a file of weights, it is damaged; {REMEDY}"
        ) from None
    if not isinstance(document, Mapping):
        raise WeightsError(
            f"{path}: expected a state dict, got {type(document).__name__}; "
            "save the generator's state_dict()"
        )
    return document


def _load(path: Path, mappable: bool) -> object:
    with warnings.catch_warnings():
        # Of a pickle protocol that the reader may lack; what it cannot read is refused by name.
        warnings.filterwarnings("ignore", "Detected pickle protocol")
        # PyTorch goes by the ending, which may be wrong, and maps only what it opens itself.
        if path.suffix == ".safetensors":
            with path.open("rb") as file:
                return torch.load(file, map_location="cpu", weights_only=True)
        return torch.load(path, map_location="cpu", weights_only=True, mmap=mappable)


def _refuse_other_kinds(path: Path) -> None:
    """Names what has another format altogether; PyTorch calls nearly all of it a damaged pickle."""
    kind = kind_of(path)
    if not kind.is_read:
        raise WeightsError(
            f"{path}: expected a file of weights, got {kind.noun}; {kind.advice or REMEDY}"
        )


def _name_refused(error: pickle.UnpicklingError) -> str:
    """What PyTorch's unpickler would not admit, if it says so."""
    text = str(error)
    if found := re.search(r"GLOBAL ([\w.]{1,80}) was not an allowed", text):
        return f"names {found[1]}, which may be code"
    # PyTorch's reader of tensors knows the protocol that `torch.save` writes by itself.
    if "Unsupported operand" in text:
        return "is written in another pickle protocol than torch.save's own"
    return "is damaged or names something else"


def _refuse_size(path: Path, largest: int) -> bool:
    """Returns whether the file is in the zip format."""
    try:
        size, is_zip = path.stat().st_size, zipfile.is_zipfile(path)
        if is_zip:
            with zipfile.ZipFile(path) as archive:
                size = max(size, sum(member.file_size for member in archive.infolist()))
    except FileNotFoundError:
        raise WeightsError(f"{path}: no such file; check the path") from None
    # Python's zip reader too raises whatever the spot of the damage leads to.
    except Exception as error:
        raise WeightsError(f"{path}: cannot be read ({error}); replace the file") from None
    if size > largest:
        raise WeightsError(
            f"{path}: expected at most {largest >> 20} MB, got {size >> 20} MB; "
            "save the state dict of the generator alone"
        )
    return is_zip
