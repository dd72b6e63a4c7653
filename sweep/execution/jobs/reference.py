"""The job of a test set: scores of bicubic enlargement and of the HR images themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sweep.execution.jobs.context import Context
from sweep.execution.jobs.scoring import (
    TestSetJob,
    complete_scores,
    missing_columns,
    score_as_a_whole,
)
from sweep.scoring.set_scores import missing_set_columns
from sweep.store.folder import SweepStore


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
        return not missing_set_columns(scores, "bicubic", self.test_set.columns) and not any(
            missing_columns(scores.get(method, {}), self.test_set, full_reference)
            for method, full_reference in (("bicubic", True), ("original", False))
        )

    def run(self, context: Context) -> str:
        """Scores what is missing; returns `done`."""
        store, name = SweepStore(self.root), self.test_set.name
        scores = store.read_reference_scores(name)
        folder = store.reference(name)
        for method, images in (("bicubic", "bicubic"), ("original", "hr")):
            references = folder / "hr" if method == "bicubic" else None
            scores[method] = complete_scores(
                scores.get(method, {}), self.test_set, folder / images, references, context
            )
        score_as_a_whole(
            scores, "bicubic", self.test_set, folder / "bicubic", folder / "hr", context
        )
        store.write_reference_scores(name, scores)
        return "done"
