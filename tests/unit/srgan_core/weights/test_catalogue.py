import subprocess
import sys

import pytest
import torch
from torch import nn

from srgan_core.errors import ConfigError, WeightsError
from srgan_core.weights.catalogue import (
    ARCHITECTURES,
    feature_layers,
    published_file,
    select_features,
)


@pytest.mark.parametrize(
    ("architecture", "name"),
    [
        ("alexnet", "alexnet-owt-7be5be79.pth"),
        ("vgg16", "vgg16-397923af.pth"),
        ("vgg19", "vgg19-dcbb9e9d.pth"),
    ],
)
def test_published_files_have_the_names_users_know(architecture: str, name: str):
    import torchvision

    published = published_file(architecture)
    assert published.name == name
    assert published.url.endswith("/" + name)
    assert published.digits == name[-12:-4]
    weights = torchvision.models.get_model_weights(architecture)["IMAGENET1K_V1"]
    assert published.url == weights.url


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_layers_are_those_of_torchvision(architecture: str):
    import torchvision

    with torch.device("meta"):
        reference = torchvision.models.get_model(architecture).features
    ours = feature_layers(architecture)
    assert str(ours) == str(reference)
    shapes = {key: tensor.shape for key, tensor in ours.state_dict().items()}
    assert shapes == {key: tensor.shape for key, tensor in reference.state_dict().items()}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_layers_take_no_memory_and_no_random_numbers(architecture: str):
    before = torch.get_rng_state()
    layers = feature_layers(architecture)
    assert all(parameter.is_meta for parameter in layers.parameters())
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("look_up", [published_file, feature_layers])
def test_unknown_architecture_lists_the_known_ones(look_up):
    with pytest.raises(ConfigError, match=r"'vgg18' is unknown: alexnet, vgg16, vgg19; did you"):
        look_up("vgg18")


def test_building_layers_leaves_torchvision_alone():
    code = (
        "import sys; from srgan_core.weights.catalogue import *;"
        "[(published_file(n), feature_layers(n)) for n in ARCHITECTURES];"
        "print('torchvision' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def small_layers() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(3, 4, 3))


def test_selected_tensors_are_float32_copies_without_the_rest():
    weight = torch.ones(4, 3, 3, 3, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(4)
    state = {"features.0.weight": weight, "features.0.bias": bias, "classifier.6.bias": bias}
    selected = select_features(state, small_layers(), "x.pth")
    bias += 1
    assert list(selected) == ["features.0.weight", "features.0.bias"]
    assert selected["features.0.weight"].dtype == torch.float32
    assert not selected["features.0.weight"].requires_grad
    assert selected["features.0.bias"].sum() == 0


@pytest.mark.parametrize("bias", [None, "a word"])
def test_missing_tensor_is_named(bias: object):
    state: dict[str, object] = {"features.0.weight": torch.ones(4, 3, 3, 3)}
    if bias is not None:
        state["features.0.bias"] = bias
    with pytest.raises(WeightsError, match=r"x\.pth: tensor features\.0\.bias is missing"):
        select_features(state, small_layers(), "x.pth")


def test_wrong_shape_is_named_with_the_expected_one():
    state = {"features.0.weight": torch.ones(4, 3, 5, 5), "features.0.bias": torch.ones(4)}
    with pytest.raises(WeightsError, match=r"must have shape \(4, 3, 3, 3\), got \(4, 3, 5, 5\)"):
        select_features(state, small_layers(), "x.pth")
