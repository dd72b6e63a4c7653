import typing

from pydantic import BaseModel

from srgan_core.training.config import TrainingConfig
from sweep.config.axis_names import (
    AXES,
    NUMBER_AXES,
    TRAINING,
    WORD_AXES,
    axis_label,
    axis_text,
    setting_parts,
)
from sweep.config.names import CONTENTS
from sweep.config.sweep_config import TermWeights

NO_AXES = {"milestones", "checkpoint_every", "log_every", "tensorboard"}
"""A list, and what no weight depends on."""


def leaves(model: type[BaseModel], prefix: str = "") -> dict[str, typing.Any]:
    found: dict[str, typing.Any] = {}
    for name, field in model.model_fields.items():
        nested = field.annotation
        if isinstance(nested, type) and issubclass(nested, BaseModel):
            found |= leaves(nested, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = nested
    return found


def test_every_setting_that_changes_training_may_be_an_axis():
    settings = {name: kind for name, kind in leaves(TrainingConfig).items() if name not in NO_AXES}
    numbers = {f"{TRAINING}.{name}" for name, kind in settings.items() if kind in (int, float)}
    weights = {f"objective.{c}.{name}" for c in CONTENTS for name in TermWeights.model_fields}
    assert {*NUMBER_AXES} == numbers | weights
    assert {*WORD_AXES} == {f"{TRAINING}.{name}" for name in settings} - numbers


def test_the_labels_beside_one_content_loss_are_unique():
    mse = [key for key in AXES if not key.startswith("objective.") or ".mse." in key]
    assert len({axis_label(key) for key in mse}) == len(mse)


def test_values_are_written_as_a_config_has_them():
    values = (5e-5, 8, 8.0, True, None, "cosine", 5e-324)
    texts = ["0.00005", "8", "8", "true", "null", "cosine", "5e-324"]
    assert [axis_text(value) for value in values] == texts
    setting = (("adversarial.discriminator.channels", 8), ("objective.mse.pixel_weight", 1.0))
    assert setting_parts(setting) == ["discriminator.channels=8", "pixel_weight=1"]
