"""Draws one panel of a chart for an article or for slides, and the keys beside the panels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sweep.analysis.fronts import Front, Point
from sweep.tables.columns import adv_texts
from sweep.visualization.plots.bars import draw_bars
from sweep.visualization.plots.labels import Label, marker_box, write_labels
from sweep.visualization.plots.limits import Limits, panel_limits
from sweep.visualization.plots.references import draw_hr, draw_reference, share_places
from sweep.visualization.plots.style import FAINT, GREY, INK, LineStyle, faded, reference_look

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOR_MAP = "viridis"
# The map's yellow end is too light on white.
_LIGHTEST = 0.88
_ZERO_COLOR = GREY
_FRONT_WIDTH = 0.9
# Size of a dominated point, as a share of that of a point of the front.
_BEHIND = 0.75


class CoefficientScale:
    """Colours of the adversarial coefficients: equal factors are equal steps.

    Args:
        coefficients: Those that are drawn; zero has no logarithm and a colour of its own.
    """

    def __init__(self, coefficients: Iterable[float]) -> None:
        from matplotlib import colormaps
        from matplotlib.colors import ListedColormap, LogNorm

        self.ticks = sorted({value for value in coefficients if value > 0})
        low, high = (self.ticks[0], self.ticks[-1]) if self.ticks else (1.0, 10.0)
        if low == high:
            low, high = low / 10, high * 10
        shades = [colormaps[COLOR_MAP](_LIGHTEST * place / 255) for place in range(256)]
        self.norm, self.colors = LogNorm(low, high), ListedColormap(shades)

    def color(self, adv: float | None) -> str:
        """Colour of a coefficient, #rrggbb."""
        from matplotlib.colors import to_hex

        return to_hex(self.colors(self.norm(adv))) if adv else _ZERO_COLOR


def draw_export_panel(
    axes: Axes,
    front: Front,
    styles: Mapping[str, LineStyle],
    scale: CoefficientScale,
    marker_size: float,
) -> list[Label]:
    """Draws the points of one test set on empty axes, better at the lower left.

    Returns:
        Labels of the references that lie beyond the axes and stand at their edge.
    """
    limits = panel_limits(front)
    for side, metric, ends in zip("xy", (front.axes.x, front.axes.y), limits, strict=True):
        low_high = (ends.high, ends.low) if metric.higher_is_better else (ends.low, ends.high)
        axes.set(**{f"{side}lim": low_high, f"{side}label": metric.heading})
    corners = front.staircase()
    if corners:
        axes.plot(*zip(*corners, strict=True), color=INK, linewidth=_FRONT_WIDTH, zorder=2)
    for curve, points in front.lines.items():
        style = styles[curve]
        across, up = [p.x for p in points], [p.y for p in points]
        axes.plot(across, up, color=FAINT, linestyle=style.dashes, zorder=1.5)
        for point in points:
            _draw(axes, point, style.marker, marker_size, scale.color(point.adv), limits)
    labels = [
        draw_reference(axes, front.axes, point, reference_look(point.curve), limits, marker_size)
        for point in front.references
    ]
    return share_places(
        label
        for label, point in zip(labels, front.references, strict=True)
        if not (limits[0].contains(point.x) and limits[1].contains(point.y))
    )


def write_export_labels(
    axes: Axes, front: Front, labels: Sequence[Label], marker_size: float, font_size: float
) -> None:
    """Writes what the keys cannot say: references beyond the axes, and HR's own value.

    The axes are at their final place.
    """
    points = [Label("", (point.x, point.y), marker_size, INK) for point in front.candidates]
    write_labels(
        axes,
        labels,
        draw_hr(axes, front.axes, panel_limits(front)[1]),
        sign="",
        reserved=[marker_box(axes, point) for point in points],
        font_size=font_size,
    )


def draw_keys(
    figure: Figure,
    panels: Sequence[Axes],
    fronts: Sequence[Front],
    styles: Mapping[str, LineStyle],
    scale: CoefficientScale,
    marker_size: float,
) -> None:
    """Draws the legend of markers below the panels, and the colour scale beside them."""
    handles = _handles(fronts, styles, marker_size)
    inches_each = 0.19 * marker_size + 0.1
    columns = max(2, min(len(handles), int(figure.get_figwidth() / inches_each)))
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=columns,
        frameon=False,
        handletextpad=0.3,
        columnspacing=1.0,
    )
    if scale.ticks:
        from matplotlib.cm import ScalarMappable

        mappable = ScalarMappable(norm=scale.norm, cmap=scale.colors)
        bar = figure.colorbar(mappable, ax=list(panels), pad=0.02, aspect=30)
        bar.set_label("adversarial coefficient λ")
        bar.set_ticks(scale.ticks, labels=adv_texts(scale.ticks))
        bar.minorticks_off()


def _handles(
    fronts: Sequence[Front], styles: Mapping[str, LineStyle], marker_size: float
) -> list[Any]:
    from matplotlib.lines import Line2D

    def entry(label: str, marker: str, **look: Any) -> Line2D:
        plain: dict[str, Any] = {"color": GREY, "linestyle": "", "markersize": marker_size}
        return Line2D([], [], label=label, marker=marker, **(plain | look))

    handles = [entry(name, style.marker) for name, style in styles.items()]
    trained = [point for front in fronts for point in front.candidates]
    if any(point.adv == 0 for point in trained):
        handles.append(entry("λ = 0", "o", markerfacecolor="white"))
    references = [point for front in fronts for point in front.references]
    for marker, name in dict.fromkeys(reference_look(point.curve) for point in references):
        handles.append(entry(name, marker, markeredgecolor=INK))
    if any(point.on_front for point in trained):
        ring = {"markeredgecolor": INK, "markeredgewidth": marker_size / 5}
        front = {"color": INK, "linestyle": "-", "linewidth": _FRONT_WIDTH}
        handles.append(entry("Pareto front", "o", markerfacecolor=GREY, **(front | ring)))
    if any(point.state.startswith("dominated") for point in trained):
        small = {"markersize": _BEHIND * marker_size, "color": faded(GREY)}
        handles.append(entry("dominated", "o", **small))
    return handles


def _draw(
    axes: Axes,
    point: Point,
    marker: str,
    size: float,
    color: str,
    limits: tuple[Limits, Limits],
) -> None:
    """Draws a trial: with a dark edge on the front, small and pale where it is dominated."""
    shown = color if point.on_front else faded(color)
    draw_bars(axes, point, shown, limits)
    axes.plot(
        point.x,
        point.y,
        marker=marker,
        markersize=size if point.on_front else _BEHIND * size,
        markeredgecolor=INK if point.on_front else shown,
        markerfacecolor="white" if point.adv == 0 else shown,
        markeredgewidth=size / 5,
        linestyle="",
        zorder=3.2 if point.on_front else 3,
    )
    if point.health:
        axes.plot(point.x, point.y, marker="x", markersize=1.6 * size, color=INK, zorder=3.4)
