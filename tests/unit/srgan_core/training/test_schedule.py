from __future__ import annotations

import math

import pytest

from srgan_core.training.config import TrainingConfig
from srgan_core.training.schedule import FINAL_SHARE, learning_rate_factor


def factors(**fields: object) -> list[float]:
    config = TrainingConfig(**fields)
    return [learning_rate_factor(config, step) for step in range(config.steps)]


def test_constant_rate_never_changes():
    assert set(factors(steps=50, schedule="constant")) == {1.0}


def test_milestones_multiply_the_rate_after_their_step():
    computed = factors(steps=6, schedule="milestones", milestones=(2, 4), milestone_factor=0.1)
    assert computed == pytest.approx([1, 1, 0.1, 0.1, 0.01, 0.01])


def test_cosine_falls_from_the_peak_to_about_its_final_share():
    computed = factors(steps=1000)
    assert computed[0] == 1.0
    assert computed == sorted(computed, reverse=True)
    assert computed[500] == pytest.approx(FINAL_SHARE + (1 - FINAL_SHARE) / 2)
    assert FINAL_SHARE < computed[-1] < 1.01 * FINAL_SHARE


def test_ramp_rises_evenly_to_the_peak():
    computed = factors(steps=100, ramp=0.04, schedule="constant")
    assert computed[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


def test_cosine_begins_at_the_peak_behind_the_ramp():
    computed = factors(steps=100, ramp=0.1)
    assert computed[10] == max(computed) == 1.0
    assert all(0 < factor <= 1 and math.isfinite(factor) for factor in computed)


@pytest.mark.parametrize("schedule", ["constant", "milestones", "cosine"])
@pytest.mark.parametrize("ramp", [0.0, 0.999])
def test_single_step_has_a_rate(schedule: str, ramp: float):
    (factor,) = factors(steps=1, schedule=schedule, ramp=ramp)
    assert 0 < factor <= 1
