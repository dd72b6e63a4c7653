"""The job of a test set: scores of bicubic enlargement and of the HR images themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sweep.execution.jobs.context import Context
from sweep.execution.jobs.missing import TestSetJob, missing_of_reference
from sweep.execution.jobs.scoring import complete_scores, score_as_a_whole
from sweep.store.folder import SweepStore
from sweep.store.states import Method, State

BICUBIC, ORIGINAL = Method.BICUBIC, Method.ORIGINAL


@dataclass(frozen=True)
class ReferenceJob:
    """Scores `bicubic` and `original` of a test set whose images are written."""

    root: Path
    test_set: TestSetJob

    @property
    def label(self) -> str:
        """Name in progress displays."""
        return f"reference {self.test_set.name}"

    def is_done(self) -> bool:
        """Whether both have every score that they can have."""
        scores = SweepStore(self.root).read_reference_scores(self.test_set.name)
        return not any(
            missing_of_reference(scores, method, self.test_set) for method in (BICUBIC, ORIGINAL)
        )

    def run(self, context: Context) -> State:
        """Scores what is missing."""
        store, name = SweepStore(self.root), self.test_set.name
        scores, folder = store.read_reference_scores(name), store.reference(name)
        hr = folder / "hr"
        for method, images in (BICUBIC, folder / "bicubic"), (ORIGINAL, hr):
            missing = missing_of_reference(scores, method, self.test_set)
            references = hr if method is BICUBIC else None
            found = complete_scores(
                scores.of(method), missing.image_columns, self.test_set, images, references, context
            )
            whole = score_as_a_whole(missing.set_columns, self.test_set, images, hr, context)
            scores = scores.with_method(method, found, whole)
        store.write_reference_scores(name, scores)
        return State.DONE
