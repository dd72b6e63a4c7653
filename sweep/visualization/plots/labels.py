"""Writes labels beside points, each where it covers nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sweep.visualization.plots.geometry import Box, Dot, Segment
from sweep.visualization.plots.obstacles import Obstacles, Place
from sweep.visualization.plots.placement import place_labels, places_around
from sweep.visualization.plots.style import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

FONT_SIZE = 9.0
BETTER = "\N{SOUTH WEST ARROW} better"
_EDGE = 4.0
_CORNER_COST = 120.0


@dataclass(frozen=True)
class Label:
    """A text of a point in data units, whose marker has a size in typographic points.

    A marker without a text is only kept free.
    """

    text: str
    at: tuple[float, float]
    marker_size: float
    color: str


def write_labels(
    axes: Axes,
    labels: Sequence[Label],
    line: tuple[float, str] | None = None,
    sign: str = BETTER,
    reserved: Sequence[Box] = (),
    font_size: float = FONT_SIZE,
) -> None:
    """Places and writes all texts of a panel, whose limits are set and all else drawn.

    Args:
        axes: The panel.
        labels: Texts of points.
        line: Height in data units and text of a horizontal line, if there is one.
        sign: Text of a free corner; empty for none.
        reserved: Parts of the panel in pixels that no text may cover.
        font_size: Typographic points of the texts.
    """
    worded = [label for label in labels if label.text]
    texts = [_text(axes, label.text, label.color, fontsize=font_size) for label in worded]
    corner = _text(axes, sign, GREY, style="italic", fontsize=10.5)
    markers = [marker_box(axes, label) for label in labels]
    options = [
        places_around(marker_box(axes, label), *_size(text))
        for label, text in zip(worded, texts, strict=True)
    ]
    bounds = panel_box(axes).grown(-_EDGE)
    options.append(_corners(bounds, *_size(corner)))
    if line is not None:
        texts_line = _text(axes, line[1], GREY, fontsize=font_size)
        options.append(_along(axes, bounds, line[0], *_size(texts_line)))
    obstacles = Obstacles(bounds, [*markers, *reserved], segments_of(axes))
    # What has few places is placed first.
    chosen = place_labels(options[::-1], obstacles)[::-1]
    for text, place in zip(texts, chosen, strict=False):
        _put(axes, text, place)
    _put(axes, corner, chosen[len(texts)])
    if line is not None:
        _put(axes, texts_line, chosen[-1])


def _text(axes: Axes, text: str, color: str, **style: Any) -> Text:
    return axes.text(
        0,
        0,
        text,
        color=color,
        ha="center",
        va="center",
        multialignment="left",
        linespacing=1.05,
        zorder=5,
        # A pale ground keeps lines out of the digits.
        bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 0.5},
        **style,
    )


def _size(text: Text) -> tuple[float, float]:
    extent = text.get_window_extent()
    return extent.width, extent.height


def panel_box(axes: Axes) -> Box:
    """The panel in pixels."""
    frame = axes.get_window_extent()
    return Box(frame.x0, frame.y0, frame.x1, frame.y1)


def pixel(axes: Axes, at: tuple[float, float]) -> Dot:
    """Where a place in data units lies, in pixels."""
    x, y = axes.transData.transform(at)
    return float(x), float(y)


def marker_box(axes: Axes, label: Label) -> Box:
    """What the marker of a label covers, in pixels."""
    pixels = label.marker_size * axes.figure.dpi / 72
    return Box.around(pixel(axes, label.at), pixels, pixels)


def segments_of(axes: Axes) -> list[Segment]:
    """All lines of the panel, in pixels."""
    segments = []
    for drawn in axes.get_lines():
        corners = drawn.get_transform().transform(drawn.get_xydata())
        dots = [(float(x), float(y)) for x, y in corners]
        segments += list(pairwise(dots))
    return segments


def _corners(bounds: Box, width: float, height: float) -> list[Place]:
    """Places for the sign that says where better is: lower left first."""
    places = []
    for rank, (across, up) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1), (0, 0.5), (0.5, 0))):
        left = bounds.left + across * (bounds.right - bounds.left - width)
        bottom = bounds.bottom + up * (bounds.top - bounds.bottom - height)
        places.append(Place(Box(left, bottom, left + width, bottom + height), rank * _CORNER_COST))
    return places


def _along(axes: Axes, bounds: Box, height: float, wide: float, high: float) -> list[Place]:
    """Places above and below a horizontal line, at its right end first."""
    level = pixel(axes, (0, height))[1]
    places = []
    for step in range(13):
        x = bounds.right - wide / 2 - step / 12 * (bounds.right - bounds.left - wide)
        for side in (1, -1):
            box = Box.around((x, level + side * (high / 2 + 5)), wide, high)
            places.append(Place(box, 3.0 * step + (side < 0)))
    return places


def _put(axes: Axes, text: Text, place: Place) -> None:
    text.set_transform(axes.transAxes)
    text.set_position(_share(axes, place.box.centre))
    if place.leader is not None:
        ends = [_share(axes, end) for end in place.leader]
        axes.plot(
            *zip(*ends, strict=True),
            transform=axes.transAxes,
            color=text.get_color(),
            linewidth=0.7,
            alpha=0.7,
            zorder=2.8,
        )


def _share(axes: Axes, pixel: Dot) -> Dot:
    x, y = axes.transAxes.inverted().transform(pixel)
    return float(x), float(y)
