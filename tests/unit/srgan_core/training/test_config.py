from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from srgan_core.settings import describe_errors
from srgan_core.training.config import TrainingConfig, TrainingSpec
from srgan_core.yaml_files import parse_yaml, read_yaml

MINIMAL: dict[str, Any] = {"data": {"sources": {"skimage": 1}}, "training": {"steps": 10}}


RECIPES = sorted((Path(__file__).parents[4] / "configs" / "training").rglob("*.yaml"))


def spec(path: str = "", value: object = None) -> TrainingSpec:
    fields = copy.deepcopy(MINIMAL)
    if path:
        *parents, last = path.split(".")
        section = fields
        for name in parents:
            section = section.setdefault(name, {})
        section[last] = value
    return TrainingSpec.model_validate(fields)


def complaint(path: str, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        spec(path, value)
    return describe_errors(caught.value, TrainingSpec, "spec.yaml")


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_recipe_is_a_valid_training_spec(path):
    recipe = TrainingSpec.model_validate(read_yaml(path))
    trains_a_pair = "srgan" in f"{path.parent.name}/{path.stem}"
    assert (recipe.adversarial_weight > 0) == (recipe.content != "mse") == trains_a_pair


def test_digest_is_pinned():
    """Folders of trials and checkpoints are found by it: a change here orphans them all."""
    assert spec().digest() == "48c227978588f8c7cd141c473826989e64c07f00e4c8f8cd795d331a03c49dab"


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        ("adversarial_weight", 1e-3, "0.001"),
        ("adversarial_weight", 0.001, "1e-3"),
        ("pixel_weight", 1, 1.0),
        ("training.learning_rate", 1e-4, 0.0001),
        ("seed", 3, "3"),
        (
            "data.sources",
            {"skimage": 0.7, "dead-leaves": 0.3},
            {"dead-leaves": 0.3, "skimage": 0.7},
        ),
    ],
)
def test_digest_does_not_depend_on_how_a_value_is_written(path: str, one: Any, other: Any):
    assert spec(path, one).digest() == spec(path, other).digest()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("training.checkpoint_every", 7),
        ("training.log_every", 3),
        ("training.tensorboard", True),
    ],
)
def test_bookkeeping_leaves_the_digest(path: str, value: object):
    assert spec(path, value).digest() == spec().digest()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("scale", 2),
        ("seed", 1),
        ("content", "vgg22"),
        ("adversarial_weight", 1e-3),
        ("pixel_weight", 0.5),
        ("content_weight", 0.006),
        ("init_sha256", "ab"),
        ("threads", 2),
        ("device", "cuda"),
        ("data.sources", {"skimage": 0.9}),
        ("data.dead_leaves", {"seed": 1}),
        ("data.split_seed", 1),
        ("data.skip_unfit", True),
        ("training.steps", 11),
        ("training.batch_size", 8),
        ("training.patch_size", 48),
        ("training.learning_rate", 2e-4),
        ("training.schedule", "constant"),
        ("training.ramp", 0.1),
        ("training", {"steps": 10, "schedule": "milestones"}),
        ("training", {"steps": 10, "schedule": "milestones", "milestones": [5]}),
        ("training.milestone_factor", 0.5),
        ("training.freeze_batchnorm_after", 0),
        ("training.precision", "float32"),
        ("training.accumulate", 2),
        ("training.ema_decay", 0.9),
        ("training.compile", True),
        ("training.discriminator", {"channels": 32}),
        ("training.discriminator", {"learning_rate": 2e-4}),
        ("training.discriminator", {"warmup_steps": 5}),
    ],
)
def test_everything_else_changes_the_digest(path: str, value: object):
    assert spec(path, value).digest() != spec().digest()


def test_sources_are_ordered_by_share_whatever_their_order_in_the_file():
    """Which patch a random number draws depends on the order."""
    sources = {"dead-leaves": 0.2, "folder:b": 0.3, "skimage": 0.3, "folder:a": 0.2}
    ordered = ["folder:b", "skimage", "dead-leaves", "folder:a"]
    assert list(spec("data.sources", sources).data.sources) == ordered
    reversed_sources = dict(reversed(sources.items()))
    assert list(spec("data.sources", reversed_sources).data.sources) == ordered


def test_numbers_that_yaml_leaves_as_text_become_numbers():
    fields = parse_yaml(
        "adversarial_weight: 1e-4\n"
        "data: {sources: {skimage: 1e0}}\n"
        "training: {steps: 10, learning_rate: 6e-4}\n",
        "spec.yaml",
    )
    assert fields["adversarial_weight"] == "1e-4"
    parsed = TrainingSpec.model_validate(fields)
    assert parsed.adversarial_weight == 1e-4
    assert parsed.training.learning_rate == 6e-4
    assert parsed.data.sources == {"skimage": 1.0}


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("adversarial_weight", -0.1, "adversarial_weight: expected greater than or equal to 0"),
        ("training.steps", 0, "training.steps: expected greater than or equal to 1, got 0"),
        ("training.step", 5, "key 'step' is unknown: steps, .*did you mean 'steps'"),
        ("training.discriminator", {"chanels": 5}, "did you mean 'channels'"),
        ("traning", {}, "did you mean 'training'"),
        ("training.patch_size", 88, "expected patch_size to be a multiple of 16, got 88$"),
        ("training.accumulate", 3, "expected accumulate to divide batch_size 16, got 3$"),
        ("scale", 3, "expected scale to be 2, 4 or 8, got 3$"),
        ("training.schedule", "linear", "training.schedule: expected 'constant', 'milestones'"),
        ("training.milestones", [5], r"expected schedule: milestones beside milestones \[5\], got"),
        ("training.precision", "half", "got 'half'$"),
        ("training.learning_rate", 0, "expected greater than 0, got 0$"),
        ("seed", 2**32, "seed: expected less than or equal to 4294967295, got 4294967296$"),
        ("seed", -1, "seed: expected greater than or equal to 0, got -1$"),
        ("data.sources", {}, "data.sources: expected at least one data source, got {}$"),
        ("data.sources", {"skimage": 0}, "data.sources: expected a share above 0 for skimage"),
        ("data.sources", {"voc": 1}, "sources: data source 'voc' is unknown: .*'voc2012'"),
        ("data.dead_leaves", {"smallest_radius": 90}, "at least twice smallest_radius 90, got 120"),
    ],
)
def test_mistake_is_explained_where_it_stands(path: str, value: object, expected: str):
    message = complaint(path, value)
    assert message.startswith("spec.yaml: ")
    assert message.count("\n") == 0
    assert re.search(expected, message), message


def test_patch_fits_the_scale_and_d():
    for scale in (2, 4, 8):
        assert spec("scale", scale).training.patch_size == 96
    assert TrainingConfig(steps=1, patch_size=16).patch_size == 16


def test_a_degradation_counts_and_its_absence_leaves_no_trace():
    degraded = spec("degradation", {"jpeg": {"quality": [40, 90]}})
    assert degraded.digest() != spec().digest()
    assert degraded.digest() != spec("degradation", {"jpeg": {"quality": [40, 91]}}).digest()
    assert TrainingSpec.model_validate(degraded.model_dump(mode="json")) == degraded
    assert "degradation" not in spec().model_dump()
    assert spec("degradation", None) == spec()


def test_a_blur_wider_than_the_patches_is_refused():
    fields = {**MINIMAL, "training": {"steps": 1, "patch_size": 32}}
    with pytest.raises(ValidationError, match=r"at most 5, .* of training\.patch_size, got 6"):
        TrainingSpec.model_validate({**fields, "degradation": {"blur": {"sigma": [1, 6]}}})
