"""`trial.json`: which trial a folder is for, what state it is in, and how it got there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, TypedDict

from pydantic import PlainSerializer

from srgan_core.training.config import TrainingSpec
from sweep.config.names import StartKind
from sweep.store.records.base import Integer, Number, Record, Time, VersionedRecord
from sweep.store.states import State

CanonicalSpec = Annotated[
    TrainingSpec, PlainSerializer(lambda spec: spec.canonical(), return_type=dict[str, Any])
]
"""A spec as its hash is taken: without bookkeeping."""


class Attempt(Record):
    """One try at a training.

    Attributes:
        host: Computer that it ran on.
        device: What it trained on there; older records lack it.
        started: When it began.
        ended: When it ended; None while it runs and where it was killed.
        resumed_from: Step of the checkpoint that it went on from.
        cause: Why it ended without a generator.
    """

    host: str | None = None
    device: str | None = None
    started: Time | None = None
    ended: Time | None = None
    resumed_from: Integer | None = None
    cause: str | None = None


class TrialRecord(VersionedRecord):
    """The record of one trial, or of the shared generator of a seed.

    Attributes:
        trial: Its name.
        content: Content loss.
        adv: Adversarial coefficient.
        seed: Its seed.
        start: End of the curve that it sets out from; older records lack it.
        recipe: How a shared generator came about.
        spec: How it is trained; None where a generator was adopted.
        state: How far it is.
        data: Data source to the hash of its packed images.
        attempts: Every try, oldest first.
        train_seconds: Wall-clock seconds of the training.
        cause: Why it failed, diverged or was interrupted.
        traceback: Of an error that nobody foresaw.
        quarantined: Sentences about checkpoints that were set aside.
        conflicts: Sentences about results that were set aside.
    """

    REMEDY: ClassVar[str] = "put a copy back, or delete it and lose what it says of past attempts"

    trial: str | None = None
    content: str | None = None
    adv: Number | None = None
    seed: Integer | None = None
    start: StartKind | None = None
    recipe: str | None = None
    spec: CanonicalSpec | None = None
    state: State = State.PENDING
    data: dict[str, str | None] | None = None
    attempts: tuple[Attempt, ...] = ()
    train_seconds: Number | None = None
    cause: str | None = None
    traceback: str | None = None
    quarantined: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def iterations(self) -> int | None:
        """Steps in all, the discriminator's warm-up included; None where nothing is trained."""
        return None if self.spec is None else self.spec.iterations


class Identity(TypedDict, total=False):
    """Fields of `trial.json` that say which point of a grid, or which start, it is for."""

    trial: str
    content: str
    adv: float
    seed: int
    start: StartKind
    recipe: str


class TrialFields(Identity, total=False):
    """Fields of `trial.json` that can be written without the others."""

    spec: TrainingSpec
    state: State
    data: dict[str, str | None]
    attempts: Sequence[Attempt]
    train_seconds: float | None
    cause: str | None
    traceback: str | None
    quarantined: Sequence[str]
    conflicts: Sequence[str]
