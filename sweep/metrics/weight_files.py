"""Where the weights behind the metrics lie, by the names that their specs use."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from srgan_core.errors import WeightsError
from srgan_core.files import file_sha256

RESOLVED = ("alexnet", "vgg16")
"""Found by `srgan_core.weights`; every other name stands for a file."""

HEADS_PREFIX = "lpips v0.1 "
ASSET = "niqe_original.mat"


def weight_path(name: str) -> Path | None:
    """Says where a file of weights belongs.

    Args:
        name: A name out of a spec's `weights` that is not one of `RESOLVED`.

    Returns:
        The path, whether or not the file is there; None where the package that brings it is not
        installed.
    """
    if name == ASSET:
        return Path(__file__).parent / "assets" / name
    if name.startswith(HEADS_PREFIX):
        # Locating the package does not import it.
        package = importlib.util.find_spec("lpips")
        if package is None or package.origin is None:
            return None
        folder = Path(package.origin).parent / "weights" / "v0.1"
        return folder / name.removeprefix(HEADS_PREFIX)
    import torch

    return Path(torch.hub.get_dir()) / name


def weight_hash(name: str) -> str | None:
    """Hashes weights that are on this machine; downloads nothing.

    Args:
        name: A name out of a spec's `weights`.

    Returns:
        SHA-256 of the file, or None when it is not here.
    """
    if name in RESOLVED:
        return _resolved_hash(name)
    path = weight_path(name)
    return file_sha256(path) if path is not None and path.is_file() else None


def _resolved_hash(architecture: str) -> str | None:
    from srgan_core.weights import resolve_weights

    try:
        return resolve_weights(architecture, allow_download=False).sha256
    except WeightsError:
        return None
