"""Draws one tradeoff panel: a perceptual metric over a distortion metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from sweep.analysis.front_report import front_summary
from sweep.analysis.fronts import Axes as FrontAxes
from sweep.analysis.fronts import Front, Point
from sweep.store.states import Method
from sweep.tables.columns import adv_text, measured_text
from sweep.tables.metric_file import MetricColumn
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
from sweep.visualization.plots.style import (
    FAINT,
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
# How far inside the panel a reference beyond its limits is drawn, as a share of the axis.
_INSET = 0.055
_TICKS = {"x": 7, "y": 8}
# Length in typographic points of the arrow to where such a reference really is.
_REACH = 14.0


def draw_panel(
    axes: Axes,
    front: Front,
    styles: Mapping[str, LineStyle],
    overlays: Overlays = NO_OVERLAYS,
) -> None:
    """Draws points, lines, references, front and labels; there is at least one point.

    The axes are empty and at their final place in a figure that has its final size.
    """
    x_limits, y_limits = panel_limits(front, overlays)
    _set_axis(axes, "x", x_limits, front.axes.x)
    _set_axis(axes, "y", y_limits, front.axes.y)
    axes.set_title(front_summary(front), loc="left", fontsize=8.5, color=GREY, pad=4)
    if front.axes.x.column == "rmse":
        draw_pirm_regions(axes)
    draw_traces(axes, overlays, styles)
    corners = front.staircase()
    if corners:
        axes.plot(*zip(*corners, strict=True), color=INK, linewidth=1.1, zorder=2.2)
    labels = [
        label
        for content, points in front.lines.items()
        for label in _draw_line(axes, points, styles[content])
    ]
    references = [(point, *reference_look(point.curve)) for point in front.references]
    references += [
        (_published_point(placed), PUBLISHED_MARKER, placed.method) for placed in overlays.published
    ]
    labels += [_draw_reference(axes, front, *each, x_limits, y_limits) for each in references]
    draw_health_marks(axes, front)
    write_labels(axes, labels, _hr_line(axes, front.axes, y_limits))


def draw_reason(axes: Axes, reason: str) -> None:
    """Writes into an empty panel why it is empty."""
    axes.set_axis_off()
    axes.text(
        0.5, 0.5, reason, ha="center", va="center", color=GREY, transform=axes.transAxes, wrap=True
    )


def _published_point(placed: Placed) -> Point:
    return Point(placed.method, placed.method, placed.method, None, (), placed.x, placed.y)


def _set_axis(axes: Axes, name: Literal["x", "y"], limits: Limits, metric: MetricColumn) -> None:
    """Turns an axis so that better is left, or down."""
    ends = (limits.high, limits.low) if metric.higher_is_better else (limits.low, limits.high)
    direction = "higher is better" if metric.higher_is_better else "lower is better"
    unit = f" [{metric.unit}]" if metric.unit else ""
    text = f"{metric.label}{unit}  {metric.arrow} {direction}"
    axes.set(**{f"{name}lim": ends, f"{name}label": text})
    axes.locator_params(axis=name, nbins=_TICKS[name])


def _draw_line(axes: Axes, points: Sequence[Point], style: LineStyle) -> list[Label]:
    axes.plot(
        [point.x for point in points],
        [point.y for point in points],
        color=style.color,
        linestyle=style.dashes,
        linewidth=1.5,
        alpha=0.75,
        zorder=2.5,
    )
    return [_draw_point(axes, point, style) for point in points]


def _draw_point(axes: Axes, point: Point, style: LineStyle) -> Label:
    color = _shade(style.color, point)
    _draw_bars(axes, point, color)
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
    return Label(adv_text(point.adv), (point.x, point.y), size, darkened(style.color))


def _shade(color: str, point: Point) -> str:
    """Full on the front, half where intervals leave it open, pale where dominated."""
    if point.on_front:
        return color
    return half_faded(color) if point.state == "dominated by the means" else faded(color)


def _draw_bars(axes: Axes, point: Point, color: str) -> None:
    for xs, ys in point.bars:
        axes.plot(xs, ys, color=color, linewidth=1.1, zorder=2.7, solid_capstyle="butt")


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


def _draw_reference(
    axes: Axes,
    front: Front,
    point: Point,
    marker: str,
    name: str,
    x_limits: Limits,
    y_limits: Limits,
) -> Label:
    inside_x, inside_y = x_limits.contains(point.x), y_limits.contains(point.y)
    x = point.x if inside_x else x_limits.clamp(point.x, _INSET)
    y = point.y if inside_y else y_limits.clamp(point.y, _INSET)
    color = FAINT if point.method == Method.SRRESNET and not point.on_front else GREY
    if inside_x and inside_y:
        _draw_bars(axes, point, GREY)
    size = MARKER_SIZE * (1.6 if marker == "*" else 1.1)
    axes.plot(x, y, marker=marker, markersize=size, color=color, markeredgecolor=INK, zorder=3.1)
    if point.knee:
        _draw_knee(axes, point)
        size = max(size, KNEE_SIZE)
    values = []
    if not inside_x:
        values.append(_value(front.axes.x, point.x))
    if not inside_y:
        values.append(_value(front.axes.y, point.y))
    if values:
        _point_outwards(axes, (x, y), (point.x, point.y))
    return Label("\n".join([name, *values]), (x, y), size, INK)


def _point_outwards(axes: Axes, shown: tuple[float, float], real: tuple[float, float]) -> None:
    """Draws an arrow from a reference at the edge towards where it really is."""
    (x0, y0), (x1, y1) = axes.transData.transform([shown, real]).tolist()
    across, up = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
    axes.annotate(
        "",
        xy=shown,
        xytext=(_REACH * across, _REACH * up),
        textcoords="offset points",
        arrowprops={"arrowstyle": "<|-", "color": INK, "shrinkA": 0, "shrinkB": 4},
        annotation_clip=False,
        zorder=3,
    )


def _hr_line(axes: Axes, shown: FrontAxes, limits: Limits) -> tuple[float, str] | None:
    """Draws HR's own value as a line, and gives its height and label."""
    hr = shown.y_hr
    if hr is None:
        return None
    text = f"HR {_value(shown.y, hr, with_label=False)}"
    if limits.contains(hr):
        axes.axhline(hr, color=GREY, linestyle=(0, (1, 2)), linewidth=1.4, zorder=1.8)
        return hr, text
    below = (hr < limits.low) != axes.yaxis_inverted()
    edge = limits.low if hr < limits.low else limits.high
    return edge, f"{text}, {'below' if below else 'above'} this panel"


def _value(metric: MetricColumn, value: float, with_label: bool = True) -> str:
    text = measured_text(value)
    if metric.unit:
        return f"{text} {metric.unit}"
    return f"{metric.label} {text}" if with_label else text
