from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from srgan_core import vgg
from srgan_core.errors import ConfigError, ShapeError, WeightsError
from srgan_core.feature_cuts import FEATURE_CUTS
from srgan_core.vgg import VggFeatures, load_features


def random_state(architecture: str) -> dict[str, Tensor]:
    """Weights scaled so that features neither vanish nor grow through the layers."""
    import torchvision

    generator = torch.Generator().manual_seed(0)
    with torch.device("meta"):
        layers = torchvision.models.get_model(architecture).features
    state = {}
    for key, tensor in layers.state_dict().items():
        fan_in = tensor[0].numel() if tensor.ndim == 4 else 1000
        values = torch.randn(tensor.shape, generator=generator) * (2 / fan_in) ** 0.5
        state[f"features.{key}"] = values
    return state


@pytest.fixture(scope="module")
def states() -> dict[str, dict[str, Tensor]]:
    return {name: random_state(name) for name in ("vgg16", "vgg19")}


@pytest.fixture
def images() -> Tensor:
    return torch.rand(2, 3, 36, 32, generator=torch.Generator().manual_seed(1))


def build(name: str, states: dict[str, dict[str, Tensor]]) -> VggFeatures:
    return VggFeatures(name, states[FEATURE_CUTS[name].architecture])


def reference_layers(architecture: str, state: dict[str, Tensor]) -> nn.Sequential:
    """torchvision's own network with the given convolutions."""
    import torchvision

    with torch.device("meta"):
        features = torchvision.models.get_model(architecture).features
    stripped = {key.removeprefix("features."): tensor for key, tensor in state.items()}
    features.load_state_dict(stripped, assign=True)
    return features


def out_of_place(layers: nn.Sequential) -> nn.Sequential:
    return nn.Sequential(*(nn.ReLU() if isinstance(m, nn.ReLU) else m for m in layers))


def reference_input(images: Tensor) -> Tensor:
    from torchvision.transforms.functional import normalize

    return normalize(images, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


@pytest.mark.parametrize(
    ("name", "architecture", "stop", "convolutions", "shape"),
    [
        ("vgg22", "vgg19", 9, 4, (2, 128, 18, 16)),
        ("vgg54", "vgg19", 36, 16, (2, 512, 2, 2)),
        ("vgg16-22", "vgg16", 9, 4, (2, 128, 18, 16)),
        ("vgg16-53", "vgg16", 30, 13, (2, 512, 2, 2)),
    ],
)
def test_cuts_match_torchvision(
    states, images: Tensor, name: str, architecture: str, stop: int, convolutions: int, shape
):
    features = build(name, states)
    reference = out_of_place(reference_layers(architecture, states[architecture])[:stop])
    computed = features(images)
    assert computed.shape == shape
    torch.testing.assert_close(computed, reference(reference_input(images)), rtol=1e-4, atol=1e-5)
    assert sum(isinstance(layer, nn.Conv2d) for layer in features.features) == convolutions
    assert computed.min() == 0 < computed.max()


@pytest.mark.parametrize("name", FEATURE_CUTS)
def test_gradient_to_the_images_matches_layers_that_work_out_of_place(
    states, images: Tensor, name: str
):
    cut = FEATURE_CUTS[name]
    reference = out_of_place(
        reference_layers(cut.architecture, states[cut.architecture])[: cut.stop]
    )
    ours, theirs = (images.clone().requires_grad_() for _ in range(2))
    build(name, states)(ours).square().mean().backward()
    reference(reference_input(theirs)).square().mean().backward()
    assert theirs.grad.abs().max() > 0
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-3, atol=1e-7)


def test_weights_are_frozen_and_in_evaluation_mode(states, images: Tensor):
    features = build("vgg22", states)
    features(images.requires_grad_()).sum().backward()
    assert not features.training
    assert all(not p.requires_grad and p.grad is None for p in features.parameters())


def test_images_and_earlier_features_are_never_overwritten(states, images: Tensor):
    features = build("vgg16-22", states)
    before = images.clone()
    first = features(images)
    kept = first.clone()
    features(images.flip(0))
    assert torch.equal(images, before)
    assert torch.equal(first, kept)


def test_given_state_is_copied(states):
    state = dict(states["vgg16"])
    features = VggFeatures("vgg16-22", state)
    own = {tensor.data_ptr() for tensor in features.state_dict().values()}
    assert own.isdisjoint(tensor.data_ptr() for tensor in state.values())


def test_layers_behind_the_cut_need_no_weights(states, images: Tensor):
    few = {k: v for k, v in states["vgg19"].items() if int(k.split(".")[1]) < 9}
    assert torch.equal(VggFeatures("vgg22", few)(images), build("vgg22", states)(images))


def test_building_leaves_the_random_generator_alone(states):
    before = torch.get_rng_state()
    build("vgg16-53", states)
    assert torch.equal(torch.get_rng_state(), before)


def test_classifier_is_never_built(states, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nn.Linear, "__init__", lambda *_, **__: pytest.fail("classifier built"))
    build("vgg54", states)


def test_weights_and_features_are_channels_last(states, images: Tensor):
    features = build("vgg16-22", states)
    weight = features.get_parameter("features.2.weight")
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert features(images).is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("name", ["vgg22", "vgg16-53"])
def test_bfloat16_autocast_keeps_features_and_gradient(states, images, name: str, dtype):
    features = build(name, states)
    exact_images, images = images.clone().requires_grad_(), images.to(dtype).requires_grad_()
    exact = features(exact_images)
    exact.square().mean().backward()
    with torch.autocast("cpu", torch.bfloat16):
        lower = features(images)
        lower.float().square().mean().backward()
    assert lower.dtype == torch.bfloat16
    similarity = nn.functional.cosine_similarity
    assert similarity(lower.float().flatten(), exact.flatten(), dim=0) > 0.99
    assert similarity(images.grad.float().flatten(), exact_images.grad.flatten(), dim=0) > 0.95


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_matches_the_cpu(states, images: Tensor):
    features = build("vgg16-53", states)
    expected = features(images)
    computed = features.to("cuda")(images.cuda()).cpu()
    torch.testing.assert_close(computed, expected, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("shape", [(3, 32, 32), (2, 1, 32, 32), (2, 3, 15, 32), (2, 3, 32, 15)])
def test_images_of_another_shape_are_refused(states, shape: tuple[int, ...]):
    features = build("vgg16-53", states)
    with pytest.raises(ShapeError, match=r"sides of at least 16 px, got"):
        features(torch.rand(shape))


def test_smallest_images_give_one_feature_position(states):
    assert build("vgg54", states)(torch.rand(1, 3, 16, 16)).shape == (1, 512, 1, 1)


@pytest.mark.parametrize("name", ["mse", "vgg45"])
def test_unknown_feature_space_lists_the_known_ones(name: str):
    with pytest.raises(ConfigError, match="vgg22, vgg54, vgg16-22, vgg16-53"):
        VggFeatures(name, {})
    with pytest.raises(ConfigError, match="vgg22, vgg54, vgg16-22, vgg16-53"):
        load_features(name)


def test_state_of_another_network_is_refused(states):
    with pytest.raises(WeightsError, match=r"state for vgg54: tensor features\.16\.weight is mi"):
        VggFeatures("vgg54", states["vgg16"])


def test_loading_resolves_the_architecture_of_the_cut(states, monkeypatch):
    def resolve(architecture: str) -> SimpleNamespace:
        return SimpleNamespace(state=states[architecture])

    monkeypatch.setattr(vgg, "resolve_weights", resolve)
    assert load_features("vgg16-22").name == "vgg16-22"
    assert load_features("vgg22", "cpu").mean.device.type == "cpu"
