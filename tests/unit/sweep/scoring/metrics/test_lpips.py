import warnings

import lpips
import numpy as np
import pytest
import torch

from srgan_core.errors import ShapeError
from srgan_core.weights import resolve_weights
from sweep.scoring.metrics.lpips import SMALLEST_SIDE, Lpips, build_network

pytestmark = pytest.mark.usefixtures("alexnet")


@pytest.fixture(scope="module")
def metric(alexnet):
    return Lpips()


def _reference_network():
    """The package's own network, its trunk filled layer by layer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False)
    state = resolve_weights("alexnet").state
    slices = {0: network.net.slice1, 3: network.net.slice2, 6: network.net.slice3}
    slices |= {8: network.net.slice4, 10: network.net.slice5}
    for index, part in slices.items():
        layer = getattr(part, str(index))
        layer.weight.data.copy_(state[f"features.{index}.weight"])
        layer.bias.data.copy_(state[f"features.{index}.bias"])
    return network


def test_matches_the_package_called_by_hand(metric, photograph):
    sr = np.roll(photograph, 3, axis=0)
    tensors = [lpips.im2tensor(image) for image in (sr, photograph)]
    with torch.no_grad():
        expected = float(_reference_network()(*tensors))
    assert metric(sr, photograph) == pytest.approx(expected, abs=1e-7)


def test_the_whole_image_counts(metric, photograph):
    sr = photograph.copy()
    sr[:2] = 0
    assert metric(sr, photograph) > 0


def test_the_smallest_accepted_side_is_the_smallest_that_works(metric, photograph):
    patch = photograph[:SMALLEST_SIDE, :SMALLEST_SIDE]
    assert metric(patch, patch) == 0
    with pytest.raises(ShapeError, match="at least 31 px"):
        metric(patch[1:], patch[1:])
    too_small = torch.zeros(1, 3, SMALLEST_SIDE - 1, SMALLEST_SIDE)
    with pytest.raises(RuntimeError):
        build_network()(too_small, too_small)


def test_building_is_silent_and_leaves_the_random_state_alone(capfd):
    torch.manual_seed(7)
    before = torch.random.get_rng_state()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        build_network()
    assert torch.equal(before, torch.random.get_rng_state())
    assert capfd.readouterr() == ("", "")


def test_nothing_is_downloaded_by_the_libraries(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a library tried to download")

    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", refuse)
    build_network()


def test_the_network_is_frozen_and_in_evaluation_mode():
    network = build_network()
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
