from pathlib import Path
from typing import Any

import torch

from srgan_core.training.checkpoint import TrainingState
from srgan_core.training.config import TrainingSpec
from srgan_core.training.warmups import read_warmup, write_warmup


def spec(**changes: Any) -> TrainingSpec:
    fields = {"data": {"sources": {"skimage": 1}}, "training": {"steps": 2}}
    return TrainingSpec.model_validate(fields | {"adversarial_weight": 1e-3} | changes)


def warmed_up(iterations: int) -> TrainingState:
    tensors = {"discriminator/x": torch.ones(2)}
    return TrainingState(iterations, spec().warmup_digest(), {"scaler": {}}, tensors)


def test_trials_that_differ_in_their_objective_share_a_warm_up(tmp_path: Path):
    write_warmup(tmp_path, warmed_up(3))
    shared = read_warmup(tmp_path, spec(adversarial_weight=1e-1, content_weight=0.5))
    assert shared is not None
    assert shared.iteration == 3
    assert torch.equal(shared.tensors["discriminator/x"], torch.ones(2))
    assert read_warmup(tmp_path, spec(seed=1)) is None


def test_the_first_of_two_stands(tmp_path: Path):
    for iterations in (3, 4):
        write_warmup(tmp_path, warmed_up(iterations))
    shared = read_warmup(tmp_path, spec())
    assert shared is not None
    assert shared.iteration == 3
