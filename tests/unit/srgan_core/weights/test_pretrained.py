from types import SimpleNamespace

import pytest
import torch

from srgan_core.weights import pretrained
from srgan_core.weights.catalogue import feature_layers
from srgan_core.weights.pretrained import pretrained_layers


@pytest.fixture
def state(monkeypatch):
    generator = torch.Generator().manual_seed(0)
    state = {
        f"features.{key}": torch.rand(tensor.shape, generator=generator)
        for key, tensor in feature_layers("alexnet").state_dict().items()
    }
    found = SimpleNamespace(state=state)
    monkeypatch.setattr(pretrained, "resolve_weights", lambda name: found)
    return state


def test_layers_up_to_the_cut_hold_the_weights_frozen(state):
    layers = pretrained_layers("alexnet", 5)
    assert len(layers) == 5
    assert not layers.training
    for name, parameter in layers.named_parameters():
        assert torch.equal(parameter, state[f"features.{name}"])
        assert not parameter.requires_grad
