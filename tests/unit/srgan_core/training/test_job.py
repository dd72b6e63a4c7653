from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from srgan_core.training import job
from srgan_core.training.job import content_features

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _forgotten_features() -> Iterator[None]:
    content_features.cache_clear()
    yield
    content_features.cache_clear()


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
