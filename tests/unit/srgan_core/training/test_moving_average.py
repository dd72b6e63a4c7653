from __future__ import annotations

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from srgan_core.training.moving_average import MovingAverage

DECAY = 0.97


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.PReLU())


def moved(trained: nn.Module, step: int) -> None:
    """Changes weights and buffers as a step of training does."""
    generator = torch.Generator().manual_seed(step)
    with torch.no_grad():
        for parameter in trained.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator))
    trained(torch.rand(2, 3, 8, 8, generator=generator))


def test_values_and_names_are_those_of_pytorch_bit_for_bit():
    trained = network()
    ours = MovingAverage(trained, DECAY)
    theirs = AveragedModel(trained, multi_avg_fn=get_ema_multi_avg_fn(DECAY), use_buffers=True)
    for step in range(40):
        moved(trained, step)
        ours.update(first=step == 0)
        theirs.update_parameters(trained)
        expected = theirs.state_dict()
        assert ours.state_dict().keys() == expected.keys()
        for name, value in ours.state_dict().items():
            assert value.dtype == expected[name].dtype
            assert torch.equal(value, expected[name]), name


def test_a_state_put_back_goes_on_alike():
    trained = network()
    first, second = MovingAverage(trained, DECAY), MovingAverage(trained, DECAY)
    moved(trained, 0)
    first.update(first=True)
    second.load_state_dict(first.state_dict())
    moved(trained, 1)
    for average in (first, second):
        average.update(first=False)
    for name, value in first.state_dict().items():
        assert torch.equal(value, second.state_dict()[name]), name


def test_a_network_without_counts_is_averaged_too():
    trained = nn.Linear(2, 2)
    average = MovingAverage(trained, DECAY)
    average.update(first=True)
    average.update(first=False)
    assert torch.equal(average.module.weight, trained.weight)
    assert average.n_averaged == 2
