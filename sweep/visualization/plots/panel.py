"""Draws one tradeoff panel: a perceptual metric over a distortion metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil
from textwrap import fill
from typing import TYPE_CHECKING, Literal

from sweep.analysis.exchange import exchange_sentence
from sweep.analysis.fronts import Front, Point
from sweep.tables.columns import adv_texts
from sweep.tables.metric_file import MetricColumn
from sweep.visualization.plots.bars import draw_bars
from sweep.visualization.plots.inset import draw_inset
from sweep.visualization.plots.labels import Label, write_labels
from sweep.visualization.plots.limits import Limits, panel_limits
from sweep.visualization.plots.overlays import (
    NO_OVERLAYS,
    PUBLISHED_MARKER,
    Overlays,
    draw_health_marks,
    draw_pirm_regions,
    draw_traces,
)
from sweep.visualization.plots.references import draw_hr, draw_reference, share_places
from sweep.visualization.plots.style import (
    GREY,
    INK,
    LineStyle,
    darkened,
    faded,
    half_faded,
    reference_look,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sweep.analysis.published.matching import Placed

MARKER_SIZE = 8.0
KNEE_SIZE = 14.0
MOST_NUMBERS = 40
"""Points of a panel that all have their numbers beside them; of more, some have."""

BAND_ALPHA = 0.13
_TICKS = {"x": 7, "y": 8}
# Characters of a line above a panel.
_TITLE_WIDTH = 73


def draw_panel(
    axes: Axes,
    front: Front,
    styles: Mapping[str, LineStyle],
    overlays: Overlays = NO_OVERLAYS,
) -> bool:
    """Draws points, lines, references, front and labels; there is at least one point.

    Where points crowd, the panel has an inset that shows them magnified, with their labels. The
    axes are empty and at their final place in a figure that has its final size.

    Returns:
        Whether there is such an inset.
    """
    limits = panel_limits(front, overlays)
    set_axis(axes, "x", limits[0], front.axes.x)
    set_axis(axes, "y", limits[1], front.axes.y)
    lines = exchange_sentence(front).splitlines()
    title = "\n".join(fill(line, _TITLE_WIDTH) for line in lines)
    axes.set_title(title, loc="left", fontsize=8.7, color=INK, pad=5)
    labels = _draw_content(axes, front, styles, overlays, limits)
    line = draw_hr(axes, front.axes, limits[1])

    trained = [(point.x, point.y) for point in front.candidates]
    reserved, left = draw_inset(
        axes, labels, trained, lambda inset: _draw_content(inset, front, styles, overlays, limits)
    )
    write_labels(axes, left, line, reserved=reserved)
    return bool(reserved)


def points_a_number(front: Front) -> int:
    """Counts the points of a line for each that has its number beside it; 1 where all have."""
    points = sum(len(points) for points in front.lines.values())
    return max(1, ceil(points / MOST_NUMBERS))


def draw_reason(axes: Axes, reason: str) -> None:
    """Writes into an empty panel why it is empty."""
    axes.set_axis_off()
    axes.text(
        0.5, 0.5, reason, ha="center", va="center", color=GREY, transform=axes.transAxes, wrap=True
    )


def set_axis(axes: Axes, name: Literal["x", "y"], limits: Limits, metric: MetricColumn) -> None:
    """Turns an axis so that better is left, or down."""
    ends = (limits.high, limits.low) if metric.higher_is_better else (limits.low, limits.high)
    direction = "higher is better" if metric.higher_is_better else "lower is better"
    unit = f" [{metric.unit}]" if metric.unit else ""
    text = f"{metric.label}{unit}  {metric.arrow} {direction}"
    axes.set(**{f"{name}lim": ends, f"{name}label": text})
    axes.locator_params(axis=name, nbins=_TICKS[name])


def _draw_content(
    axes: Axes,
    front: Front,
    styles: Mapping[str, LineStyle],
    overlays: Overlays,
    limits: tuple[Limits, Limits],
) -> list[Label]:
    """Draws all that stands at its place in data units, and gives the labels of the points."""
    if front.axes.x.column == "rmse":
        draw_pirm_regions(axes)
    draw_traces(axes, overlays, styles)
    corners = front.staircase()
    if corners:
        axes.plot(*zip(*corners, strict=True), color=INK, linewidth=1.1, zorder=2.2)
    for ends in front.ends.values():
        _draw_band(axes, ends, styles[ends[0][0].curve].color)
    labels = [
        label
        for curve, points in front.lines.items()
        for label in _draw_line(axes, points, styles[curve], limits, points_a_number(front))
    ]
    references = [(point, reference_look(point.curve)) for point in front.references]
    references += [
        (_published_point(placed), (PUBLISHED_MARKER, placed.method))
        for placed in overlays.published
    ]
    labels += share_places(
        draw_reference(axes, front.axes, point, look, limits, MARKER_SIZE)
        for point, look in references
    )
    draw_health_marks(axes, front)
    return labels


def _draw_band(axes: Axes, ends: Sequence[Sequence[Point]], color: str) -> None:
    """Fills what lies between the two curves of a content loss, from one λ to the next."""
    first, second = ({point.adv: (point.x, point.y) for point in line} for line in ends)
    common = [adv for adv in first if adv in second]
    for adv, following in pairwise(common):
        corners = [first[adv], first[following], second[following], second[adv]]
        axes.fill(
            *zip(*corners, strict=True), color=color, alpha=BAND_ALPHA, linewidth=0, zorder=1.2
        )


def _published_point(placed: Placed) -> Point:
    name = placed.method
    return Point(name, name, name, None, (), placed.x, placed.y)


def _draw_line(
    axes: Axes,
    points: Sequence[Point],
    style: LineStyle,
    limits: tuple[Limits, Limits],
    step: int,
) -> list[Label]:
    """Draws a line and its points; gives the labels of each step's first point and of the last."""
    axes.plot(
        [point.x for point in points],
        [point.y for point in points],
        color=style.color,
        linestyle=style.dashes,
        linewidth=1.5,
        alpha=0.75,
        zorder=2.5,
    )
    numbers = adv_texts([point.adv for point in points])
    named = {*range(0, len(points), step), len(points) - 1}
    return [
        _draw_point(axes, point, style, limits, text if place in named or point.knee else "")
        for place, (point, text) in enumerate(zip(points, numbers, strict=True))
    ]


def _draw_point(
    axes: Axes, point: Point, style: LineStyle, limits: tuple[Limits, Limits], text: str
) -> Label:
    color = _shade(style.color, point)
    draw_bars(axes, point, color, limits)
    axes.plot(
        point.x,
        point.y,
        marker=style.marker,
        markersize=MARKER_SIZE,
        markeredgecolor=color,
        markerfacecolor="white" if point.adv == 0 else color,
        markeredgewidth=1.8,
        zorder=3.2 if point.on_front else 3,
    )
    if point.knee:
        _draw_knee(axes, point)
    size = KNEE_SIZE if point.knee else MARKER_SIZE
    return Label(text, (point.x, point.y), size, darkened(style.color))


def _shade(color: str, point: Point) -> str:
    """Full on the front, half where intervals leave it open, pale where dominated."""
    if point.on_front:
        return color
    return half_faded(color) if point.state == "dominated by the means" else faded(color)


def _draw_knee(axes: Axes, point: Point) -> None:
    axes.plot(
        point.x,
        point.y,
        marker="o",
        markersize=KNEE_SIZE,
        markeredgecolor=INK,
        markerfacecolor="none",
        markeredgewidth=1.1,
        zorder=3.3,
    )
