"""Error bars of a panel, whose ends may lie beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweep.analysis.fronts import Point
from sweep.visualization.plots.limits import Limits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Matplotlib's carets, whose tips are at their place: left, right, up, down.
LEFT, RIGHT, UP, DOWN = 4, 5, 6, 7

_WIDTH = 1.1
_HEAD_SIZE = 5.5


def draw_bars(axes: Axes, point: Point, color: str, limits: tuple[Limits, Limits]) -> None:
    """Draws the intervals of a point, with an arrow head at the edge where one goes on.

    Args:
        axes: Axes whose limits are set.
        point: Lies within the limits.
        color: #rrggbb.
        limits: Ranges of both axes.
    """
    x_limits, y_limits = limits
    for xs, ys in point.bars:
        shown_xs = [x_limits.clamp(x, 0.0) for x in xs]
        shown_ys = [y_limits.clamp(y, 0.0) for y in ys]
        axes.plot(
            shown_xs,
            shown_ys,
            color=color,
            linewidth=_WIDTH,
            alpha=0.7,
            zorder=2.7,
            solid_capstyle="butt",
        )
        for x, y, end in zip(shown_xs, shown_ys, zip(xs, ys, strict=True), strict=True):
            if (x, y) != end:
                _draw_head(axes, (x, y), end, color)


def _draw_head(axes: Axes, edge: tuple[float, float], end: tuple[float, float], color: str) -> None:
    (x0, y0), (x1, y1) = axes.transData.transform([edge, end]).tolist()
    sideways, upright = LEFT if x1 < x0 else RIGHT, DOWN if y1 < y0 else UP
    marker = sideways if y0 == y1 else upright
    axes.plot(*edge, marker=marker, markersize=_HEAD_SIZE, color=color, zorder=2.7)
