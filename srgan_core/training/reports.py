"""What a training tells: its progress, the generator on the way, how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from srgan_core.networks import Generator


@dataclass(frozen=True)
class Progress:
    """Where a training stands, reported after every logged step."""

    iteration: int
    iterations: int
    record: dict[str, Any]


@dataclass(frozen=True)
class Observer:
    """Who is shown the generator on the way. What it does changes no weight.

    Attributes:
        every: Steps of the generator from one look to the next.
        look: Called with the step and a copy of the generator in evaluation mode, the moving
            average where there is one. Not shown: the last step. After an interruption a step
            may be shown again.
    """

    every: int
    look: Callable[[int, Generator], None]


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes:
        status: `trained`, `interrupted` (a checkpoint is there) or `diverged`.
        iteration: Iterations done, the discriminator's warm-up included.
        seconds: Wall-clock seconds of training over all attempts.
        resumed_from: Iteration that this attempt went on from; None for a fresh start.
        cause: What became non-finite, and when; None unless diverged.
    """

    status: Literal["trained", "interrupted", "diverged"]
    iteration: int
    seconds: float
    resumed_from: int | None = None
    cause: str | None = None
