"""The draws that all comparisons of one report share."""

from __future__ import annotations

from typing import Protocol

from sweep.analysis.comparison.report import Resampling
from sweep.analysis.statistics.bootstrap import Draws, Runs, draw


class Seeded(Protocol):
    """A method or a curve, with the seeds that it was trained with."""

    @property
    def seeds(self) -> tuple[int, ...]:
        """Ascending; empty where there are none."""


class Resampler:
    """Draws once for all pairs of one shape.

    Args:
        resampling: How.

    Attributes:
        resampling: How.
        notes: What was left out.
    """

    def __init__(self, resampling: Resampling) -> None:
        self.resampling = resampling
        self.notes: list[str] = []
        self._draws: dict[tuple[int, int, bool, int], Draws] = {}

    def paired_seeds(self, first: Seeded, second: Seeded) -> list[tuple[int, ...]]:
        """Keeps the seeds that both have, where those are two or more."""
        both = tuple(seed for seed in first.seeds if seed in second.seeds)
        if len(both) < 2 or first.seeds == second.seeds:
            return [first.seeds, second.seeds]
        alone = sorted({*first.seeds, *second.seeds} - {*both})
        self.notes.append(f"seed {', '.join(map(str, alone))} left out: one side lacks it")
        return [both, both]

    def drawn(self, first: Runs, second: Runs) -> Draws:
        """The draws for a pair."""
        shape = len(first.values), len(second.values), paired(first, second), first.values.shape[1]
        if shape not in self._draws:
            how = self.resampling
            self._draws[shape] = draw(first, second, how.resamples, how.seed)
        return self._draws[shape]


def paired(first: Seeded, second: Seeded) -> bool:
    """Whether both sides have the same seeds, which are then drawn together."""
    return bool(first.seeds) and first.seeds == second.seeds
