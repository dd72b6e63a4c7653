"""What a run leaves: a log, a generator with its statistics or average, events on request."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from srgan_core.errors import MissingDependencyError
from srgan_core.inference import load_generator, restore
from srgan_core.training.job import train
from srgan_core.training.log import read_log
from srgan_core.training.reports import Outcome, Progress


def test_run_leaves_a_generator_a_log_and_no_half_files(make_spec, tmp_path):
    outcome = train(make_spec(), tmp_path / "run")
    assert outcome == Outcome("trained", 4, outcome.seconds)
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [
        "generator.safetensors",
        "log.jsonl",
    ]
    lr = np.zeros((5, 6, 3), dtype=np.uint8)
    restored = restore(load_generator(tmp_path / "run" / "generator.safetensors"), lr)
    assert restored.shape == (20, 24, 3)


def test_log_holds_every_term_of_the_objective(make_spec, tmp_path):
    train(make_spec(), tmp_path)
    lines = read_log(tmp_path / "log.jsonl")
    assert [line["iteration"] for line in lines] == [1, 2, 3, 4]
    names = "loss_pixel loss_adv loss_d d_real d_fake grad_pixel grad_adv learning_rate step"
    assert set(names.split()) < lines[0].keys()
    assert lines[0]["patches_per_second"] > 0
    assert lines[0]["learning_rate"] == pytest.approx(1e-4)


@pytest.mark.parametrize("log_every", [3, 100])
def test_last_step_is_always_logged(make_spec, tmp_path, log_every, records):
    train(make_spec(training={"log_every": log_every}), tmp_path)
    assert records(tmp_path)[-1]["iteration"] == 4


def test_training_on_pixels_brings_the_error_down(make_spec, tmp_path, make_trainer):
    fields = {"steps": 40, "learning_rate": 3e-3, "batch_size": 4}
    run = make_trainer(make_spec(adversarial_weight=0, training=fields), tmp_path)

    @torch.no_grad()
    def error() -> float:
        batches = [run.learner.sampler.batch(step) for step in range(1000, 1008)]
        return sum((run.learner.generator(b.lr) - b.hr).square().mean().item() for b in batches)

    before = error()
    run.run()
    assert error() < 0.8 * before


def test_tensorboard_events_are_written_on_request(make_spec, tmp_path):
    pytest.importorskip("tensorboard")
    train(make_spec(training={"tensorboard": True}), tmp_path)
    assert list((tmp_path / "tensorboard").glob("events.*"))


def test_missing_tensorboard_names_the_command(make_spec, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingDependencyError, match="pip install"):
        train(make_spec(training={"tensorboard": True}), tmp_path)


def test_frozen_statistics_stay(make_spec, tmp_path, saved_state):
    train(make_spec(training={"freeze_batchnorm_after": 0}), tmp_path / "frozen")
    train(make_spec(), tmp_path / "moving")
    frozen, moving = saved_state(tmp_path / "frozen"), saved_state(tmp_path / "moving")
    name = "body.0.norm1.running_mean"
    assert not frozen[name].any()
    assert moving[name].any()
    # The affine part of the normalisation goes on learning.
    assert (frozen["body.0.norm1.weight"] != 1).any()


def test_statistics_freeze_at_the_given_step(make_spec, tmp_path, saved_state):
    train(make_spec(training={"freeze_batchnorm_after": 3}), tmp_path)
    assert saved_state(tmp_path)["body.0.norm1.num_batches_tracked"] == 3


def test_average_is_what_the_run_saves(make_spec, tmp_path, make_trainer, saved_state):
    spec = make_spec(training={"ema_decay": 0.5, "steps": 3, "schedule": "constant"})
    run = make_trainer(spec, tmp_path)
    history = []

    def keep(progress: Progress) -> None:
        history.append(run.learner.generator.tail.weight.detach().clone())

    run.run(keep)
    expected = 0.5 * (0.5 * history[0] + 0.5 * history[1]) + 0.5 * history[2]
    torch.testing.assert_close(saved_state(tmp_path)["tail.weight"], expected)
