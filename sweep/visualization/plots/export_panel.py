"""Draws one panel of a chart for an article or for slides, and the keys beside the panels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sweep.analysis.fronts import Front, Point
from sweep.tables.columns import adv_text
from sweep.visualization.plots.limits import panel_limits
from sweep.visualization.plots.style import FAINT, GREY, INK, LineStyle, reference_look

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOR_MAP = "viridis"
# The map's yellow end is too light on white.
_LIGHTEST = 0.88
_ZERO_COLOR = GREY
_FRONT_WIDTH = 0.9


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

    def color(self, adv: float | None) -> Any:
        """Colour of a coefficient."""
        return self.colors(self.norm(adv)) if adv else _ZERO_COLOR


def draw_export_panel(
    axes: Axes,
    front: Front,
    styles: Mapping[str, LineStyle],
    scale: CoefficientScale,
    marker_size: float,
) -> None:
    """Draws the points of one test set on empty axes, better at the lower left."""
    for side, metric, limits in zip(
        "xy", (front.axes.x, front.axes.y), panel_limits(front), strict=True
    ):
        ends = (limits.high, limits.low) if metric.higher_is_better else (limits.low, limits.high)
        axes.set(**{f"{side}lim": ends, f"{side}label": metric.heading})
    if front.axes.y_hr is not None:
        axes.axhline(front.axes.y_hr, color=GREY, linestyle=":", linewidth=1)
    corners = front.staircase()
    if corners:
        axes.plot(*zip(*corners, strict=True), color=INK, linewidth=_FRONT_WIDTH, zorder=2)
    for content, points in front.lines.items():
        style = styles[content]
        across, up = [p.x for p in points], [p.y for p in points]
        axes.plot(across, up, color=FAINT, linestyle=style.dashes, zorder=1.5)
        for point in points:
            color = scale.color(point.adv)
            face = "white" if point.adv == 0 else color
            _draw(axes, point, style.marker, marker_size, color, face)
    for reference in front.references:
        marker, _ = reference_look(reference.curve)
        _draw(axes, reference, marker, 1.3 * marker_size, INK, INK)


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
        bar.set_ticks(scale.ticks, labels=[adv_text(value) for value in scale.ticks])
        bar.minorticks_off()


def _handles(
    fronts: Sequence[Front], styles: Mapping[str, LineStyle], marker_size: float
) -> list[Any]:
    from matplotlib.lines import Line2D

    def entry(label: str, marker: str, **look: Any) -> Line2D:
        plain: dict[str, Any] = {"color": GREY, "linestyle": "", "markersize": marker_size}
        return Line2D([], [], label=label, marker=marker, **(plain | look))

    handles = [entry(name, style.marker) for name, style in styles.items()]
    if any(point.adv == 0 for front in fronts for point in front.candidates):
        handles.append(entry("λ = 0", "o", markerfacecolor="white"))
    references = [point for front in fronts for point in front.references]
    for marker, name in dict.fromkeys(reference_look(point.curve) for point in references):
        handles.append(entry(name, marker, color=INK))
    handles.append(Line2D([], [], color=INK, linewidth=_FRONT_WIDTH, label="Pareto front"))
    if any(front.axes.y_hr is not None for front in fronts):
        handles.append(Line2D([], [], color=GREY, linestyle=":", label="HR"))
    return handles


def _draw(axes: Axes, point: Point, marker: str, size: float, color: Any, face: Any) -> None:
    for across, up in point.bars:
        axes.plot(across, up, color=color, linewidth=0.8, zorder=2.6)
    axes.plot(
        point.x,
        point.y,
        marker=marker,
        markersize=size,
        markeredgecolor=color,
        markerfacecolor=face,
        markeredgewidth=size / 5,
        linestyle="",
        zorder=3,
    )
    if point.health:
        axes.plot(point.x, point.y, marker="x", markersize=1.6 * size, color=INK, zorder=3.4)
