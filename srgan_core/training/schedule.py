"""Learning rate as a function of the step."""

from __future__ import annotations

import math

from srgan_core.training.config import TrainingConfig

FINAL_SHARE = 0.01
"""A cosine ends at this share of its peak rather than at zero."""


def learning_rate_factor(config: TrainingConfig, step: int) -> float:
    """The share of the peak learning rate that applies to one step.

    Args:
        config: Schedule, ramp, milestones and number of steps.
        step: From 0 to steps - 1.

    Returns:
        A factor in (0, 1].
    """
    ramp_steps = round(config.ramp * config.steps)
    if step < ramp_steps:
        return (step + 1) / (ramp_steps + 1)
    if config.schedule == "constant":
        return 1.0
    if config.schedule == "milestones":
        passed = sum(step >= milestone for milestone in config.milestones)
        return config.milestone_factor**passed
    progress = (step - ramp_steps) / max(1, config.steps - ramp_steps)
    return FINAL_SHARE + (1 - FINAL_SHARE) * (1 + math.cos(math.pi * progress)) / 2
