"""What a recommendation chooses among: the points of a sweep, each by its means over the seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sweep.analysis.summary import seed_means
from sweep.store.states import State
from sweep.tables import columns as names
from sweep.tables.curve_names import point_name, shown_point, with_curves
from sweep.tables.ranking import TRAINED_METHODS, Record, is_scored


@dataclass(frozen=True)
class Candidate:
    """One generator or, over several seeds, one point of the grid.

    Attributes:
        rows: The scored rows of results.csv, one a seed.
        mean: Their means, as `seed_means` gives them; its `health` tells of seeds that diverged
            too.
    """

    rows: tuple[Record, ...]
    mean: Record

    @property
    def name(self) -> str:
        """The trial, or the point where there are several."""
        if len(self.rows) == 1:
            return str(self.rows[0]["trial"])
        return shown_point(point_name(self.mean))

    def standing(self, column: str) -> Record:
        """The row nearest to the mean in a column, of equal ones that of the first seed."""
        near = (row for row in self.rows if row[column] is not None)
        return min(near, key=lambda row: abs(row[column] - self.mean[column]))


def candidates(records: Sequence[Record], columns: Iterable[str]) -> list[Candidate]:
    """Groups the trained rows of one data set by point; of each the numbers are averaged."""
    groups: dict[tuple[object, ...], list[Record]] = {}
    for row in with_curves(records):
        if row["method"] in TRAINED_METHODS:
            groups.setdefault(tuple(row.get(name) for name in names.point_key(row)), []).append(row)
    numbers = [column for column in columns if column not in names.TEXT_COLUMNS]
    points = [rows for members in groups.values() for rows in _repetitions(members)]
    return [_candidate(rows, numbers) for rows in points if any(map(is_scored, rows))]


def _repetitions(members: Sequence[Record]) -> list[Sequence[Record]]:
    """The rows of one point together; rows of one seed are no repetitions of each other."""
    is_repeated = len({row["seed"] for row in members}) == len(members)
    return [members] if is_repeated else [[row] for row in members]


def _candidate(rows: Sequence[Record], numbers: Sequence[str]) -> Candidate:
    (mean,) = seed_means(rows, numbers)
    # A mean over the others would be a selection.
    gone = [f"seed {row['seed']} diverged" for row in rows if row["status"] == State.DIVERGED]
    health = ", ".join(filter(None, (mean["health"], *gone)))
    return Candidate(tuple(filter(is_scored, rows)), {**mean, "health": health})
