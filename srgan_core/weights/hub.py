"""Published files of weights on the disk, the torch hub cache above all, and their download."""

from __future__ import annotations

import http.client
import os
import socket
import sys
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from filelock import FileLock

from srgan_core.cache import cache_dir
from srgan_core.errors import WeightsError
from srgan_core.files import atomic_path, file_sha256, make_folder
from srgan_core.network import why_unreachable, with_retries
from srgan_core.weights.catalogue import PublishedFile, feature_layers, select_features
from srgan_core.weights.file_kinds import kind_of

if TYPE_CHECKING:
    from torch import Tensor

STALL_SECONDS = 60.0
"""How long a running download may deliver nothing."""


def hub_folder() -> Path:
    """Says where torch hub keeps its files; `$TORCH_HOME` moves it.

    Whoever only asks which weights are here needs no torch, whose own rule this is.
    """
    if (torch := sys.modules.get("torch")) is not None:
        return Path(torch.hub.get_dir()) / "checkpoints"
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", os.path.join(cache, "torch"))
    return Path(home).expanduser() / "hub" / "checkpoints"


def find_in_hub(published: PublishedFile) -> tuple[Path, str] | None:
    """Looks for a file of torchvision in the hub cache; otherwise as `find_file`."""
    return find_file(published, hub_folder() / published.name)


def find_file(published: PublishedFile, path: Path) -> tuple[Path, str] | None:
    """Looks for a published file and checks its content.

    Returns:
        Its path and its SHA-256, or None when there is no such file.

    Raises:
        WeightsError: when the file is there with another content.
    """
    if not path.is_file():
        return None
    try:
        digest = file_sha256(path)
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error}); mend it or delete it") from error
    if not digest.startswith(published.digits):
        kind = kind_of(path)
        what = "" if kind.is_read else f", it is {kind.noun}"
        raise WeightsError(
            f"{path}: its SHA-256 must begin with {published.digits}, got "
            f"{digest[: len(published.digits)]}{what}; delete the file and get it again"
        )
    return path, digest


def read_hub_file(path: Path, architecture: str) -> dict[str, Tensor]:
    """Reads the convolutions out of a file that torchvision publishes.

    Returns:
        Float32 tensors by torchvision's names; the classifier is left behind.

    Raises:
        WeightsError: when the file is not a state dict of that architecture.
    """
    from srgan_core.weights.pickled_tensors import read_pickled_tensors

    try:
        state = read_pickled_tensors(path)
    except WeightsError as error:
        raise WeightsError(
            f"{path}: cannot be read as a file of weights; delete it and get it again"
        ) from error
    return select_features(state, feature_layers(architecture), str(path))


def download_to_hub(published: PublishedFile) -> None:
    """Downloads a file of torchvision into the hub cache; otherwise as `download_file`."""
    download_file(published, hub_folder() / published.name)


def download_file(published: PublishedFile, target: Path) -> None:
    """Downloads a published file, checked before it gets its name.

    Raises:
        WeightsError: when the publisher is out of reach, the transfer breaks off, the
            content is not the expected one, or the folder cannot be written to.
    """
    host = urlsplit(published.url).hostname
    if reason := why_unreachable(published.url):
        raise WeightsError(f"{host} is not reachable ({reason})")
    try:
        make_folder(target.parent)
        locks = cache_dir() / "locks"
        make_folder(locks)
        with FileLock(locks / f"{target.name}.lock"):
            # Another process may have had the lock before, for the same purpose.
            if find_file(published, target) is None:
                with_retries(
                    lambda: _transfer(published, target),
                    (OSError, RuntimeError, http.client.HTTPException),
                    lambda error: isinstance(error, urllib.error.HTTPError),
                )
    except (OSError, RuntimeError, http.client.HTTPException) as error:
        raise WeightsError(f"the download from {host} failed ({error})") from error


def _transfer(published: PublishedFile, target: Path) -> None:
    import torch

    # torch gives the file its name without having flushed it.
    with atomic_path(target) as temporary, _stall_limit(STALL_SECONDS):
        torch.hub.download_url_to_file(
            published.url,
            str(temporary),
            hash_prefix=published.digits,
            progress=sys.stderr.isatty(),
        )


@contextmanager
def _stall_limit(seconds: float) -> Iterator[None]:
    """Gives new sockets a timeout: torch's download sets none and could hang for ever."""
    previous = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(previous)
