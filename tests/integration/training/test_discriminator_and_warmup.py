"""The discriminator and its warm-up are the same for every trial of a grid."""

from __future__ import annotations

import pytest
import torch

from srgan_core.data.patches import Batch, PatchSampler
from srgan_core.training.job import train


def test_discriminator_starts_from_the_seed_whatever_the_coefficient(
    make_spec, tmp_path, make_trainer
):
    first, second = (
        make_trainer(make_spec(adversarial_weight=weight), tmp_path) for weight in (1e-4, 1e-2)
    )
    for one, other in zip(
        first.learner.discriminator.state_dict().values(),
        second.learner.discriminator.state_dict().values(),
        strict=True,
    ):
        assert torch.equal(one, other)


def test_coefficient_of_zero_trains_without_a_discriminator(
    make_spec, tmp_path, make_trainer, records
):
    control = make_trainer(make_spec(adversarial_weight=0), tmp_path)
    assert control.learner.discriminator is None
    assert control.run().status == "trained"
    assert "loss_d" not in records(tmp_path)[0]


class RecordingSampler:
    """Remembers which batches were asked for."""

    def __init__(self, sampler: PatchSampler) -> None:
        self._sampler, self.asked = sampler, []

    def batch(self, step: int) -> Batch:
        self.asked.append(step)
        return self._sampler.batch(step)


@pytest.mark.parametrize("frozen", [0, None])
def test_warm_up_leaves_the_generator_as_it_is(
    make_spec, tmp_path, frozen, make_trainer, stop_after, records
):
    discriminator = {"channels": 4, "warmup_steps": 3}
    spec = make_spec(training={"discriminator": discriminator, "freeze_batchnorm_after": frozen})
    run = make_trainer(spec, tmp_path)
    before = {name: value.clone() for name, value in run.learner.generator.state_dict().items()}
    weights = run.learner.discriminator.classifier[0].weight.clone()
    outcome = run.run(should_stop=stop_after(3))
    assert outcome.iteration == 3
    for name, value in run.learner.generator.state_dict().items():
        assert torch.equal(before[name], value), name
    assert not torch.equal(weights, run.learner.discriminator.classifier[0].weight)
    assert all("loss_d" in line and "loss_pixel" not in line for line in records(tmp_path))


def test_every_trial_of_a_grid_sees_the_same_patches(make_spec, tmp_path, make_trainer):
    asked = []
    for number, (weight, warmup) in enumerate([(0, 3), (1e-3, 0), (1e-3, 3), (1e-2, 3)]):
        discriminator = {"channels": 4, "warmup_steps": warmup}
        spec = make_spec(adversarial_weight=weight, training={"discriminator": discriminator})
        run = make_trainer(spec, tmp_path / str(number))
        run.learner.sampler = RecordingSampler(run.learner.sampler)
        run.run()
        asked.append(run.learner.sampler.asked)
    assert [steps[-4:] for steps in asked] == [[0, 1, 2, 3]] * 4
    assert asked[2] == asked[3]
    assert set(asked[2][:3]).isdisjoint(range(10_000))


def test_shared_warm_up_is_run_once_and_changes_nothing(
    make_spec, tmp_path, records, generator_bytes
):
    discriminator = {"channels": 4, "warmup_steps": 3}
    specs = [
        make_spec(adversarial_weight=weight, training={"discriminator": discriminator})
        for weight in (1e-3, 1e-2)
    ]
    for number, spec in enumerate(specs):
        train(spec, tmp_path / f"alone-{number}")
        train(spec, tmp_path / f"shared-{number}", warmups=tmp_path / "warmups")
        alone, shared = (tmp_path / f"{kind}-{number}" for kind in ("alone", "shared"))
        assert generator_bytes(alone) == generator_bytes(shared)
    assert [line["iteration"] for line in records(tmp_path / "shared-0")] == [1, 2, 3, 4, 5, 6, 7]
    assert [line["iteration"] for line in records(tmp_path / "shared-1")] == [4, 5, 6, 7]
    assert len(list((tmp_path / "warmups").iterdir())) == 1
