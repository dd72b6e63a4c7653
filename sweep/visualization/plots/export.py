"""Charts for articles and slides: chosen axes, one panel per test set, and the numbers beside.

Colour says the adversarial coefficient on a logarithmic scale, the marker says the content loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from srgan_core.errors import ConfigError, unknown_name
from srgan_core.files import write_atomically
from sweep.analysis.fronts import Front, front_of
from sweep.analysis.summary import scores_by_dataset
from sweep.errors import StoreError
from sweep.tables.files import RESULTS
from sweep.tables.metric_file import MetricColumn
from sweep.tables.tables import Tables
from sweep.visualization.plots.canvas import file_of, new_figure
from sweep.visualization.plots.drawn import drawn_csv
from sweep.visualization.plots.export_panel import (
    CoefficientScale,
    draw_export_panel,
    draw_keys,
    write_export_labels,
)
from sweep.visualization.plots.style import RC, line_styles

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Style = Literal["paper", "slides"]
Width = Literal["one", "two"]

FORMATS = ("pdf", "svg", "png")
EMBEDDED_TRUETYPE = 42
"""Font type of PDF and PostScript that stays text: selectable, and what publishers ask for."""


@dataclass(frozen=True)
class Look:
    """Sizes of one style.

    Attributes:
        widths: Inches of a one-column and a two-column figure.
        panel_height: Inches of one row of panels.
        font_size: Typographic points of the text.
        marker_size: Typographic points of the markers.
        dpi: Resolution of a PNG.
    """

    widths: Mapping[Width, float]
    panel_height: float
    font_size: float
    marker_size: float
    dpi: int


LOOKS: Mapping[Style, Look] = {
    # IEEE's columns are 3.5 and 7.16 inches wide; other publishers differ by a few percent.
    "paper": Look({"one": 3.5, "two": 7.16}, 2.45, 8.0, 5.0, 300),
    # Half and whole of a 16:9 slide of 13.33 inches, less its margins.
    "slides": Look({"one": 6.2, "two": 12.4}, 4.6, 15.0, 10.0, 150),
}
_PANELS_PER_ROW: Mapping[Width, int] = {"one": 1, "two": 3}


@dataclass(frozen=True)
class Export:
    """What to draw and how: metric columns, style, one or two columns of text, file formats."""

    x: str = "psnr_y"
    y: str = "lpips_alex"
    style: Style = "paper"
    width: Width = "one"
    formats: tuple[str, ...] = ("pdf",)


def export_chart(tables: Tables, export: Export, stem: Path | None = None) -> list[Path]:
    """Draws the chart of a results folder and writes its numbers beside it.

    The files are `DIR/<y>-over-<x>`, or those of another stem: one per format, and the CSV of
    exactly what is drawn.

    Raises:
        ConfigError: when an axis or a format is unknown, or both axes are one column.
        StoreError: when nothing has both values.
    """
    for name in export.formats:
        if name not in FORMATS:
            raise ConfigError(unknown_name("format", name, FORMATS))
    if export.x == export.y:
        raise ConfigError(
            f"--x and --y: expected two columns, got {export.x} for both; name another for one "
            f"of them (their defaults are {Export.x} and {Export.y})"
        )
    x, y = _axis(tables, "--x", export.x), _axis(tables, "--y", export.y)
    fronts = (front_of(scores, x, y) for scores in scores_by_dataset(tables.results))
    panels = {front.dataset: front for front in fronts if front.candidates or front.others}
    if not panels:
        raise StoreError(
            f"{tables.folder / RESULTS}: nothing has both {export.x} and {export.y}; "
            "choose other axes or run the sweep first"
        )
    base = stem or tables.folder / f"{export.y}-over-{export.x}"
    contents = render_export(panels, export)
    contents["csv"] = drawn_csv(panels).encode()
    written = [base.with_name(f"{base.name}.{suffix}") for suffix in contents]
    for path, content in zip(written, contents.values(), strict=True):
        write_atomically(path, content)
    return written


def render_export(panels: Mapping[str, Front], export: Export) -> dict[str, bytes]:
    """Draws the chart of some data sets: format to the content of its file."""
    look = LOOKS[export.style]
    columns = min(len(panels), _PANELS_PER_ROW[export.width])
    rows = -(-len(panels) // columns)
    size = (look.widths[export.width], rows * look.panel_height + 5 * look.font_size / 72)
    settings = RC | _settings(look)
    with new_figure(settings, figsize=size, dpi=look.dpi, layout="constrained") as figure:
        _compose(figure, panels, rows, columns, look)
        return {name: file_of(figure, name) for name in export.formats}


def _axis(tables: Tables, option: str, name: str) -> MetricColumn:
    results = tables.results
    measured = [c for c in tables.metrics if c in results and not results[c].isna().all()]
    if name not in measured:
        raise ConfigError(f"{option}: {unknown_name('measured column', name, measured)}")
    return tables.metrics[name]


def _settings(look: Look) -> dict[str, Any]:
    return {
        "pdf.fonttype": EMBEDDED_TRUETYPE,
        "font.size": look.font_size,
        "axes.labelsize": look.font_size,
        "axes.titlesize": look.font_size,
        "legend.fontsize": look.font_size - 1,
        "xtick.labelsize": look.font_size - 1,
        "ytick.labelsize": look.font_size - 1,
        "lines.linewidth": look.font_size / 8,
        "axes.linewidth": look.font_size / 11,
    }


def _compose(
    figure: Figure, panels: Mapping[str, Front], rows: int, columns: int, look: Look
) -> None:
    fronts = list(panels.values())
    styles = line_styles(content for front in fronts for content in front.lines)
    points = [point for front in fronts for point in front.candidates]
    scale = CoefficientScale(point.adv for point in points if point.adv is not None)
    grid = figure.subplots(rows, columns, squeeze=False)
    flat = list(grid.ravel())
    labels = []
    for axes, (dataset, front) in zip(flat, panels.items(), strict=False):
        labels.append(draw_export_panel(axes, front, styles, scale, look.marker_size))
        if len(panels) > 1:
            axes.set_title(dataset, loc="left", fontweight="bold")
    for axes in flat[len(panels) :]:
        axes.set_axis_off()
    shown = flat[: len(panels)]
    draw_keys(figure, shown, fronts, styles, scale, look.marker_size)
    # Labels find their places in pixels, so the layout comes first, and stays.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes, front, beyond in zip(shown, fronts, labels, strict=True):
        write_export_labels(axes, front, beyond, look.marker_size, look.font_size - 1)
