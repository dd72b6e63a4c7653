"""Colours, markers and line styles of the charts.

Every content loss differs from the others in three ways at once, so that a chart also reads in
grey and with any colour vision. Colours: Okabe and Ito 2008, without yellow, which is too light
for lines and text on white.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sweep.config.names import StartKind
from sweep.store.states import Method
from sweep.tables.curve_names import curve_content, without_start

INK = "#222222"
GREY = "#666666"
FAINT = "#bbbbbb"
# Interpolations, which belong to no content loss.
CURVE = "#4a4a4a"
# Share of white in the colour of a dominated point.
FADE = 0.62
# The same where the intervals leave open whether it is dominated.
HALF_FADE = 0.34
# Share of black in the colour of a label, for contrast with the white ground.
DARKEN = 0.35

RC: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "axes.labelsize": 10.5,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#ececec",
    "grid.linewidth": 0.8,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    # Names of data sets and losses are text, also with a dollar sign.
    "text.parse_math": False,
    # Ids inside the SVG are random without a salt.
    "svg.hashsalt": "sweep",
    "svg.fonttype": "path",
}


@dataclass(frozen=True)
class LineStyle:
    """How the line of a content loss looks: #rrggbb, and matplotlib's marker and line style."""

    color: str
    marker: str
    dashes: str | tuple[int, tuple[float, ...]]


_STYLES = (
    LineStyle("#0072B2", "o", "-"),
    LineStyle("#D55E00", "s", "--"),
    LineStyle("#009E73", "^", "-."),
    LineStyle("#CC79A7", "D", (0, (6, 1, 1, 1, 1, 1))),
    LineStyle("#E69F00", "v", ":"),
    LineStyle("#56B4E9", "P", (0, (8, 3))),
)
# Of a curve that sets out from the SRResNet beside one that sets out from a pair.
_FROM_SRRESNET = (0, (1, 4))
# Share of black in the colour of a content loss at the last of many settings.
_DARKEST_SETTING = 0.6
# Fixed places, so that a loss looks the same in the charts of every sweep.
_PLACES = {"mse": 0, "vgg22": 1, "vgg54": 2, "vgg16-22": 3, "vgg16-53": 4}


def reference_look(content: str) -> tuple[str, str]:
    """Marker and name of what is no trial."""
    if content == Method.BICUBIC:
        return "X", "bicubic"
    starts = {Method.SRRESNET.value: ("*", "SRResNet"), Method.PAIR.value: ("p", "pair")}
    return starts.get(content, ("h", content))


def line_styles(curves: Iterable[str]) -> dict[str, LineStyle]:
    """Gives each curve the look of its content loss, and a thin dotted line from the SRResNet.

    Unknown losses take the styles that the others leave free, and only beyond six losses a style
    repeats. Where the grid has further axes, each setting of a loss is a style of its own; beyond
    six of them colours say the loss, and markers, dashes and shades the setting.
    """
    named = list(dict.fromkeys(curves))
    lines = list(dict.fromkeys(map(without_start, named)))
    has_settings = any(line != curve_content(line) for line in lines)
    styles = _setting_styles(lines) if has_settings else _content_styles(lines)
    return {
        curve: replace(styles[without_start(curve)], dashes=_FROM_SRRESNET)
        if curve.endswith(f"/{StartKind.SRRESNET}")
        else styles[without_start(curve)]
        for curve in named
    }


def _setting_styles(lines: Iterable[str]) -> dict[str, LineStyle]:
    """A style each, or colour by content loss and the rest by setting: marker, dashes, shade."""
    split = {line: (curve_content(line), line.partition("/")[2]) for line in lines}
    if len(split) <= len(_STYLES):
        return dict(zip(split, _STYLES, strict=False))
    losses = _content_styles(dict.fromkeys(content for content, _ in split.values()))
    settings = list(dict.fromkeys(setting for _, setting in split.values()))
    styles = {}
    for line, (content, setting) in split.items():
        place = settings.index(setting)
        look = _STYLES[place % len(_STYLES)]
        shade = _DARKEST_SETTING * place / max(1, len(settings) - 1)
        styles[line] = replace(look, color=mixed(losses[content].color, "#000000", shade))
    return styles


def _content_styles(contents: Iterable[str]) -> dict[str, LineStyle]:
    listed = list(contents)
    places = {content: _PLACES[content] for content in listed if content in _PLACES}
    free = [place for place in reversed(range(len(_STYLES))) if place not in places.values()]
    for position, content in enumerate(content for content in listed if content not in places):
        places[content] = free[position % len(free)] if free else position % len(_STYLES)
    return {content: _STYLES[places[content]] for content in listed}


def mixed(color: str, other: str, share: float) -> str:
    """Mixes two #rrggbb colours; `share` is that of the second one."""
    channels = [
        round((1 - share) * int(color[i : i + 2], 16) + share * int(other[i : i + 2], 16))
        for i in (1, 3, 5)
    ]
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def faded(color: str) -> str:
    """Colour of a dominated point."""
    return mixed(color, "#ffffff", FADE)


def half_faded(color: str) -> str:
    """Colour of a point that is dominated by the means but not beyond the intervals."""
    return mixed(color, "#ffffff", HALF_FADE)


def darkened(color: str) -> str:
    """Colour of a label."""
    return mixed(color, "#000000", DARKEN)
