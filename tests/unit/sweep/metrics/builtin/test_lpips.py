import warnings

import numpy as np
import pytest
import torch

from srgan_core.errors import ShapeError
from srgan_core.weights import resolve_weights
from sweep.metrics.builtin.lpips import TRUNKS, Lpips
from sweep.metrics.lpips_network import LpipsNetwork

pytestmark = pytest.mark.usefixtures("alexnet", "vgg16")

# Position of each convolution among torchvision's features, by slice of the package's trunk.
CONVOLUTIONS = {
    "alex": ((0,), (3,), (6,), (8,), (10,)),
    "vgg": ((0, 2), (5, 7), (10, 12, 14), (17, 19, 21), (24, 26, 28)),
}


@pytest.fixture(scope="module")
def metrics(alexnet, vgg16):
    return {trunk: Lpips(trunk=trunk) for trunk in TRUNKS}


@pytest.fixture
def metric(metrics):
    return metrics["alex"]


def _reference_network():
    """The package's own network, its trunk filled layer by layer."""
    import lpips

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False)
    state = resolve_weights("alexnet").state
    slices = [getattr(network.net, f"slice{number}") for number in range(1, 6)]
    for (index,), part in zip(CONVOLUTIONS["alex"], slices, strict=True):
        layer = getattr(part, str(index))
        layer.weight.data.copy_(state[f"features.{index}.weight"])
        layer.bias.data.copy_(state[f"features.{index}.bias"])
    return network


def test_matches_the_package_called_by_hand(metric, photograph):
    import lpips

    hr = np.ascontiguousarray(photograph[:96, :80])
    sr = np.roll(hr, 3, axis=0)
    tensors = [lpips.im2tensor(image) for image in (sr, hr)]
    with torch.no_grad():
        expected = float(_reference_network()(*tensors))
    assert metric(sr, hr) == pytest.approx(expected, abs=1e-7)


def test_a_reference_seen_before_changes_no_bit(photograph):
    hr = np.ascontiguousarray(photograph[:64, :64])
    others = [np.roll(hr, shift, axis=0) for shift in (1, 2, 3)]
    metric, network = Lpips(), LpipsNetwork(TRUNKS["alex"])
    with torch.inference_mode():
        expected = [float(network(*map(metric._signed, (sr, hr)))) for sr in others]
    assert [metric(sr, hr) for sr in others] == expected
    assert len(metric._kept) == 1


def test_references_of_the_same_bytes_and_another_shape_are_told_apart():
    metric = Lpips()
    for shape in ((40, 64, 3), (64, 40, 3)):
        grey = np.full(shape, 128, np.uint8)
        assert metric(grey, grey) == 0


def test_no_more_references_are_kept_than_memory_is_given(photograph, monkeypatch):
    hr = np.ascontiguousarray(photograph[:64, :64])
    references = [np.roll(hr, shift, axis=1) for shift in (1, 2, 3)]
    metric = Lpips()
    once = [metric(hr, reference) for reference in references]
    monkeypatch.setattr("sweep.metrics.builtin.lpips.KEPT_BYTES", metric._kept_bytes * 2 // 3)
    metric = Lpips()
    assert [metric(hr, reference) for _ in range(2) for reference in references] == 2 * once
    assert len(metric._kept) == 2


def _transcribed(state, heads, convolutions, pools, sr, hr):
    """Zhang et al. 2018, equation 1, in float64: unit features, weighted squares, means."""
    shift = np.array([-0.030, -0.088, -0.188]).reshape(3, 1, 1)
    scale = np.array([0.458, 0.448, 0.450]).reshape(3, 1, 1)
    maps = [
        torch.tensor((image.transpose(2, 0, 1) / 127.5 - 1 - shift) / scale)[None]
        for image in (sr, hr)
    ]
    total = 0.0
    for level, indices in enumerate(convolutions):
        if level in pools:
            maps = [torch.nn.functional.max_pool2d(m, *pools[level]) for m in maps]
        for index in indices:
            weight, bias = (state[f"features.{index}.{n}"].double() for n in ("weight", "bias"))
            stride, padding = (4, 2) if weight.shape[-1] == 11 else (1, weight.shape[-1] // 2)
            maps = [
                torch.relu(torch.nn.functional.conv2d(m, weight, bias, stride, padding))
                for m in maps
            ]
        unit = [m / (m.square().sum(1, keepdim=True).sqrt() + 1e-10) for m in maps]
        head = heads[f"lin{level}.model.1.weight"].double()
        total += float(((unit[0] - unit[1]).square() * head).sum(1).mean())
    return total


@pytest.mark.parametrize(
    ("trunk", "pools"),
    [("alex", {1: (3, 2), 2: (3, 2)}), ("vgg", dict.fromkeys(range(1, 5), (2, 2)))],
)
@pytest.mark.parametrize("kind", ["photograph", "random"])
def test_matches_the_article_written_out_in_float64(metrics, trunk, pools, kind, photograph):
    if kind == "photograph":
        hr = np.ascontiguousarray(photograph[20:84, 30:102])
        sr = np.roll(hr, 2, axis=1)
    else:
        sr, hr = np.random.default_rng(2).integers(0, 256, (2, 48, 40, 3), dtype=np.uint8)
    state = resolve_weights(TRUNKS[trunk].weights.name).state
    heads = torch.load(TRUNKS[trunk].heads.path(), map_location="cpu", weights_only=True)
    expected = _transcribed(state, heads, CONVOLUTIONS[trunk], pools, sr, hr)
    assert metrics[trunk](sr, hr) == pytest.approx(expected, rel=2e-5)


def test_the_whole_image_counts(metric, photograph):
    sr = photograph.copy()
    sr[:2] = 0
    assert metric(sr, photograph) > 0


@pytest.mark.parametrize("trunk", TRUNKS)
def test_the_smallest_accepted_side_is_the_smallest_that_works(metrics, trunk, photograph):
    metric, side = metrics[trunk], TRUNKS[trunk].smallest_side
    patch = photograph[:side, :side]
    assert metric(patch, patch) == 0
    with pytest.raises(ShapeError, match=f"at least {side} px"):
        metric(patch[1:], patch[1:])
    too_small = torch.zeros(1, 3, side - 1, side)
    with pytest.raises(RuntimeError):
        LpipsNetwork(TRUNKS[trunk])(too_small, too_small)
