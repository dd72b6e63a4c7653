import warnings

import pytest
import torch

from srgan_core.weights import resolve_weights
from srgan_core.weights.pickled_tensors import read_pickled_tensors
from sweep.metrics.builtin.lpips import TRUNKS
from sweep.metrics.lpips_network import LpipsNetwork

pytestmark = pytest.mark.usefixtures("alexnet", "vgg16")


def _network_of_the_package(trunk):
    """Built without memory for the random weights that it would draw, and filled afterwards."""
    import lpips

    state = resolve_weights(TRUNKS[trunk].weights.name).state
    with torch.device("meta"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        network = lpips.LPIPS(net=trunk, pnet_rand=True, pretrained=False, verbose=False)
    network.register_module("scaling_layer", lpips.ScalingLayer())
    heads = read_pickled_tensors(TRUNKS[trunk].heads.path())
    network.load_state_dict(heads, strict=False, assign=True)
    layers = network.net
    layers.load_state_dict(
        {key: state[f"features.{key.partition('.')[2]}"] for key in layers.state_dict()},
        assign=True,
    )
    return network


@pytest.mark.parametrize("trunk", TRUNKS)
def test_distances_are_those_of_the_package_bit_for_bit(trunk, photograph):
    image = torch.tensor(photograph).permute(2, 0, 1)[None].float() / 127.5 - 1
    first, second = image[..., :80, :100], image[..., 40:120, 60:160]
    theirs = _network_of_the_package(trunk)
    with torch.no_grad():
        ours = LpipsNetwork(TRUNKS[trunk])(first, second)
        assert float(ours) == float(theirs(first, second))


def test_building_leaves_the_random_state_alone_and_the_network_frozen():
    torch.manual_seed(7)
    before = torch.random.get_rng_state()
    network = LpipsNetwork(TRUNKS["alex"])
    assert torch.equal(before, torch.random.get_rng_state())
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_a_batch_gives_the_distance_of_each_pair():
    network = LpipsNetwork(TRUNKS["alex"])
    images = torch.rand(3, 3, 40, 48, generator=torch.Generator().manual_seed(0)) * 2 - 1
    others = images.roll(1, dims=0)
    with torch.no_grad():
        together = network(images, others)
        alone = torch.cat(
            [network(*(part[None] for part in pair)) for pair in zip(images, others, strict=True)]
        )
    assert together.shape == (3, 1)
    assert torch.allclose(together, alone, rtol=1e-5)
