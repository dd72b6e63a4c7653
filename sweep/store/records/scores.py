"""Scores that are no trial's result: of references, external images, curves and paths."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, JsonValue, RootModel

from sweep.store.records.base import Columns, File, Record, Scores, VersionedRecord, joined
from sweep.store.states import Method


class ReferenceScores(VersionedRecord):
    """`reference/<dataset>/scores.json`: what trials are held against.

    Attributes:
        bicubic: Scores of bicubic enlargement.
        original: Scores of HR itself: of the columns that need no reference.
        set_scores: Method to the columns that have one value for all images.
    """

    bicubic: Scores = Field(default_factory=dict)
    original: Scores = Field(default_factory=dict)
    set_scores: dict[str, Columns] = Field(default_factory=dict)

    def of(self, method: Method) -> Scores:
        """The scores of one of the two."""
        return self.bicubic if method is Method.BICUBIC else self.original

    def with_method(self, method: Method, scores: Scores, columns: Columns) -> ReferenceScores:
        """The same with other scores of the images, and more columns of all of them."""
        update: dict[str, object] = {method.value: scores}
        if columns:
            update["set_scores"] = joined(self.set_scores, method, columns)
        return self.model_copy(update=update)


class ExternalSet(Record):
    """Scores of one method on one test set.

    Attributes:
        scores: Scores of its images.
        set_scores: Columns that have one value for all of them.
        provenance: Where the images come from.
    """

    scores: Scores
    set_scores: Columns = Field(default_factory=dict)
    provenance: dict[str, JsonValue] = Field(default_factory=dict)


class ExternalRecord(VersionedRecord):
    """`external/<method>/scores.json`: scores of images that no trial of the sweep made."""

    REMEDY: ClassVar[str] = "delete its folder and score the images again"

    schema_version: Literal[1] = Field(alias="schema")
    datasets: dict[str, ExternalSet]


class CurveRecord(VersionedRecord):
    """`interpolations/<from>--<to>-<space>/scores.json`.

    Attributes:
        first: Name of the end at alpha 0.
        second: Name of the end at alpha 1.
        space: What is mixed.
        ends: Test set to the hashes of both ends.
        scores: Test set to alpha, as its shortest decimal, to the scores of the images.
    """

    first: str = Field(alias="from")
    second: str = Field(alias="to")
    space: Literal["weights", "images"]
    ends: dict[str, tuple[str, str]]
    scores: dict[str, dict[str, Scores]]

    def begun(self, dataset: str, ends: tuple[str, str]) -> CurveRecord:
        """The same without the scores of a test set that other ends gave."""
        if self.ends.get(dataset) == ends:
            return self
        return self.model_copy(
            update={
                "ends": {**self.ends, dataset: ends},
                "scores": {**self.scores, dataset: {}},
            }
        )

    def with_image(self, dataset: str, alpha: str, image: str, columns: Columns) -> CurveRecord:
        """The same with more columns of one image."""
        curve = self.scores[dataset]
        images = curve.get(alpha, {})
        images = {**images, image: {**images.get(image, {}), **columns}}
        return self.model_copy(
            update={"scores": {**self.scores, dataset: {**curve, alpha: images}}}
        )


class PathRecord(File, RootModel[dict[int, dict[str, Columns]]]):
    """`path.json`: step of a training to test set to mean scores, in the order of the steps."""

    REMEDY: ClassVar[str] = "delete it; the trial's scores on the way are gone with it"

    root: dict[int, dict[str, Columns]] = Field(default_factory=dict)

    def with_means(self, step: int, dataset: str, means: Columns) -> PathRecord:
        """The same with one more step."""
        path = {**self.root, step: {**self.root.get(step, {}), dataset: means}}
        return PathRecord(dict(sorted(path.items())))
