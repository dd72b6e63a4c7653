"""Shows crowded points of a panel again, magnified, where there is room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sweep.visualization.plots.geometry import Box, Dot
from sweep.visualization.plots.labels import (
    FONT_SIZE,
    Label,
    marker_box,
    panel_box,
    pixel,
    segments_of,
    write_labels,
)
from sweep.visualization.plots.magnifier import Magnifier, largest_crowd, place_magnifier
from sweep.visualization.plots.style import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

# Distances in sizes of a marker: of neighbours in a crowd, and from the crowd to the inset's edge.
_REACH = 1.9
_MARGIN = 1.2
# Width of a letter in sizes of the font.
_LETTER = 0.6
_FRAME: Any = {"color": GREY, "linewidth": 0.8}

Draw = Callable[["Axes"], list[Label]]


def draw_inset(
    axes: Axes, labels: Sequence[Label], trained: Sequence[Dot], draw: Draw
) -> tuple[list[Box], list[Label]]:
    """Magnifies the largest crowd of trained points, labels and all, if there is one and room.

    Args:
        axes: The panel, with everything drawn but its labels.
        labels: Labels of all points; those of magnified points are written into the inset.
        trained: The points that may crowd, in data units.
        draw: Draws the panel's content on other axes and gives the labels again.

    Returns:
        What the inset covers, and the labels that are left to write, with one for the part that
        is magnified.
    """
    among = set(trained)
    sizes = [_pixels(axes, label.marker_size) for label in labels if label.at in among]
    dots = [pixel(axes, at) for at in trained]
    size = min(sizes, default=0.0)
    crowd = largest_crowd(dots, _REACH * size)
    boxes = [marker_box(axes, label) for label in labels]
    found = (
        place_magnifier(
            [dots[index] for index in crowd],
            _MARGIN * size,
            panel_box(axes),
            [_room(axes, *each) for each in zip(labels, boxes, strict=True)],
            segments_of(axes),
        )
        if crowd
        else None
    )
    if found is None:
        return [], list(labels)
    inset = _open(axes, found)
    shown = draw(inset)
    inside = [_is_in(found.part, pixel(axes, label.at)) for label in labels]
    repeated = [label for label, within in zip(shown, inside, strict=True) if within]
    write_labels(inset, repeated, sign=f"{found.factor:.0f}\N{MULTIPLICATION SIGN}")
    left = [label for label, within in zip(labels, inside, strict=True) if not within]
    return [found.place, found.part], left


def _open(axes: Axes, found: Magnifier) -> Axes:
    """Makes the inset's axes over the place, with the limits of the part, and joins both."""
    from matplotlib.patches import Polygon

    (left, bottom), (right, top) = _corners(found.place, axes.transAxes)
    inset = axes.inset_axes((left, bottom, right - left, top - bottom), zorder=4)
    (x0, y0), (x1, y1) = _corners(found.part, axes.transData)
    inset.set(xlim=(x0, x1), ylim=(y0, y1), xticks=[], yticks=[])
    inset.spines[:].set(visible=True, **_FRAME)
    (x0, y0), (x1, y1) = _corners(found.part, axes.transAxes)
    near = found.part.nearest(found.place.centre)
    joint = axes.transAxes.inverted().transform([near, found.place.nearest(near)])
    frame = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    for corners, dashes in ((frame, "-"), (joint, ":")):
        shape = Polygon(corners, fill=False, transform=axes.transAxes, linestyle=dashes, **_FRAME)
        axes.add_patch(shape).set_zorder(2.9)
    return inset


def _corners(box: Box, transform: Transform) -> list[list[float]]:
    """Lower left and upper right of pixels in other coordinates."""
    corners = [(box.left, box.bottom), (box.right, box.top)]
    places: list[list[float]] = transform.inverted().transform(corners).tolist()
    return places


def _room(axes: Axes, label: Label, box: Box) -> Box:
    """A marker with the room that its label needs, towards the middle of the panel."""
    letters = max(map(len, label.text.splitlines()), default=0)
    wide = _LETTER * letters * _pixels(axes, FONT_SIZE)
    towards = 1 if box.centre[0] < panel_box(axes).centre[0] else -1
    ends = (box.left, box.right, box.centre[0] + towards * wide)
    return Box(min(ends), box.bottom, max(ends), box.top).grown(box.right - box.left)


def _is_in(part: Box, dot: Dot) -> bool:
    return part.nearest(dot) == dot


def _pixels(axes: Axes, points: float) -> float:
    return points * axes.figure.dpi / 72
