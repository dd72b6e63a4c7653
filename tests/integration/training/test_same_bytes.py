"""A seed decides the bytes of a generator; stops, crashes and damage change nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from srgan_core.training.job import train
from srgan_core.training.reports import Progress


def test_same_seed_gives_the_same_bytes(make_spec, tmp_path, records, generator_bytes):
    for folder in ("a", "b"):
        torch.manual_seed(len(folder))
        train(make_spec(), tmp_path / folder)
    assert generator_bytes(tmp_path / "a") == generator_bytes(tmp_path / "b")
    assert records(tmp_path / "a") == records(tmp_path / "b")


def test_another_seed_gives_another_generator(make_spec, tmp_path, generator_bytes):
    for seed in (0, 1):
        train(make_spec(seed=seed), tmp_path / str(seed))
    assert generator_bytes(tmp_path / "0") != generator_bytes(tmp_path / "1")


RESUMABLE: dict[str, dict[str, Any]] = {
    "plain": {},
    "without D": {"adversarial_weight": 0},
    "bfloat16": {"training": {"precision": "bfloat16"}},
    "float16": {"training": {"precision": "float16"}},
    "average": {"training": {"ema_decay": 0.9}},
    "parts": {"training": {"accumulate": 2}},
    "frozen from the second step on": {"training": {"freeze_batchnorm_after": 1}},
    "schedule": {"training": {"schedule": "milestones", "milestones": [1, 3], "ramp": 0.3}},
    "warm-up": {"training": {"discriminator": {"channels": 4, "warmup_steps": 3}}},
}


@pytest.mark.parametrize("changes", RESUMABLE.values(), ids=RESUMABLE.keys())
def test_interrupted_run_ends_with_the_bytes_of_an_uninterrupted_one(
    make_spec, tmp_path, changes, stop_after, records, generator_bytes
):
    spec = make_spec(**changes)
    whole = train(spec, tmp_path / "whole")
    interrupted = train(spec, tmp_path / "parts", should_stop=stop_after(2))
    assert (interrupted.status, interrupted.iteration) == ("interrupted", 2)
    assert not (tmp_path / "parts" / "generator.safetensors").exists()
    resumed = train(spec, tmp_path / "parts")
    assert (resumed.status, resumed.resumed_from) == ("trained", 2)
    assert resumed.iteration == whole.iteration
    assert generator_bytes(tmp_path / "parts") == generator_bytes(tmp_path / "whole")
    assert records(tmp_path / "parts") == records(tmp_path / "whole")


def test_run_that_crashed_between_checkpoints_repeats_the_lost_steps(
    make_spec, tmp_path, records, generator_bytes
):
    spec = make_spec(training={"checkpoint_every": 2})
    train(spec, tmp_path / "whole")

    def crash(progress: Progress) -> None:
        if progress.iteration == 3:
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        train(spec, tmp_path / "parts", on_progress=crash)
    assert len(records(tmp_path / "parts")) == 3
    assert train(spec, tmp_path / "parts").resumed_from == 2
    assert generator_bytes(tmp_path / "parts") == generator_bytes(tmp_path / "whole")
    assert records(tmp_path / "parts") == records(tmp_path / "whole")


def test_damaged_checkpoint_costs_steps_and_changes_nothing(
    make_spec, tmp_path, stop_after, generator_bytes
):
    spec = make_spec(training={"checkpoint_every": 1})
    train(spec, tmp_path / "whole")
    train(spec, tmp_path / "parts", should_stop=stop_after(3))
    newest = tmp_path / "parts" / "checkpoints" / "000000003" / "state.safetensors"
    newest.write_bytes(newest.read_bytes()[:-7])
    assert train(spec, tmp_path / "parts").resumed_from == 2
    assert generator_bytes(tmp_path / "parts") == generator_bytes(tmp_path / "whole")


def test_seconds_add_up_over_attempts(make_spec, tmp_path, stop_after):
    train(make_spec(), tmp_path, should_stop=stop_after(3))
    (manifest,) = (tmp_path / "checkpoints").glob("*/manifest.json")
    stored = json.loads(manifest.read_text())["extra"]["seconds"]
    assert train(make_spec(), tmp_path).seconds > stored > 0
