"""Draws what is no trial: SRResNet, bicubic, published results, the line of HR.

What lies beyond the axes stands at their edge, with an arrow and its value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from sweep.analysis.fronts import Axes as FrontAxes
from sweep.analysis.fronts import Point
from sweep.store.states import Method
from sweep.tables.columns import measured_text
from sweep.tables.metric_file import MetricColumn
from sweep.visualization.plots.bars import draw_bars
from sweep.visualization.plots.labels import Label
from sweep.visualization.plots.limits import Limits
from sweep.visualization.plots.style import FAINT, GREY, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STAR = 1.6
# How far inside the panel a reference beyond its limits is drawn, as a share of the axis.
_INSET = 0.055
# Length of the arrow to where such a reference really is, in sizes of a trial's marker.
_REACH = 1.75


def draw_reference(
    axes: Axes,
    shown: FrontAxes,
    point: Point,
    look: tuple[str, str],
    limits: tuple[Limits, Limits],
    marker_size: float,
) -> Label:
    """Draws a reference, inside or at the edge, and gives its label.

    Args:
        axes: Axes whose limits are set.
        shown: The metrics of the axes.
        point: The reference.
        look: Marker and name.
        limits: Ranges of both axes.
        marker_size: Typographic points of a trial's marker.
    """
    marker, name = look
    inside = [
        limit.contains(value) for limit, value in zip(limits, (point.x, point.y), strict=True)
    ]
    x = point.x if inside[0] else limits[0].clamp(point.x, _INSET)
    y = point.y if inside[1] else limits[1].clamp(point.y, _INSET)
    is_start = point.method in (Method.SRRESNET, Method.PAIR)
    color = FAINT if is_start and not point.on_front else GREY
    size = marker_size * (STAR if marker == "*" else 1.1)
    axes.plot(x, y, marker=marker, markersize=size, color=color, markeredgecolor=INK, zorder=3.1)
    if all(inside):
        draw_bars(axes, point, GREY, limits)
        return Label("\n".join(filter(None, [name, point.cost])), (x, y), size, INK)
    _point_outwards(axes, (x, y), (point.x, point.y), _REACH * marker_size)
    values = zip((shown.x, shown.y), (point.x, point.y), inside, strict=True)
    text = [value_text(metric, value) for metric, value, within in values if not within]
    return Label("\n".join([name, *text]), (x, y), size, INK)


def share_places(labels: Iterable[Label]) -> list[Label]:
    """Makes one label, a line each, of those of references that stand at one place of the edge."""
    places: dict[tuple[float, float], list[Label]] = {}
    for label in labels:
        places.setdefault(label.at, []).append(label)
    return [
        replace(shared[0], text="\n".join(label.text.replace("\n", ", ") for label in shared))
        if len(shared) > 1
        else shared[0]
        for shared in places.values()
    ]


def draw_hr(axes: Axes, shown: FrontAxes, limits: Limits) -> tuple[float, str] | None:
    """Draws HR's own value as a line, and gives the height and text of its label.

    Where the value lies beyond the axis, the label stands at that edge and says so; None where HR
    has no value.
    """
    hr = shown.y_hr
    if hr is None:
        return None
    text = f"HR {value_text(shown.y, hr, with_label=False)}"
    if limits.contains(hr):
        axes.axhline(hr, color=GREY, linestyle=(0, (1, 2)), linewidth=1.4, zorder=1.8)
        return hr, text
    below = (hr < limits.low) != axes.yaxis_inverted()
    edge = limits.low if hr < limits.low else limits.high
    return edge, f"{text}, {'below' if below else 'above'} this panel"


def value_text(metric: MetricColumn, value: float, with_label: bool = True) -> str:
    """Writes a value with its unit, or with its metric's name where there is no unit."""
    text = measured_text(value)
    if metric.unit:
        return f"{text} {metric.unit}"
    return f"{metric.label} {text}" if with_label else text


def _point_outwards(
    axes: Axes, shown: tuple[float, float], real: tuple[float, float], reach: float
) -> None:
    """Draws an arrow from a reference at the edge towards where it really is."""
    (x0, y0), (x1, y1) = axes.transData.transform([shown, real]).tolist()
    across, up = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
    axes.annotate(
        "",
        xy=shown,
        xytext=(reach * across, reach * up),
        textcoords="offset points",
        arrowprops={"arrowstyle": "<|-", "color": INK, "shrinkA": 0, "shrinkB": reach / 3.5},
        zorder=3,
    )
