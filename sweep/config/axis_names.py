"""Keys of a config that may be axes of a grid, and how their values are written.

Imports nothing heavy; a test holds the lists against the schema.
"""

from __future__ import annotations

from itertools import product

from sweep.config.names import CONTENTS
from sweep.config.numbers import shortest_decimal

AxisValue = bool | int | float | str | None
"""One value of a further axis."""

Setting = tuple[tuple[str, AxisValue], ...]
"""Key and value of each further axis, in the order of the config."""

TRAINING, OBJECTIVE = "adversarial", "objective"
"""Sections whose keys may be axes."""

_TRAINING_NUMBERS = (
    *("steps", "batch_size", "patch_size", "learning_rate", "ramp", "milestone_factor"),
    *("accumulate", "ema_decay"),
    *("discriminator.channels", "discriminator.learning_rate", "discriminator.warmup_steps"),
)
_TRAINING_WORDS = ("schedule", "freeze_batchnorm_after", "precision", "compile", "adversarial_loss")

NUMBER_AXES = (
    *(f"{TRAINING}.{name}" for name in _TRAINING_NUMBERS),
    *(
        f"{OBJECTIVE}.{content}.{name}"
        for content, name in product(CONTENTS, ("pixel_weight", "content_weight"))
    ),
)
"""Those whose values are numbers."""

WORD_AXES = tuple(f"{TRAINING}.{name}" for name in _TRAINING_WORDS)
"""Those whose values are, or may be, words."""

AXES = (*NUMBER_AXES, *WORD_AXES)

_LONGEST_DECIMAL = 24


def axis_label(key: str) -> str:
    """Shortens a key for names and headings: `learning_rate`, `content_weight`.

    It stays unique beside a content loss, whose own weights alone apply to its trials.
    """
    section, _, rest = key.partition(".")
    return rest.partition(".")[2] if section == OBJECTIVE else rest


def axis_text(value: AxisValue) -> str:
    """Writes a value as a config has it, numbers without exponent: `0.00005`, `true`, `null`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value
    decimal = shortest_decimal(value)
    return decimal if len(decimal) < _LONGEST_DECIMAL else repr(float(value))


def setting_parts(setting: Setting) -> list[str]:
    """Writes a setting for the names of trials and curves: `learning_rate=0.00005`."""
    return [f"{axis_label(key)}={axis_text(value)}" for key, value in setting]
