from collections.abc import Callable

import pytest

from sweep.config.grid import Start, expand
from sweep.config.loading import load_config
from sweep.config.names import StartKind
from sweep.execution.jobs.context import Event
from sweep.planning.plan import Plan


@pytest.fixture
def plan() -> Callable[..., Plan]:
    """Plans three trials of 20, 25 and 25 steps."""

    def make(**overrides: object) -> Plan:
        warmup = {"adversarial.discriminator.warmup_steps": 5}
        fields = {"device": "cpu", "grid.adv": [1e-3, 1e-2], **warmup, **overrides}
        config = load_config("smoke", fields)
        starts = {(kind, 0): Start(kind, 0, "file:00", None) for kind in StartKind}
        trials = expand(config, starts)
        return Plan(config, trials, trials, {}, (), ())

    return make


@pytest.fixture
def step() -> Callable[[str, int], Event]:
    """Makes the news of a logged step."""

    def make(job: str, iteration: int) -> Event:
        fields = {"iteration": iteration, "iterations": 25, "loss_pixel": 0.25}
        return Event(job, "progress", fields)

    return make


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass when the test says so."""
    now = [100.0]
    monkeypatch.setattr("sweep.api.grid_steps.time.monotonic", lambda: now[0])
    return now
