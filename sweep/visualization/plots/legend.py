"""Draws the rows of the legend below a chart: only what is drawn stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from sweep.analysis.fronts import Front
from sweep.visualization.plots.overlays import Overlays, overlay_entries
from sweep.visualization.plots.panel import BAND_ALPHA, MARKER_SIZE
from sweep.visualization.plots.style import GREY, INK, LineStyle, faded

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch


_ROW_CHARACTERS = 136
"""Letters that fit beside each other below a chart."""

_SIGN = " " * 10
"""What the sign of an entry and the space behind it take, in letters."""

_MOST_ROWS = 3
"""Rows of curves."""

_SMALL, _MARGIN = 7.5, 0.004
"""Size of the letters where there are many rows, and by how much these reach further."""


def draw_legend(
    figure: Figure,
    fronts: Sequence[Front],
    styles: Mapping[str, LineStyle],
    overlays: Sequence[Overlays],
    heights: Sequence[float],
) -> None:
    """Draws rows of the curves, one of what holds for all of them, one of what is laid over them.

    Args:
        figure: The chart.
        fronts: What its panels show.
        styles: Look of each curve by its name.
        overlays: What is laid over the panels.
        heights: Where the rows stand, as shares of the figure's height.
    """
    any_unhealthy = any(front.unhealthy for front in fronts)
    rows: list[Sequence[Line2D | Patch]] = [*_rows(_curves(styles))]
    rows += filter(None, (_general(fronts), overlay_entries(overlays, any_unhealthy)))
    size = None
    if len(rows) > len(heights):
        heights, size = _closer(heights, len(rows)), _SMALL
    # Fewer rows share the room: the first ones move towards the last.
    spare = (heights[0] - heights[-1]) / (len(heights) - 1) * (len(heights) - len(rows)) / 2
    for handles, height in zip(rows, heights, strict=False):
        figure.legend(
            handles=handles,
            loc="center",
            bbox_to_anchor=(0.5, height - spare),
            ncols=len(handles),
            frameon=False,
            handlelength=3.2,
            columnspacing=2.0,
            fontsize=size,
        )


def _rows(entries: Sequence[Line2D]) -> list[list[Line2D]]:
    """Breaks the entries of many curves into rows that are no wider than a chart.

    Of more curves than there is room for the last entry says how many are not named.
    """
    widths = [len(f"{entry.get_label()}{_SIGN}") for entry in entries]
    most = max(1, _ROW_CHARACTERS // max(widths, default=1))
    count = 1 if sum(widths) <= _ROW_CHARACTERS else ceil(len(entries) / most)
    each = max(1, ceil(len(entries) / count))
    rows = [list(entries[place : place + each]) for place in range(0, len(entries), each)]
    unnamed = sum(map(len, rows[_MOST_ROWS:]))
    if unnamed:
        from matplotlib.lines import Line2D

        rows[_MOST_ROWS - 1][-1] = Line2D([], [], linestyle="", label=f"and {unnamed + 1} more")
    return rows[:_MOST_ROWS]


def _closer(heights: Sequence[float], rows: int) -> list[float]:
    """Places of more rows than a chart has room for at the usual size."""
    top, bottom = heights[0] + _MARGIN, heights[-1] - _MARGIN
    return [top - (top - bottom) * place / (rows - 1) for place in range(rows)]


def _curves(styles: Mapping[str, LineStyle]) -> list[Line2D]:
    return [
        _entry(curve, color=style.color, marker=style.marker, linestyle=style.dashes)
        for curve, style in styles.items()
    ]


def _general(fronts: Sequence[Front]) -> list[Line2D | Patch]:
    from matplotlib.patches import Patch

    points = [point for front in fronts for point in front.candidates]
    hollow = {"markeredgecolor": GREY, "markerfacecolor": "white", "markeredgewidth": 1.8}
    filled = {"markeredgecolor": GREY, "markerfacecolor": GREY}
    ring = {"markeredgecolor": INK, "markerfacecolor": "none", "markeredgewidth": 1.1}
    entries: dict[str, Line2D | Patch] = {
        "control": _entry("λ = 0, no adversary", linestyle="", marker="o", **hollow),
        "front": _entry("on the Pareto front", color=INK, linewidth=1.1, marker="o", **filled),
        "dominated": _entry("dominated (pale)", linestyle="", marker="o", color=faded(GREY)),
        "knee": _entry("knee", linestyle="", marker="o", **ring),
        "band": Patch(color=GREY, alpha=BAND_ALPHA, linewidth=0, label="gap of the two ends"),
    }
    shown = {
        "control": any(point.adv == 0 for point in points),
        "front": any(point.on_front for point in points),
        "dominated": any(point.state.startswith("dominated") for point in points),
        "knee": any(point.knee for point in points),
        "band": any(front.ends for front in fronts),
    }
    return [entry for name, entry in entries.items() if shown[name]]


def _entry(label: str, **look: Any) -> Line2D:
    from matplotlib.lines import Line2D

    return Line2D([], [], label=label, markersize=MARKER_SIZE, **look)
