from __future__ import annotations

from typing import Any

import torch

from srgan_core.training.config import TrainingSpec
from srgan_core.training.fresh import first_discriminator, fresh_generator


def spec(**changes: Any) -> TrainingSpec:
    training = {"steps": 2, "patch_size": 16, "discriminator": {"channels": 2}}
    fields = {"data": {"sources": {"skimage": 1}}, "training": training, "adversarial_weight": 1}
    return TrainingSpec.model_validate(fields | changes)


def test_fresh_networks_depend_on_the_seed_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, again, other = (fresh_generator(spec(seed=seed)) for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first.tail.weight, again.tail.weight)
    assert not torch.equal(first.tail.weight, other.tail.weight)
    one, alike, another = (
        first_discriminator(spec(seed=seed, adversarial_weight=weight))
        for seed, weight in ((3, 1e-3), (3, 1e-1), (4, 1e-3))
    )
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(one.classifier[0].weight, alike.classifier[0].weight)
    assert not torch.equal(one.classifier[0].weight, another.classifier[0].weight)


def test_fresh_generator_is_the_articles():
    generator = fresh_generator(spec())
    assert sum(p.numel() for p in generator.parameters()) == 1_549_335
