"""Scores a generator while it is trained: the path of a trial through the plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sweep.scoring.aggregation import summarise
from sweep.store.trial_folder import TrialFolder

if TYPE_CHECKING:
    from srgan_core.networks import Generator
    from sweep.scoring.evaluate import Scorer


@dataclass(frozen=True)
class PathSet:
    """One test set on which the path is scored.

    Attributes:
        name: Name in the tables.
        images: Image names in order.
        reference: Folder with `hr` and `lr`.
        scorer: Loads the metrics at the first use.
    """

    name: str
    images: Sequence[str]
    reference: Path
    scorer: Callable[[], Scorer]


@dataclass(frozen=True)
class PathRecorder:
    """Scores the generators that it is shown and keeps the results in path.json.

    A step that was scored before keeps its scores, so that a trial that goes on from a
    checkpoint neither repeats nor loses a step.

    Attributes:
        files: The trial.
        test_sets: What to score on.
        should_stop: Asked before every image; a step that is left is scored by the next attempt.
    """

    files: TrialFolder
    test_sets: Sequence[PathSet]
    should_stop: Callable[[], bool]

    def __call__(self, step: int, generator: Generator) -> None:
        """Scores one generator, in evaluation mode, at a step of the adversarial phase."""
        for test_set in self.test_sets:
            if test_set.name not in self.files.read_path().root.get(step, {}):
                rows = self._score(generator, test_set)
                if rows is None:
                    return
                add_step(self.files, step, test_set.name, rows)

    def _score(self, generator: Generator, test_set: PathSet) -> list[dict[str, float]] | None:
        """Scores go through PNG files, as all do; these are temporary."""
        from srgan_core.data.images import read_rgb, write_png
        from srgan_core.inference import restore

        rows = []
        with TemporaryDirectory(prefix="sweep-path-") as folder:
            for name in test_set.images:
                if self.should_stop():
                    return None
                sr = Path(folder) / f"{name}.png"
                lr = read_rgb(test_set.reference / "lr" / f"{name}.png")
                write_png(sr, restore(generator, lr))
                rows.append(test_set.scorer().score(sr, test_set.reference / "hr" / f"{name}.png"))
        return rows


def add_step(
    files: TrialFolder, step: int, dataset: str, rows: Sequence[Mapping[str, float]]
) -> None:
    """Adds the means over the images of one step to the path of a trial."""
    known = files.read_path()
    path = known.with_means(step, dataset, summarise(rows))
    if path != known:
        files.write_path(path)


def path_records(files: TrialFolder) -> list[dict[str, str | float]]:
    """Lists the path of a trial, one mapping per test set and step, for `path.csv`."""
    records: list[dict[str, str | float]] = [
        {"trial": files.path.name, "step": step, "dataset": dataset, **means}
        for step, datasets in files.read_path().root.items()
        for dataset, means in datasets.items()
    ]
    return sorted(records, key=lambda record: str(record["dataset"]))
