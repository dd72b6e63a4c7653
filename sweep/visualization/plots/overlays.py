"""What may be drawn over the points of a panel: curves, paths, published points, marks, bands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from sweep.analysis.fronts import Front
from sweep.analysis.summary import DatasetScores
from sweep.store.states import Method
from sweep.tables.columns import START
from sweep.tables.curve_names import curve_name
from sweep.tables.frames import records_of
from sweep.tables.ranking import START_METHODS
from sweep.visualization.plots.style import CURVE, FAINT, GREY, INK, LineStyle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from sweep.analysis.published.matching import Placed

PIRM_EDGES = (0.0, 11.5, 12.5, 16.0)
"""RMSE between which the PIRM challenge of 2018 judged perception: regions 1, 2 and 3.

Source: Blau, Mechrez, Timofte, Michaeli, Zelnik-Manor, "The 2018 PIRM Challenge on Perceptual
Image Super-resolution", section 2."""

CROSS_SIZE = 13.0
MOST_NAMED_CURVES = 2
MOST_PATHS = 8
"""Trials whose paths are drawn; more would hide the points that they lead to."""

PUBLISHED_MARKER = "d"
_CURVE_DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (5, 1.5, 1, 1.5)))

Dots = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Trace:
    """A line without points of its own: its corners in data units, and its entry in the legend.

    For a path that is the name of its curve.
    """

    label: str
    dots: Dots


@dataclass(frozen=True)
class Overlays:
    """What is drawn beside the scored points of one panel.

    Curves are interpolations between two generators, paths lead trials to their points, published
    results have the panel's protocol.
    """

    curves: tuple[Trace, ...] = ()
    paths: tuple[Trace, ...] = ()
    published: tuple[Placed, ...] = ()

    @property
    def dots(self) -> list[tuple[float, float]]:
        """Where something is drawn, for the limits of the axes."""
        return [dot for trace in (*self.curves, *self.paths) for dot in trace.dots]


NO_OVERLAYS = Overlays()


def curves_of(table: pd.DataFrame | None, dataset: str, columns: Sequence[str]) -> list[Trace]:
    """Picks the interpolation curves of a panel out of `interpolation.csv`, if that is there.

    Each curve with two scored alphas or more is a trace, in the table's order.
    """
    if table is None or not {*columns} <= {*table.columns}:
        return []
    traces: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for record in records_of(table[table["dataset"] == dataset]):
        dot = _dot(record, columns)
        if dot is not None:
            traces.setdefault((record["from"], record["to"], record["space"]), []).append(dot)
    return [
        Trace(f"{_short(first)} to {_short(second)}, {space}", tuple(dots))
        for (first, second, space), dots in traces.items()
        if len(dots) > 1
    ]


def paths_of(
    table: pd.DataFrame | None, scores: DatasetScores, columns: Sequence[str]
) -> list[Trace]:
    """Picks the paths of the trials, from what they set out from to their own points.

    Each trial with scores in `path.csv`, if that is there, has a trace; none has where they are too
    many.
    """
    if table is None or not {*columns} <= {*table.columns} or too_many_paths(table, scores.name):
        return []
    starts = {(row["method"], row["seed"]): _dot(row, columns) for row in scores.rows}
    here = records_of(table[table["dataset"] == scores.name])
    traces = []
    for row in (row for row in scores.rows if row["method"] == Method.SRGAN):
        steps = sorted((r for r in here if r["trial"] == row["trial"]), key=lambda r: r["step"])
        way = [_dot(step, columns) for step in steps]
        if any(way):
            start = START_METHODS[row[START]], row["seed"]
            dots = (starts.get(start), *way, _dot(row, columns))
            found = tuple(dot for dot in dots if dot is not None)
            traces.append(Trace(curve_name(row), found))
    return traces


def too_many_paths(table: pd.DataFrame | None, dataset: str) -> int:
    """Counts the trials with a path on a data set where they are too many to be drawn, else 0."""
    if table is None:
        return 0
    trials = int(table.loc[table["dataset"] == dataset, "trial"].nunique())
    return trials if trials > MOST_PATHS else 0


def draw_traces(axes: Axes, overlays: Overlays, styles: Mapping[str, LineStyle]) -> None:
    """Draws curves thin and dark, paths faint in the colour of their curve."""
    for path in overlays.paths:
        color = styles[path.label].color if path.label in styles else GREY
        axes.plot(*zip(*path.dots, strict=True), color=color, alpha=0.3, linewidth=0.8, zorder=2)
    for place, curve in enumerate(overlays.curves):
        axes.plot(
            *zip(*curve.dots, strict=True),
            color=CURVE,
            linewidth=1.0,
            linestyle=curve_dashes(place),
            zorder=2.3,
        )


def curve_dashes(place: int) -> str | tuple[float, tuple[float, ...]]:
    """Line style of the curve at a place of the legend."""
    return _CURVE_DASHES[place % len(_CURVE_DASHES)]


def draw_health_marks(axes: Axes, front: Front) -> None:
    """Crosses out the points that are not fit to be compared."""
    for point in front.unhealthy:
        axes.plot(
            point.x,
            point.y,
            marker="x",
            markersize=CROSS_SIZE,
            markeredgecolor=INK,
            markeredgewidth=1.4,
            zorder=3.4,
        )


def draw_pirm_regions(axes: Axes) -> None:
    """Draws the challenge's three regions as bands with their numbers; for an axis of RMSE."""
    left, right = sorted(axes.get_xlim())
    for region, edges in enumerate(pairwise(PIRM_EDGES), start=1):
        low, high = max(edges[0], left), min(edges[1], right)
        if low >= high:
            continue
        axes.axvspan(low, high, color=FAINT, alpha=0.10 + 0.10 * (region % 2), zorder=0.5)
        axes.annotate(
            f"PIRM region {region}",
            ((low + high) / 2, 1),
            xycoords=axes.get_xaxis_transform(),
            xytext=(0, -3),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=7.5,
            color=GREY,
        )


def overlay_entries(panels: Sequence[Overlays], any_unhealthy: bool) -> list[Line2D]:
    """Makes the legend's entries of what is drawn on some panel; empty when nothing is."""
    from matplotlib.lines import Line2D

    curves = max((panel.curves for panel in panels), key=len, default=())
    labels = [curve.label for curve in curves]
    if len(labels) > MOST_NAMED_CURVES:
        labels = [f"{len(labels)} interpolations"]
    entries = []
    for place, label in enumerate(labels):
        dashes: Any = curve_dashes(place)
        entries.append(Line2D([], [], label=label, color=CURVE, linewidth=1, linestyle=dashes))
    if any(panel.paths for panel in panels):
        entries.append(Line2D([], [], label="path of a trial", color=GREY, alpha=0.5, linewidth=1))
    point: dict[str, Any] = {"linestyle": "", "markersize": 8}
    if any(panel.published for panel in panels):
        point |= {"marker": PUBLISHED_MARKER, "color": GREY, "markeredgecolor": INK}
        entries.append(Line2D([], [], label="published", **point))
    if any_unhealthy:
        point |= {"marker": "x", "color": INK, "markeredgecolor": INK}
        entries.append(Line2D([], [], label="unhealthy", **point))
    return entries


def _dot(record: Mapping[str, object], columns: Sequence[str]) -> tuple[float, float] | None:
    values = [record[column] for column in columns]
    numbers = [float(value) for value in values if isinstance(value, int | float)]
    if len(numbers) < len(values) or not all(map(math.isfinite, numbers)):
        return None
    return numbers[0], numbers[1]


def _short(trial: str) -> str:
    """Leaves the hash out of a trial's name, which the legend has no room for."""
    head, _, tail = trial.rpartition("-")
    is_hash = len(tail) == 8 and all(character in "0123456789abcdef" for character in tail)
    return head if head and is_hash else trial
