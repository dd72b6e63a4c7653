"""The words of the records: what state a trial is in, and which methods the tables know."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """State of a trial; `trial.json` and the column `status` hold the value."""

    PENDING = "pending"
    RUNNING = "running"
    TRAINED = "trained"
    SCORED = "scored"
    DONE = "done"
    INTERRUPTED = "interrupted"
    DIVERGED = "diverged"
    FAILED = "failed"

    @property
    def is_finished(self) -> bool:
        """Whether a later run leaves the trial alone; what failed is tried again."""
        return self in (State.DONE, State.DIVERGED)

    @property
    def is_trained(self) -> bool:
        """Whether nothing of it is left to train."""
        return self.is_finished or self in (State.TRAINED, State.SCORED)

    @property
    def is_scored(self) -> bool:
        """Whether its scores count."""
        return self in (State.SCORED, State.DONE)


class Method(StrEnum):
    """Methods that every sweep has; external images bring names of their own."""

    BICUBIC = "bicubic"
    SRRESNET = "srresnet"
    PAIR = "pair"
    """The generator of the realistic start."""
    SRGAN = "srgan"
    ORIGINAL = "original"

    @property
    def is_reference(self) -> bool:
        """Whether it is what trials are held against rather than one of them."""
        return self is not Method.SRGAN
