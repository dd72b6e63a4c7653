"""On a GPU an iteration is recorded once and replayed; that changes no byte."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from srgan_core.training import learner, recorded
from srgan_core.training.job import train
from srgan_core.training.recorded import PLAIN_RUNS

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU of CUDA")

STEPS = PLAIN_RUNS + 5

CHANGES: dict[str, dict[str, Any]] = {
    "plain": {},
    "without D": {"adversarial_weight": 0},
    "bfloat16": {"training": {"precision": "bfloat16"}},
    "average": {"training": {"ema_decay": 0.9}},
    "parts": {"training": {"accumulate": 2}},
    "frozen on the way": {"training": {"freeze_batchnorm_after": 5}},
    "schedule": {"training": {"schedule": "milestones", "milestones": [1, 6], "ramp": 0.3}},
    "warm-up": {"training": {"discriminator": {"channels": 4, "warmup_steps": 6}}},
    "float16, which is not recorded": {"training": {"precision": "float16"}},
}


@pytest.fixture
def recordings(monkeypatch) -> list[object]:
    """The phases of the recordings that were made."""
    made: list[object] = []
    original = recorded._record

    def record(stream: Any, work: Any, batch: Any, phase: object) -> Any:
        made.append(phase)
        return original(stream, work, batch, phase)

    monkeypatch.setattr(recorded, "_record", record)
    return made


@pytest.fixture(params=CHANGES.values(), ids=CHANGES.keys())
def spec(request, make_spec):
    training = {"steps": STEPS} | request.param.get("training", {})
    return make_spec(device="cuda", **(request.param | {"training": training}))


def test_a_recorded_run_has_the_bytes_of_one_that_is_not(
    spec, tmp_path, monkeypatch, recordings, records, generator_bytes
):
    train(spec, tmp_path / "recorded")
    assert bool(recordings) == (spec.training.precision != "float16")
    count = len(recordings)
    monkeypatch.setattr(learner, "is_recordable", lambda device, precision: False)
    train(spec, tmp_path / "plain")
    assert len(recordings) == count
    assert generator_bytes(tmp_path / "recorded") == generator_bytes(tmp_path / "plain")
    assert records(tmp_path / "recorded") == records(tmp_path / "plain")


def test_an_interrupted_recorded_run_ends_with_the_bytes_of_an_uninterrupted_one(
    spec, tmp_path, stop_after, records, generator_bytes
):
    train(spec, tmp_path / "whole")
    for stops in (2, PLAIN_RUNS + 1):
        assert train(spec, tmp_path / "parts", should_stop=stop_after(stops)).status == (
            "interrupted"
        )
    assert train(spec, tmp_path / "parts").status == "trained"
    assert generator_bytes(tmp_path / "parts") == generator_bytes(tmp_path / "whole")
    assert records(tmp_path / "parts") == records(tmp_path / "whole")
