from __future__ import annotations

import math

import pytest
import torch

from srgan_core.training.monitor import Clock, Health, combine_parts

CPU = torch.device("cpu")


def values(**numbers: float) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(number) for name, number in numbers.items()}


def test_finite_values_have_no_verdict():
    health = Health(CPU)
    assert health.verdict() is None
    health.watch(values(loss=1.0, grad=3e38), 1)
    assert health.verdict() is None


def test_values_may_change_once_and_the_earlier_break_is_remembered():
    health = Health(CPU)
    health.watch(values(loss_d=1.0), 1)
    health.watch(values(loss_pixel=1.0, loss_d=math.nan), 2)
    assert health.verdict() == "loss_d not finite at iteration 2"
    health = Health(CPU)
    health.watch(values(loss_d=math.nan), 1)
    health.watch(values(loss_pixel=1.0, loss_d=1.0), 2)
    assert health.verdict() == "loss_d not finite at iteration 1"


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_verdict_names_the_first_values_that_broke_and_when(broken: float):
    health = Health(CPU)
    health.watch(values(loss_pixel=1.0, loss_adv=1.0), 6)
    health.watch(values(loss_pixel=1.0, loss_adv=broken), 7)
    health.watch(values(loss_pixel=math.nan, loss_adv=math.nan), 8)
    health.watch(values(loss_pixel=1.0, loss_adv=1.0), 9)
    assert health.verdict() == "loss_adv not finite at iteration 7"


def test_parts_are_averaged_but_their_gradient_norms_add_as_squares():
    parts = [values(loss_pixel=1.0, grad_pixel=3.0), values(loss_pixel=2.0, grad_pixel=4.0)]
    combined = combine_parts(parts)
    assert combined["loss_pixel"].item() == 1.5
    assert combined["grad_pixel"].item() == 2.5


def test_one_part_is_the_batch_and_none_is_nothing():
    one = values(loss_pixel=1.0)
    assert combine_parts([one]) is one
    assert combine_parts([]) == {}


def test_clock_counts_iterations_since_the_last_lap(monkeypatch: pytest.MonkeyPatch):
    now = iter([100.0, 102.0, 107.0, 110.0])
    monkeypatch.setattr("time.monotonic", lambda: next(now))
    clock = Clock(10)
    assert clock.lap(14) == 2.0
    assert clock.lap(15) == 0.2
    assert clock.elapsed() == 10.0


def test_a_pause_is_no_training_time(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("srgan_core.training.monitor.time.monotonic", lambda: now[0])
    clock = Clock(0)
    now[0] += 2
    with clock.paused():
        now[0] += 50
    now[0] += 2
    assert clock.elapsed() == 4
    assert clock.lap(8) == 2
