"""What a test set still lacks: the one answer for those who plan jobs and those who run them."""

from __future__ import annotations

from dataclasses import dataclass

from sweep.metrics.registry import find_metric, image_columns, set_columns
from sweep.scoring.health.trial_health import can_measure_health
from sweep.store.intact import has_generator, lost_images
from sweep.store.records.base import Columns, Scores
from sweep.store.records.result import ResultRecord
from sweep.store.records.scores import ReferenceScores
from sweep.store.states import Method
from sweep.store.trial_folder import TrialFolder


@dataclass(frozen=True)
class TestSetJob:
    """One test set as a job needs it.

    Attributes:
        name: Name in the tables.
        images: Image names in order.
        columns: Metric columns to score.
        scale: Magnification.
        keeps_lr: Whether LR is HR made small alone, so that a restored image must agree with it.
    """

    __test__ = False

    name: str
    images: tuple[str, ...]
    columns: tuple[str, ...]
    scale: int
    keeps_lr: bool = True


@dataclass(frozen=True)
class Missing:
    """What is to be computed, in the order of the test set's columns; false when nothing is.

    Attributes:
        image_columns: Columns that some image lacks.
        set_columns: Columns of the whole test set that are not there.
        health: Whether the health is to be measured.
        images: Restored images that are lost and can be made again.
    """

    image_columns: tuple[str, ...]
    set_columns: tuple[str, ...] = ()
    health: bool = False
    images: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.image_columns or self.set_columns or self.health or self.images)


def missing_of_trial(files: TrialFolder, result: ResultRecord, test_set: TestSetJob) -> Missing:
    """Says what the result of a trial lacks on a test set.

    Of an old trial neither images nor generator may be left, without which its health cannot be
    measured, and images that are lost not be made again.
    """
    name = test_set.name
    lost = lost_images(files, result, name, test_set.images)
    measured = name in result.health.images
    return Missing(
        _image_columns(result.scores.get(name, {}), test_set, full_reference=True),
        _set_columns(result.set_scores.get(name, {}), test_set),
        health=not measured and can_measure_health(files, name, test_set.images),
        images=lost if lost and has_generator(files, result) else (),
    )


def missing_of_reference(scores: ReferenceScores, method: Method, test_set: TestSetJob) -> Missing:
    """Says what bicubic lacks on a test set, or HR itself, which has columns without reference."""
    full_reference = method is Method.BICUBIC
    return Missing(
        _image_columns(scores.of(method), test_set, full_reference),
        _set_columns(scores.set_scores.get(method, {}), test_set) if full_reference else (),
    )


def _image_columns(scores: Scores, test_set: TestSetJob, full_reference: bool) -> tuple[str, ...]:
    present = set.intersection(*(set(scores.get(image, {})) for image in test_set.images))
    return tuple(
        column
        for column in image_columns(test_set.columns)
        if column not in present and (full_reference or find_metric(column).reference == "none")
    )


def _set_columns(present: Columns, test_set: TestSetJob) -> tuple[str, ...]:
    return tuple(column for column in set_columns(test_set.columns) if column not in present)
