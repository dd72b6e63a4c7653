"""`result.json`: how a training ended, and the scores of its generator."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from sweep.store.records.base import (
    Columns,
    Integer,
    Number,
    Record,
    Scores,
    VersionedRecord,
    joined,
)


class Health(Record):
    """What tells whether a trial is fit to be compared.

    Attributes:
        images: Test set to measures of its restored images.
        training: Measures of the discriminator.
    """

    images: dict[str, Columns] = Field(default_factory=dict)
    training: Columns = Field(default_factory=dict)

    def measures(self, dataset: str) -> dict[str, float]:
        """Measure to value on a test set; empty when nothing was measured."""
        return {**self.training, **self.images.get(dataset, {})}


class ResultRecord(VersionedRecord):
    """The result of one trial.

    Attributes:
        steps: Training steps; None for a generator that was adopted.
        train_seconds: Wall-clock seconds of the training.
        generator_sha256: Hash of the generator's file.
        grad_pixel: Median norm of the weighted pixel term's gradient at the output.
        grad_content: The same of the weighted content term.
        grad_adv: The same of the weighted adversarial term.
        scores: Test set to the scores of its images.
        health: Measures of the trial's health.
        set_scores: Test set to the columns that have one value for all of its images.
        discriminator_sha256: Hash of the discriminator's file, of a pair.
        image_sha256: Test set to image to the hash of its restored PNG; older results lack it.
    """

    REMEDY: ClassVar[str] = "put a copy back, or delete it and the trial is trained anew"

    steps: Integer | None = None
    train_seconds: Number | None = None
    generator_sha256: str | None = None
    grad_pixel: Number | None = None
    grad_content: Number | None = None
    grad_adv: Number | None = None
    scores: dict[str, Scores] = Field(default_factory=dict)
    set_scores: dict[str, Columns] = Field(default_factory=dict)
    health: Health = Field(default_factory=Health)
    discriminator_sha256: str | None = None
    image_sha256: dict[str, dict[str, str]] = Field(default_factory=dict)

    @property
    def is_trained(self) -> bool:
        """Whether it says how the training ended."""
        return "steps" in self.model_fields_set

    def with_scores(self, dataset: str, scores: Scores) -> ResultRecord:
        """The same with other scores of a test set's images."""
        return self.model_copy(update={"scores": {**self.scores, dataset: scores}})

    def with_image_hashes(self, dataset: str, hashes: dict[str, str]) -> ResultRecord:
        """The same with the hashes of a test set's restored images."""
        return self.model_copy(update={"image_sha256": {**self.image_sha256, dataset: hashes}})

    def with_set_scores(self, dataset: str, columns: Columns) -> ResultRecord:
        """The same with more columns of a whole test set."""
        return self.model_copy(update={"set_scores": joined(self.set_scores, dataset, columns)})

    def with_health(self, training: Columns, dataset: str, images: Columns) -> ResultRecord:
        """The same with the health on one more test set."""
        health = Health(images={**self.health.images, dataset: images}, training=training)
        return self.model_copy(update={"health": health})
