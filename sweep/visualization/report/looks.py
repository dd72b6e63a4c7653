"""How the page draws the curves of a sweep."""

from __future__ import annotations

from collections.abc import Iterable

from sweep.tables.curve_names import without_start
from sweep.visualization.plots.style import LineStyle, line_styles, mixed

# Share of white in a curve's colour on a dark ground.
_DARK_TINT = 0.45
# Of a curve in px, the unit of its own dashes in the drawn charts.
_LINE_WIDTH = 1.8
_NAMED_DASHES = {"-": "", "--": "7 4", "-.": "8 3 2 3", ":": "2 4"}


def curve_looks(curves: Iterable[str]) -> list[dict[str, str]]:
    """Describes the look of each curve, the same as in the drawn charts.

    `content` is its name, `loss` what it shares with its other end, `dashes` a pattern of SVG.
    """
    return [
        {
            "content": curve,
            "loss": without_start(curve),
            "light": style.color,
            "dark": mixed(style.color, "#ffffff", _DARK_TINT),
            "marker": style.marker,
            "dashes": _dashes(style),
        }
        for curve, style in line_styles(curves).items()
    ]


def _dashes(style: LineStyle) -> str:
    if isinstance(style.dashes, str):
        return _NAMED_DASHES[style.dashes]
    return " ".join(f"{_LINE_WIDTH * length:g}" for length in style.dashes[1])
