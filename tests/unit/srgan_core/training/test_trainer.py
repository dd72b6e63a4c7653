from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from srgan_core.training.config import TrainingSpec
from srgan_core.training.distributed import Processes
from srgan_core.training.monitor import Clock, Health
from srgan_core.training.reports import Observer
from srgan_core.training.trainer import Trainer

CPU = torch.device("cpu")


def spec(**changes: Any) -> TrainingSpec:
    training = {"steps": 2, "patch_size": 16, "discriminator": {"channels": 2}}
    fields = {"data": {"sources": {"skimage": 1}}, "training": training, "adversarial_weight": 1}
    return TrainingSpec.model_validate(fields | changes)


def make(tmp_path: Path, **options: Any) -> Trainer:
    return Trainer(spec(), SimpleNamespace(), tmp_path, device=CPU, **options)


class Agreeing(Processes):
    """One of two processes; the other raises its flag."""

    def agree(self, flag: bool, device: torch.device) -> bool:
        return True


def test_process_whose_values_are_fine_stops_with_the_others(tmp_path: Path):
    run, health = make(tmp_path), Health(CPU)
    assert run._cause(health) is None
    run.processes = Agreeing(1, 2)
    assert run._cause(health) == "a value of another process is not finite"
    health.watch({"loss_d": torch.tensor(float("nan"))}, 4)
    assert run._cause(health) == "loss_d not finite at iteration 4"


def test_only_the_first_process_keeps_a_log(tmp_path: Path):
    run = make(tmp_path)
    for rank in (1, 0):
        run.processes = Processes(rank, 2)
        with run._open_log() as log:
            log.write({"iteration": 1})
        assert (tmp_path / "log.jsonl").exists() == (rank == 0)


def test_an_observer_gets_a_copy_in_evaluation_mode_every_so_many_steps(tmp_path: Path):
    run = make(tmp_path)
    shown: list[tuple[int, Any]] = []
    observer = Observer(2, lambda step, generator: shown.append((step, generator)))
    for run.iteration in range(5):
        run._show(observer, Clock(0))
    run._show(None, Clock(0))
    assert [step for step, _ in shown] == [2, 4]
    copied = shown[0][1]
    assert copied is not run.learner.generator
    assert (copied.training, run.learner.generator.training) == (False, True)
    assert torch.equal(copied.tail.weight, run.learner.generator.tail.weight)


def test_an_observer_is_not_shown_weights_that_are_not_finite(tmp_path: Path):
    run = make(tmp_path)
    torch.nn.init.constant_(run.learner.generator.tail.bias, float("nan"))
    run.iteration = 2
    run._show(Observer(2, lambda step, generator: pytest.fail("was shown")), Clock(0))
