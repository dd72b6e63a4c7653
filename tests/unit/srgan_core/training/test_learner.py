from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from srgan_core.data.patches import Batch
from srgan_core.errors import ConfigError
from srgan_core.losses import adversarial_loss, non_saturating_loss
from srgan_core.training.config import TrainingSpec
from srgan_core.training.distributed import Processes
from srgan_core.training.learner import Learner

CPU = torch.device("cpu")


def spec(**changes: Any) -> TrainingSpec:
    training = {"steps": 2, "patch_size": 16, "discriminator": {"channels": 2}}
    fields = {"data": {"sources": {"skimage": 1}}, "training": training, "adversarial_weight": 1}
    return TrainingSpec.model_validate(fields | changes)


def make(processes: Processes | None = None, **changes: Any) -> Learner:
    sampler: Any = SimpleNamespace()
    return Learner(
        *(spec(**changes), sampler),
        device=CPU,
        features=None,
        init=None,
        processes=processes or Processes(),
    )


@pytest.mark.parametrize(
    ("form", "loss"),
    [("offset", adversarial_loss), ("non-saturating", non_saturating_loss)],
)
def test_the_generator_is_trained_on_the_form_of_the_loss_that_is_configured(form, loss):
    training = {"steps": 2, "patch_size": 16, "discriminator": {"channels": 2}}
    run = make(training=training | {"adversarial_loss": form})
    assert run.step.adversarial_loss is loss


def test_networks_are_trained_in_channels_last_layout():
    run = make()
    for network in (run.generator, run.discriminator):
        kernels = [p for p in network.parameters() if p.ndim == 4]
        assert all(p.is_contiguous(memory_format=torch.channels_last) for p in kernels)


@pytest.mark.parametrize(
    ("name", "told"), [("float16", {"loss_d"}), ("float32", {"loss_d", "grad_adv"})]
)
def test_gradients_may_overflow_in_float16_alone(name: str, told: set[str]):
    run = make()
    run.scaler = torch.amp.GradScaler("cpu", enabled=name == "float16")
    assert run.telling({"loss_d": torch.zeros(()), "grad_adv": torch.zeros(())}).keys() == told


def test_a_batch_that_does_not_divide_is_refused():
    with pytest.raises(ConfigError, match="expected a multiple of 3 processes x 1 parts"):
        make(Processes(0, 3))


def test_a_state_put_back_gives_the_same_networks():
    first, second = make(), make(seed=1)
    state = first.state(7, "digest", seconds=1.5)
    assert (state.iteration, state.extra["seconds"]) == (7, 1.5)
    second.restore(first.state(7, "digest", adversary_alone=True), adversary_alone=True)
    assert torch.equal(
        second.discriminator.classifier[0].weight, first.discriminator.classifier[0].weight
    )
    assert not torch.equal(second.generator.tail.weight, first.generator.tail.weight)
    second.restore(state)
    assert torch.equal(second.generator.tail.weight, first.generator.tail.weight)


def test_a_learner_that_nobody_needs_is_gone_at_once():
    """Its networks may fill a GPU, and the threads of its process group must end before Python."""
    run = make()
    batch = Batch(torch.rand(16, 3, 4, 4), torch.rand(16, 3, 16, 16))
    sampler: Any = SimpleNamespace(batch=lambda step: batch)
    run.sampler = sampler
    run.train(0)
    left = weakref.ref(run)
    gc.disable()
    try:
        del run
        assert left() is None
    finally:
        gc.enable()


TRAINING_STEP = """
import sys
import torch
from types import SimpleNamespace

before = set(sys.modules)
from srgan_core.data.patches import Batch
from srgan_core.training.config import TrainingSpec
from srgan_core.training.distributed import Processes
from srgan_core.training.hardware import bfloat16_speedup
from srgan_core.training.learner import Learner

training = {"steps": 2, "patch_size": 16, "discriminator": {"channels": 2}}
spec = TrainingSpec(data={"sources": {"skimage": 1}}, training=training, adversarial_weight=1)
batch = Batch(torch.rand(16, 3, 4, 4), torch.rand(16, 3, 16, 16))
learner = Learner(
    spec, SimpleNamespace(batch=lambda step: batch), device=torch.device("cpu"), features=None,
    init=None, processes=Processes(),
)
learner.train(0)
bfloat16_speedup()
print({"torch._dynamo", "sympy", "torchvision"} & (set(sys.modules) - before))
"""


def test_a_training_step_imports_no_part_of_the_compiler():
    """Each of these takes a process as long to import as a quarter of PyTorch, or all of it."""
    done = subprocess.run(
        [sys.executable, "-c", TRAINING_STEP], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
