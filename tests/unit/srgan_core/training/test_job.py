from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from srgan_core.errors import ConfigError
from srgan_core.training import job
from srgan_core.training.hardware import resolve_device
from srgan_core.training.job import content_features

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _forgotten_features() -> Iterator[None]:
    content_features.cache_clear()
    yield
    content_features.cache_clear()


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "cpu0", "", "CPU", "mps"])
def test_unknown_device_lists_the_known_ones(name: str):
    with pytest.raises(ConfigError, match="is unknown: auto, cpu, cuda, cuda:N"):
        resolve_device(name)


@pytest.mark.parametrize(("name", "gpus"), [("cuda", 0), ("cuda:2", 2)])
def test_absent_device_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, gpus: int):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    message = f"device '{name}': this machine has {gpus} usable GPUs; use --device cpu"
    with pytest.raises(ConfigError, match=message):
        resolve_device(name)


@pytest.mark.parametrize(("available", "kind"), [(False, "cpu"), (True, "cuda")])
def test_auto_is_the_gpu_where_there_is_one(monkeypatch, available: bool, kind: str):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: int(available))
    assert resolve_device("auto").type == kind


def test_pixel_loss_alone_needs_no_features(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(job, "load_features", lambda *_: pytest.fail("loaded"))
    assert content_features("mse", CPU) is None


def test_features_are_loaded_once_for_many_trials(monkeypatch: pytest.MonkeyPatch):
    loaded = []

    def load(name: str, device: torch.device) -> nn.Module:
        loaded.append(name)
        return nn.Identity()

    monkeypatch.setattr(job, "load_features", load)
    first = content_features("vgg22", CPU)
    assert content_features("vgg54", CPU) is not first
    assert content_features("vgg22", CPU) is first
    assert loaded == ["vgg22", "vgg54"]
