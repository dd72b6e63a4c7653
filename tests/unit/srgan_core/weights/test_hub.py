import pickle
import socket
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from srgan_core.errors import WeightsError
from srgan_core.weights.catalogue import PublishedFile
from srgan_core.weights.hub import download_to_hub, find_in_hub, hub_folder, read_hub_file

Publish = Callable[..., PublishedFile]
Put = Callable[[PublishedFile, bytes], Path]


class Touch:
    """Creates a file when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return Path.touch, (self.canary,)


def test_hub_folder_follows_torch_home(caches: Path):
    assert hub_folder() == caches / "torch" / "hub" / "checkpoints"


@pytest.mark.parametrize(
    "variables",
    [{"TORCH_HOME": "~/elsewhere"}, {"XDG_CACHE_HOME": "caches"}, {"TORCH_HUB": "old"}, {}],
)
def test_hub_folder_is_torchs_own_where_torch_is_not_loaded(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    for name in ("TORCH_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with warnings.catch_warnings(action="ignore"):
        expected = Path(torch.hub.get_dir()) / "checkpoints"
    monkeypatch.delitem(sys.modules, "torch")
    assert hub_folder() == expected


def test_absent_file_is_not_an_error(publish: Publish):
    assert find_in_hub(publish("vgg19", b"x")) is None


def test_file_with_the_right_checksum_is_found(publish: Publish, put_into_hub: Put):
    published = publish("vgg19", b"content")
    path = put_into_hub(published, b"content")
    found = find_in_hub(published)
    assert found is not None
    assert found[0] == path
    assert found[1].startswith(published.digits)


def test_file_with_a_wrong_checksum_is_refused(publish: Publish, put_into_hub: Put):
    published = publish("vgg19", b"content")
    path = put_into_hub(published, b"something else")
    with pytest.raises(WeightsError) as raised:
        find_in_hub(published)
    message = str(raised.value)
    assert str(path) in message
    assert f"must begin with {published.digits}, got " in message
    assert "delete the file" in message


def test_a_web_page_in_the_place_of_weights_is_called_so(publish: Publish, put_into_hub: Put):
    published = publish("vgg19", b"content")
    put_into_hub(published, b"<!doctype html><title>404</title>")
    with pytest.raises(WeightsError, match=r"got \w+, it is a web page \(HTML\); delete the file"):
        find_in_hub(published)


@pytest.mark.parametrize("zipped", [True, False], ids=["zip format", "legacy format"])
def test_convolutions_are_read_and_the_classifier_is_left(
    to_pth: Callable[..., bytes], tmp_path: Path, alexnet_state: dict[str, Tensor], zipped: bool
):
    path = tmp_path / "alexnet.pth"
    state = {**alexnet_state, "classifier.6.bias": torch.zeros(1000)}
    path.write_bytes(to_pth(state, _use_new_zipfile_serialization=zipped))
    read = read_hub_file(path, "alexnet")
    path.unlink()
    assert read.keys() == alexnet_state.keys()
    assert all(torch.equal(read[name], alexnet_state[name]) for name in read)


def test_weights_of_another_network_are_refused(
    to_pth: Callable[..., bytes], tmp_path: Path, alexnet_state: dict[str, Tensor]
):
    path = tmp_path / "vgg16.pth"
    path.write_bytes(to_pth(alexnet_state))
    with pytest.raises(WeightsError, match=r"features\.0\.weight must have shape \(64, 3, 3, 3\)"):
        read_hub_file(path, "vgg16")


@pytest.mark.parametrize("content", [b"", b"<html>", pickle.dumps([1, 2])])
def test_files_that_are_no_weights_are_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "vgg16.pth"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"vgg16\.pth: .*; delete it and get it again"):
        read_hub_file(path, "vgg16")


def test_tensor_in_place_of_a_state_dict_is_refused(tmp_path: Path):
    path = tmp_path / "vgg16.pth"
    torch.save(torch.zeros(3), path)
    with pytest.raises(WeightsError, match="cannot be read as a file of weights"):
        read_hub_file(path, "vgg16")


def test_code_in_a_file_of_weights_never_runs(tmp_path: Path):
    path, canary = tmp_path / "vgg16.pth", tmp_path / "canary"
    torch.save({"features.0.weight": Touch(canary)}, path)
    with pytest.raises(WeightsError, match="cannot be read as a file of weights"):
        read_hub_file(path, "vgg16")
    assert not canary.exists()


def test_download_lands_in_the_hub_cache(publish: Publish, server: tuple[str, Path]):
    address, folder = server
    published = publish("vgg19", b"content", address)
    (folder / published.name).write_bytes(b"content")
    download_to_hub(published)
    assert (hub_folder() / published.name).read_bytes() == b"content"
    assert socket.getdefaulttimeout() is None


def test_download_with_a_wrong_checksum_leaves_nothing(publish: Publish, server: tuple[str, Path]):
    address, folder = server
    published = publish("vgg19", b"content", address)
    (folder / published.name).write_bytes(b"a portal's login page")
    with pytest.raises(WeightsError, match=r"download from 127\.0\.0\.1 failed \(invalid hash"):
        download_to_hub(published)
    assert list(hub_folder().iterdir()) == []


def test_address_without_the_file_says_so(publish: Publish, server: tuple[str, Path]):
    with pytest.raises(WeightsError, match="not reachable"):
        download_to_hub(publish("vgg19", b"content", server[0]))


def test_closed_address_is_an_error_at_once(publish: Publish):
    with pytest.raises(WeightsError, match=r"127\.0\.0\.1 is not reachable .*refused"):
        download_to_hub(publish("vgg19", b"content"))


def test_hub_folder_that_cannot_be_made_is_an_error(
    publish: Publish, server: tuple[str, Path], caches: Path
):
    address, folder = server
    published = publish("vgg19", b"content", address)
    (folder / published.name).write_bytes(b"content")
    (caches / "torch").write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match="failed"):
        download_to_hub(published)
