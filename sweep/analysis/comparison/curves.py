"""Curves of a results folder: all coefficients of a content loss, or an interpolation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.comparison.methods import Key, Scored, Tables
from sweep.config.numbers import shortest_decimal
from sweep.store.states import State
from sweep.tables.columns import CURVE, adv_text, adv_texts
from sweep.tables.curve_names import with_curves
from sweep.tables.files import read_results
from sweep.tables.frames import records_of
from sweep.tables.ranking import Record, is_healthy, is_on_grid, is_scored

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_POINTS = 3
"""Two points are no curve."""


@dataclass(frozen=True)
class Curve:
    """What one curve scored on one data set.

    Attributes:
        axis: What runs along it: `λ` or `alpha`.
        points: Coefficient, or alpha of an interpolation, to the scores there, ascending.
        seeds: Seeds of every point, ascending; empty where there are none.
        remarks: What was left out, and why.
    """

    axis: str
    points: Mapping[str, Scored]
    seeds: tuple[int, ...]
    remarks: tuple[str, ...] = ()

    def values(
        self, column: str, images: Sequence[str], seeds: Sequence[int]
    ) -> NDArray[np.float64]:
        """Arranges the values of a metric as (points, seeds, images)."""
        return np.stack([point.values(column, images, seeds) for point in self.points.values()])

    @property
    def places(self) -> str:
        """Where its points are, in words."""
        return f"{self.axis} {', '.join(self.names)}" if self.points else f"no {self.axis}"

    @property
    def names(self) -> list[str]:
        """Its points for people, in their order."""
        if self.axis != "λ":
            return list(self.points)
        return adv_texts([float(place) for place in self.points])

    def shortage(self, folder: Path) -> str:
        """Words that its points are too few, and what to run for more; empty if they will do."""
        if len(self.points) >= LEAST_POINTS:
            return ""
        remedy = (
            f"train more with `sweep run --out {folder} --adv 0,1e-4,1e-3,1e-2` and the sweep's "
            "other options"
            if self.axis == "λ"
            else f"score more with `sweep interpolate {folder} --alphas 0:1:0.1`"
        )
        return (
            f"expected a curve of {LEAST_POINTS} {self.axis} or more, got {self.places}; {remedy}"
        )

    @property
    def all_images(self) -> set[str]:
        """Names of the images that any point has scores of."""
        return {str(name) for point in self.points.values() for name in point.rows["image"]}

    def images(self, columns: Sequence[str]) -> list[str]:
        """Lists the images that every point has finite values for in all of some columns."""
        first, *others = (point.images(c) for point in self.points.values() for c in columns)
        return [name for name in first if all(name in other for other in others)]


def sweep_lines(tables: Tables) -> dict[str, list[Record]]:
    """Groups the trials of a folder into curves: name to rows, one per trial and data set.

    Raises:
        StoreError: when results.csv is missing or damaged.
    """
    return named_lines(records_of(read_results(tables.folder)))


def named_lines(rows: Iterable[Record]) -> dict[str, list[Record]]:
    """Groups rows of results.csv into curves, as `with_curves` names them, in their order."""
    lines: dict[str, list[Record]] = {}
    for row in with_curves(rows):
        if is_on_grid(row):
            lines.setdefault(row[CURVE], []).append(row)
    return lines


def line_curves(tables: Tables, rows: Sequence[Record]) -> dict[Key, Curve]:
    """Finds the curve of a group of trials on each of its data sets."""
    groups: dict[Key, list[Record]] = {}
    for row in rows:
        groups.setdefault((str(row["dataset"]), int(row["scale"])), []).append(row)
    return {key: _line_curve(tables, key[0], group) for key, group in groups.items()}


def _line_curve(tables: Tables, dataset: str, rows: Sequence[Record]) -> Curve:
    """Keeps the whole points, and of those the seeds that all of them have."""
    images = tables.images[tables.images["dataset"] == dataset]
    points, reasons = _whole_points(rows, set(images["trial"]))
    known = {seed for trials in points.values() for seed in trials}
    seeds = tuple(sorted(s for s in known if all(s in trials for trials in points.values())))
    remarks = [f"λ {adv_text(adv, reasons)} left out: {reasons[adv]}" for adv in sorted(reasons)]
    if alone := sorted(known - {*seeds}):
        remarks.append(f"seed {', '.join(map(str, alone))} left out: not scored at every λ")
    scored = {}
    for adv, trials in points.items() if seeds else ():
        chosen = images["trial"].isin([trials[seed] for seed in seeds])
        scored[shortest_decimal(adv)] = Scored(images[chosen], seeds)
    return Curve("λ", scored, seeds, tuple(remarks))


def _whole_points(
    rows: Sequence[Record], with_images: set[str]
) -> tuple[dict[float, dict[int, str]], dict[float, str]]:
    """Splits the points into those to keep, as seed to trial, and why the others are left out.

    A point with a seed that diverged or is unhealthy is left out: its mean over the others would
    be a selection. What is merely not scored costs its seed alone.
    """
    points: dict[float, dict[int, str]] = {}
    reasons: dict[float, str] = {}
    for row in rows:
        adv, seed = float(row["adv"]), int(row["seed"])
        trials = points.setdefault(adv, {})
        if is_scored(row) and row["trial"] in with_images:
            trials[seed] = row["trial"]
        if reason := _unfit(row):
            reasons.setdefault(adv, f"seed {seed} {reason}")
    empty = {adv: "not scored" for adv, trials in points.items() if not trials}
    reasons = empty | reasons
    return {adv: points[adv] for adv in sorted(points) if adv not in reasons}, reasons


def _unfit(row: Record) -> str:
    """Why a trial spoils its point."""
    if row["status"] == State.DIVERGED:
        return str(State.DIVERGED)
    return "" if is_healthy(row) or not is_scored(row) else f"is unhealthy ({row['health']})"
