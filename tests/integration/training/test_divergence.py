"""A run that is no longer finite ends at once and leaves no generator."""

from __future__ import annotations

import json
import re

import pytest
import torch

from srgan_core.networks import Generator
from srgan_core.training.job import train


def test_infinite_loss_ends_the_run_as_diverged(make_spec, tmp_path, make_trainer):
    init = Generator(4, channels=8, blocks=1)
    with torch.no_grad():
        init.tail.bias[0] = float("nan")
    outcome = make_trainer(make_spec(), tmp_path, init=init).run()
    assert (outcome.status, outcome.iteration) == ("diverged", 1)
    assert "loss_pixel" in outcome.cause
    assert outcome.cause.endswith("not finite at iteration 1")
    assert not (tmp_path / "generator.safetensors").exists()


def test_divergence_between_logged_steps_names_the_first_bad_one(make_spec, tmp_path):
    fields = {"learning_rate": 1e30, "steps": 9, "log_every": 5, "schedule": "constant"}
    outcome = train(make_spec(adversarial_weight=0, training=fields), tmp_path)
    assert (outcome.status, outcome.iteration) == ("diverged", 5)
    assert re.search(r"loss_pixel.* not finite at iteration [23]$", outcome.cause)
    text = (tmp_path / "log.jsonl").read_text()
    assert json.loads(text, parse_constant=pytest.fail)["loss_pixel"] is None


def test_divergence_is_noticed_before_a_checkpoint_is_written(make_spec, tmp_path):
    fields = {"learning_rate": 1e30, "steps": 9, "log_every": 100, "checkpoint_every": 4}
    outcome = train(make_spec(adversarial_weight=0, training=fields), tmp_path)
    assert (outcome.status, outcome.iteration) == ("diverged", 4)
    assert not (tmp_path / "checkpoints").exists()


def test_last_update_that_breaks_the_weights_is_noticed(
    make_spec, tmp_path, make_trainer, saved_state
):
    fields = {"learning_rate": 1e38, "steps": 1}
    outcome = train(make_spec(adversarial_weight=0, training=fields), tmp_path)
    if outcome.status == "trained":
        assert all(v.isfinite().all() for v in saved_state(tmp_path).values())
    run = make_trainer(make_spec(adversarial_weight=0), tmp_path / "broken")
    update = run.learner.update

    def break_weights(name: str) -> None:
        update(name)
        if run.iteration == 3:
            run.learner.generator.tail.weight.data.fill_(float("inf"))

    run.learner.update = break_weights
    outcome = run.run()
    assert (outcome.status, outcome.cause) == (
        "diverged",
        "weights not finite after iteration 4",
    )
    assert not (tmp_path / "broken" / "generator.safetensors").exists()


def test_overflow_in_float16_halves_the_scale_and_is_no_divergence(
    make_spec, tmp_path, make_trainer
):
    run = make_trainer(make_spec(training={"precision": "float16"}), tmp_path)
    run.learner.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**40)
    outcome = run.run()
    assert outcome.status == "trained"
    assert run.learner.scaler.get_scale() < 2.0**40
