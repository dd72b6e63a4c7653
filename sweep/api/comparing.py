"""Comparisons of trials, methods, curves and sweeps, as `sweep compare` makes them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srgan_core.errors import ConfigError
from sweep.analysis.comparison.operands import parse_operand
from sweep.analysis.comparison.report import Comparison, Report, Resampling
from sweep.api.arguments import Place, Values, number, place, words
from sweep.api.derived import bring_tables
from sweep.config.names import CONFIGS

if TYPE_CHECKING:
    import pandas as pd

    from sweep.api.sweep import Sweep

RESAMPLES = 100, 1_000_000
"""Bounds of the number of resamples."""


@dataclass(frozen=True)
class Compared:
    """What a comparison found.

    Attributes:
        report: The sides, each comparison and how it was resampled, as records.
    """

    report: Report

    @property
    def frame(self) -> pd.DataFrame:
        """One row per test set, grid point and metric, in the order of the first side's tables.

        `difference` is the first side less the second one, from `low` to `high` with the
        confidence asked for; `verdict` is about the first side: better, worse, indistinguishable,
        or test set too small. Of two curves, `at_equal` is the metric at whose equal values, from
        `from` to `to`, they were compared.
        """
        import pandas as pd

        return pd.DataFrame(map(_row, self.report.comparisons))

    @property
    def worse(self) -> tuple[str, ...]:
        """What the first side loses, as test set, grid point and metric."""
        return tuple(f"{found.dataset}: {found.name}" for found in self.report.worse)

    @property
    def notes(self) -> tuple[str, ...]:
        """How the numbers came about and what they cannot say."""
        from sweep.visualization.printing.comparison import notes_of

        return tuple(notes_of(self.report))

    def __repr__(self) -> str:
        return f"<Compared {self.report.first} with {self.report.second}>"

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, escape=True, na_rep=""))


def compare(
    first: str | Path | Sweep,
    second: str | Path | Sweep,
    *,
    metric: Values = None,
    results: Place = Path("results") / CONFIGS[0],
    resamples: int = 10_000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Compared:
    """Says whether one side is better or worse than the other, by a bootstrap.

    Both sides are of one kind: a trial, a method or a grid point; a curve; or a whole sweep, of
    which the points are compared that both have. The arguments are those of `sweep compare`, with
    the same defaults.

    Args:
        first: What is judged: a results folder or a `Sweep` as a whole, the folder of a trial, or
            `DIR:NAME` with a trial, a method such as `bicubic`, a grid point such as `mse@0.001`
            or a curve such as `mse` or `interpolation`. `:NAME` is looked up in `results`.
        second: What it is judged against; `:NAME` is looked up in the folder of the first.
        metric: Metric columns; all that both have if None. Of curves, those that stand against
            PSNR.
        results: Results folder that `:NAME` refers to.
        resamples: Bootstrap resamples, from 100 to 1,000,000.
        seed: Seed of the resamples.
        confidence: Confidence of the intervals, between 0 and 1.

    Returns:
        The comparisons, as a frame.

    Raises:
        ConfigError: when a name is unknown, the sides are of two kinds, or share nothing that can
            be compared.
        StoreError: when a table is missing or damaged.

    Example:
        >>> from sweep import compare
        >>> found = compare("results/seeds-cpu:mse@0.01", ":bicubic", metric="psnr_y")
        >>> found.frame[["dataset", "metric", "verdict"]]
          dataset  metric              verdict
        0  BSDS20  psnr_y    indistinguishable
        1    set5  psnr_y  test set too small
    """
    if not isinstance(confidence, int | float) or not 0 < confidence < 1:
        raise ConfigError(f"--confidence: expected a number between 0 and 1, got {confidence!r}")
    count = number("--resamples", resamples, RESAMPLES[0]) or 0
    if count > RESAMPLES[1]:
        raise ConfigError(f"--resamples: expected at most {RESAMPLES[1]}, got {count}")
    how = Resampling(count, number("--seed", seed, 0) or 0, float(confidence))
    return Compared(
        compare_sides(
            _side(first),
            _side(second),
            place("--results", results) or Path(),
            words("--metric", metric) or (),
            how,
            _warn,
        )
    )


def compare_sides(
    first: str,
    second: str,
    results: Path,
    columns: Sequence[str],
    how: Resampling,
    tell: Callable[[str], None],
) -> Report:
    """Compares two sides as they were typed; `tell` is called with notes about their folders.

    Raises:
        ConfigError, StoreError: as `compare`.
    """
    from sweep.analysis.comparison.pairs import compare as compare_operands

    one = parse_operand(first, results)
    other = parse_operand(second, one.folder)
    for folder in dict.fromkeys((one.folder, other.folder)):
        bring_tables(folder, tell)
    return compare_operands(one, other, columns, how)


def _side(given: str | Path | Sweep) -> str:
    """A side as it would be typed."""
    if isinstance(given, str | Path):
        return str(given)
    root = getattr(given, "root", None)
    if root is None:
        raise ConfigError(f"expected a results folder, a Sweep or DIR:NAME, got {given!r}")
    return str(root)


def _row(found: Comparison) -> dict[str, Any]:
    result, along = found.result, found.along
    ends = {"at_equal": along.metric.column, "from": along.low, "to": along.high} if along else {}
    return {
        "dataset": found.dataset,
        "scale": found.scale,
        "point": found.point,
        "metric": found.metric.column,
        **ends,
        "first": result.first,
        "second": result.second,
        "difference": result.difference,
        "low": result.low,
        "high": result.high,
        "verdict": result.verdict,
        "images": found.images,
        "seeds_first": found.seeds[0],
        "seeds_second": found.seeds[1],
        "paired": found.paired,
    }


def _warn(note: str) -> None:
    warnings.warn(note.removeprefix("note: "), RuntimeWarning, stacklevel=5)
