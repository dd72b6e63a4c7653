"""Weights of the package index in torchvision's layout, kept as safetensors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError

from srgan_core.cache import cache_dir
from srgan_core.errors import WeightsError
from srgan_core.files import atomic_path
from srgan_core.weights.catalogue import PREFIX, feature_layers, select_features
from srgan_core.weights.pickled_arrays import Float32Array

if TYPE_CHECKING:
    from torch import Tensor, nn

KERNEL_TO_TORCH = (3, 2, 0, 1)
"""Axes of a flax kernel (height, width, in, out) in torch's order (out, in, height, width)."""


def converted_path(architecture: str) -> Path:
    """Says which file of the cache keeps an architecture's converted weights."""
    return cache_dir() / "weights" / f"{architecture}-features.safetensors"


def from_flax(
    arrays: Mapping[str, Float32Array], module: str, architecture: str
) -> dict[str, Tensor]:
    """Renames and transposes flax's convolutions to torchvision's.

    flax numbers convolutions from 0 in the order of the forward pass, torchvision numbers
    all layers, so the i-th convolution of both is the same.

    Args:
        arrays: Arrays by their path, "<module>/Conv_<i>/kernel" and "/bias".
        module: The flax module that holds the convolutions.
        architecture: One of `ARCHITECTURES`.

    Returns:
        Float32 tensors by torchvision's names, shapes checked.

    Raises:
        WeightsError: when an array is missing or has another shape.
    """
    import torch

    layers = feature_layers(architecture)
    convolutions = [index for index, layer in layers.named_children() if _is_convolution(layer)]
    state: dict[str, Tensor] = {}
    for number, index in enumerate(convolutions):
        kernel, bias = _pair(arrays, f"{module}/Conv_{number}")
        state[f"{PREFIX}{index}.weight"] = torch.from_numpy(
            kernel.transpose(KERNEL_TO_TORCH).copy()
        )
        state[f"{PREFIX}{index}.bias"] = torch.from_numpy(bias.copy())
    return select_features(state, layers, module)


def tensors_sha256(state: Mapping[str, Tensor | Float32Array]) -> str:
    """Computes a digest of names, shapes and values that no file format enters into.

    Args:
        state: Float32 tensors or arrays by name, in any order.

    Returns:
        A SHA-256 as hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name in sorted(state):
        digest.update(f"{name} {tuple(state[name].shape)}\n".encode())
        digest.update(np.ascontiguousarray(state[name], dtype="<f4").data)
    return digest.hexdigest()


def save_converted(state: Mapping[str, Tensor], path: Path, source: str) -> None:
    """Writes converted weights, whole or not at all.

    Raises:
        WeightsError: when the folder cannot be written to.
    """
    from safetensors.torch import save_file

    try:
        with atomic_path(path) as temporary:
            save_file(dict(state), temporary, metadata={"source": source})
    except OSError as error:
        raise WeightsError(
            f"{path}: cannot be written ({error}); set SWEEP_CACHE to a folder that can"
        ) from error


def read_converted(path: Path, architecture: str) -> dict[str, Tensor]:
    """Reads converted weights back.

    Returns:
        Float32 tensors by torchvision's names, shapes checked.

    Raises:
        WeightsError: when the file is damaged or of another architecture.
    """
    from safetensors.torch import load_file

    with _named_damage(path):
        state = load_file(path)
    return select_features(state, feature_layers(architecture), str(path))


def read_converted_arrays(path: Path) -> dict[str, Float32Array]:
    """Reads all that a file of converted weights holds, without torch and without a look at it.

    Raises:
        WeightsError: when the file is damaged.
    """
    from safetensors.numpy import load_file

    with _named_damage(path):
        return load_file(path)


@contextmanager
def _named_damage(path: Path) -> Iterator[None]:
    try:
        yield
    # numpy lacks some of the types that a damaged header may name.
    except (OSError, SafetensorError, AttributeError, KeyError, TypeError) as error:
        raise WeightsError(
            f"{path}: is damaged ({error}); delete it, and it is fetched again"
        ) from error


def _is_convolution(layer: nn.Module) -> bool:
    from torch import nn

    return isinstance(layer, nn.Conv2d)


def _pair(arrays: Mapping[str, Float32Array], name: str) -> tuple[Float32Array, Float32Array]:
    """Looks up one convolution's kernel (4 axes) and bias."""
    kernel, bias = arrays.get(f"{name}/kernel"), arrays.get(f"{name}/bias")
    if kernel is None or bias is None or kernel.ndim != len(KERNEL_TO_TORCH):
        raise WeightsError(f"{name}: the package holds no such convolution; fetch it again")
    return kernel, bias
