"""VGG weights of torchvision as timm publishes them on the Hugging Face Hub.

Source: `timm/vgg16.tv_in1k` and `timm/vgg19.tv_in1k`, "original torchvision weights" by their
cards, BSD 3-Clause; timm renames the classifier alone. The hashes are those that the Hub shows
for the files at these commits.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open

from srgan_core.cache import cache_dir
from srgan_core.errors import WeightsError
from srgan_core.weights.catalogue import (
    PREFIX,
    PublishedFile,
    feature_layers,
    select_features,
)
from srgan_core.weights.hub import download_file, find_file

if TYPE_CHECKING:
    from torch import Tensor

ENDPOINT_VARIABLE = "HF_ENDPOINT"
"""Environment variable with the address of a mirror, as Hugging Face's own library reads it."""

_HUB = "https://huggingface.co"
_FILE = "model.safetensors"
_COMMITS = {
    "vgg16": (
        "3394518cba29aee1ea82a49d971be90d2dd1dab7",
        "57b026918159a6bf9faf8405c3a551903768e7138989d9c6224a14227203fad8",
    ),
    "vgg19": (
        "128d4708565b3a414bcbb9bbad440b2fe37b9f18",
        "11aea017b543ff59233749d8f1cf544cda749378f5790d2fedab841fb86b7669",
    ),
}
"""The commit of each repository, and the SHA-256 of its file."""


def hugging_face_file(architecture: str) -> PublishedFile | None:
    """Looks up the file on the Hub; None for an architecture that is not there."""
    if architecture not in _COMMITS:
        return None
    commit, sha256 = _COMMITS[architecture]
    hub = os.environ.get(ENDPOINT_VARIABLE, "").rstrip("/") or _HUB
    url = f"{hub}/{_repository(architecture)}/resolve/{commit}/{_FILE}"
    return PublishedFile(architecture, f"{architecture}-timm-{sha256[:8]}.safetensors", url, sha256)


def find_kept(published: PublishedFile) -> tuple[Path, str] | None:
    """Looks for a file of the Hub in this package's cache, then in Hugging Face's own.

    Returns:
        Its path and its SHA-256, or None when it is in neither.

    Raises:
        WeightsError: when a file is there with another content.
    """
    return find_file(published, kept_path(published)) or find_file(published, _blob(published))


def kept_path(published: PublishedFile) -> Path:
    """Says which file of the cache a file of the Hub is downloaded to."""
    return cache_dir() / "weights" / published.name


def download_kept(published: PublishedFile) -> None:
    """Downloads a file of the Hub into this package's cache; raises as `download_file`."""
    download_file(published, kept_path(published))


def read_hub_tensors(path: Path, architecture: str) -> dict[str, Tensor]:
    """Reads the convolutions out of a file of the Hub.

    Returns:
        Float32 tensors by torchvision's names; the classifier is left on the disk.

    Raises:
        WeightsError: when the file is not one of that architecture.
    """
    try:
        with safe_open(path, framework="pt") as file:
            names = sorted(file.keys())
            state = {name: file.get_tensor(name) for name in names if name.startswith(PREFIX)}
    except (OSError, SafetensorError) as error:
        raise WeightsError(
            f"{path}: cannot be read as weights ({error}); delete it and get it again"
        ) from error
    return select_features(state, feature_layers(architecture), str(path))


def _repository(architecture: str) -> str:
    return f"timm/{architecture}.tv_in1k"


def _blob(published: PublishedFile) -> Path:
    """Where Hugging Face's library keeps the content of a file: under its SHA-256."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / (
        "huggingface"
    )
    folder = Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()
    repository = _repository(published.architecture).replace("/", "--")
    return folder / f"models--{repository}" / "blobs" / published.digits
