import pytest
import torch
from torch import nn

from srgan_core.training.adam import FusedAdam


def _network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.PReLU())


def _stepped(optimizer_type, steps=3, state=None):
    network = _network()
    optimizer = optimizer_type(network.parameters(), lr=1e-2, fused=True)
    if state is not None:
        optimizer.load_state_dict(state)
    for step in range(steps):
        optimizer.zero_grad(set_to_none=True)
        network(torch.full((2, 3, 8, 8), float(step))).square().sum().backward()
        optimizer.step()
    return [parameter.detach() for parameter in network.parameters()], optimizer.state_dict()


def _same(first, second):
    return all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def test_steps_and_state_are_those_of_pytorch_bit_for_bit():
    ours, state = _stepped(FusedAdam)
    theirs, reference = _stepped(torch.optim.Adam)
    assert _same(ours, theirs)
    assert state["param_groups"] == reference["param_groups"]
    for index, slots in reference["state"].items():
        assert _same(state["state"][index].values(), slots.values())
    # Each goes on from the other's state.
    assert _same(_stepped(FusedAdam, 2, reference)[0], _stepped(torch.optim.Adam, 2, state)[0])


def test_a_step_is_no_part_of_the_graph():
    network = _network()
    optimizer = FusedAdam(network.parameters(), lr=1e-2, fused=True)
    network(torch.ones(2, 3, 8, 8)).sum().backward()
    optimizer.step()
    assert all(
        parameter.is_leaf and parameter.grad_fn is None for parameter in network.parameters()
    )


@pytest.mark.parametrize("scaled", [1.0, float("inf")])
def test_a_scaler_can_skip_a_step(scaled):
    network = _network()
    optimizer = FusedAdam(network.parameters(), lr=1e-2, fused=True)
    before = [parameter.detach().clone() for parameter in network.parameters()]
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0)
    scaler.scale(network(torch.ones(2, 3, 8, 8)).sum() * scaled).backward()
    scaler.step(optimizer)
    scaler.update()
    moved = not _same(before, network.parameters())
    assert moved == (scaled == 1.0)


@pytest.mark.parametrize("rate", [1e-2, torch.tensor(1e-2)], ids=["number", "tensor"])
def test_a_rate_that_is_set_is_the_rate_of_the_next_step(rate):
    network = nn.Linear(2, 1)
    optimizer = FusedAdam(network.parameters(), lr=rate, fused=True)
    optimizer.set_rate(0.5)
    before = network.weight.detach().clone()
    network(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    torch.testing.assert_close(before - network.weight.detach(), torch.full((1, 2), 0.5))
    kept = optimizer.param_groups[0]["lr"]
    assert float(kept) == 0.5
    # A recording reads the memory that the rate has from the beginning.
    assert not isinstance(rate, torch.Tensor) or kept is rate
