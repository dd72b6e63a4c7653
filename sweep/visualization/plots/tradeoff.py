"""Draws the tradeoff charts of a results folder from its tables."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd

from srgan_core.files import write_atomically
from srgan_core.wording import counted
from sweep.errors import StoreError
from sweep.tables.files import RESULTS, read_results
from sweep.tables.metric_file import Metric, read_metrics
from sweep.visualization.plots.extras import Extras, read_extras
from sweep.visualization.plots.overlays import overlay_entries
from sweep.visualization.plots.panel import MARKER_SIZE, draw_panel, draw_reason
from sweep.visualization.plots.points import (
    NO_CONTENT,
    any_beyond_hr,
    left_out,
    not_drawn,
    panel_data,
)
from sweep.visualization.plots.style import GREY, INK, RC, LineStyle, faded, line_styles

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

DISTORTION = "psnr_y"
PANELS = ("niqe", "lpips_alex")
SIZE_INCHES = (32 / 3, 5.0)
DPI = 150
_PANEL_BOXES = ((0.066, 0.275, 0.412, 0.63), (0.568, 0.275, 0.412, 0.63))
_CAPTION_WIDTH = 165
_CAPTION_LINES = 2
_LEGEND_HEIGHTS = (0.147, 0.102)
_CROWDED_LEGEND_HEIGHTS = (0.172, 0.132, 0.092)


def draw_tradeoff(folder: Path, published: bool = False) -> list[Path]:
    """Draws the tradeoff charts, two panels over PSNR with better at the lower left.

    Reads `results.csv` and `metrics.json`, and `interpolation.csv` and `path.csv` where they are
    there. The first data set gives `tradeoff.png` and
    `tradeoff.svg`, every other one `tradeoff-<dataset>.*`. The same tables give the same bytes
    with the same version of matplotlib.

    Args:
        folder: Results folder.
        published: Whether to draw published results of the same protocol too.

    Returns:
        The files written.

    Raises:
        StoreError: when a table is missing, damaged, or empty.
    """
    results = read_results(folder)
    metrics = read_metrics(folder)
    extras = read_extras(folder, published)
    if results.empty:
        raise StoreError(f"{folder / RESULTS}: no trial has been scored yet; run the sweep first")
    written = []
    for dataset, stem in _stems(results).items():
        rows = results[results["dataset"] == dataset]
        title = _title(folder, rows)
        for suffix, data in render(rows, metrics, title, extras).items():
            path = folder / f"{stem}.{suffix}"
            write_atomically(path, data)
            written.append(path)
    return written


def _stems(results: pd.DataFrame) -> dict[str, str]:
    """Data set to the name of its chart."""
    first, *others = dict.fromkeys(results["dataset"]) or [""]
    # A data set is named after a folder, whose name may hold what a file's name may not.
    return {first: "tradeoff"} | {name: f"tradeoff-{quote(name, safe=' ')}" for name in others}


def render(
    results: pd.DataFrame,
    metrics: Mapping[str, Metric],
    title: str,
    extras: Extras | None = None,
) -> dict[str, bytes]:
    """Draws the chart of one data set.

    Args:
        results: Rows of the data set.
        metrics: Column to metric.
        title: Heading of the chart.
        extras: What is drawn beside the scored points.

    Returns:
        File suffix (`png`, `svg`) to the content of the file.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as NewFigure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # A user's own settings would move labels and change bytes.
        matplotlib.rcParams.update(RC)
        figure = NewFigure(figsize=SIZE_INCHES, dpi=DPI)
        FigureCanvasAgg(figure)
        _compose(figure, results, metrics, title, extras or Extras())
        return {
            "png": _saved(figure, "png", {"Software": None}),
            "svg": _saved(figure, "svg", {"Date": None, "Creator": None, "Title": title}),
        }


def _title(folder: Path, results: pd.DataFrame) -> str:
    first = results.iloc[0]
    images = counted(first["images"], "image")
    scale = f"\N{MULTIPLICATION SIGN}{first['scale']}"
    return f"{folder.resolve().name}: {first['dataset']}, {scale}, {images}"


def _compose(
    figure: Figure,
    results: pd.DataFrame,
    metrics: Mapping[str, Metric],
    title: str,
    extras: Extras,
) -> None:
    trials = results[results["method"] == "srgan"]
    styles = line_styles(content or NO_CONTENT for content in trials["content"])
    figure.text(0.012, 0.975, title, ha="left", va="top", fontsize=12.5, fontweight="bold")
    drawn, unhealthy = [], False
    for box, column in zip(_PANEL_BOXES, PANELS, strict=True):
        axes = figure.add_axes(box)
        reason = why_empty(results, metrics, column)
        if reason:
            draw_reason(axes, reason)
        else:
            data = panel_data(results, metrics[DISTORTION], metrics[column])
            drawn.append(extras.overlays(results, DISTORTION, column))
            unhealthy |= any(point.health for point in data.trained)
            draw_panel(axes, data, styles, drawn[-1])
    _draw_legend(figure, styles, overlay_entries(drawn, unhealthy))
    caption = "\n".join(caption_lines(results, metrics))
    figure.text(0.012, 0.012, caption, ha="left", va="bottom", fontsize=8.5, color=GREY)


def why_empty(results: pd.DataFrame, metrics: Mapping[str, Metric], column: str) -> str:
    """Says why a panel cannot be drawn.

    Args:
        results: Rows of one data set.
        metrics: Column to metric.
        column: Metric of the vertical axis.

    Returns:
        One sentence with its remedy, empty when the panel can be drawn.
    """
    for needed in (column, DISTORTION):
        if needed not in results or needed not in metrics:
            return f"No {needed} in these tables:\nadd it with `sweep run --metrics`."
        if results[needed].isna().all():
            return f"{metrics[needed].label} was not measured:\nadd it with `sweep run --metrics`."
    data = panel_data(results, metrics[DISTORTION], metrics[column])
    if not data.trained and not data.others:
        return f"Nothing has both {metrics[DISTORTION].label} and {metrics[column].label} yet."
    return ""


def _draw_legend(
    figure: Figure, styles: Mapping[str, LineStyle], overlaid: Sequence[Line2D]
) -> None:
    """Draws rows: the content losses, what holds for all of them, what is laid over them."""
    from matplotlib.lines import Line2D

    def entry(label: str, **look: Any) -> Line2D:
        return Line2D([], [], label=label, markersize=MARKER_SIZE, **look)

    losses = [
        entry(content, color=style.color, marker=style.marker, linestyle=style.dashes)
        for content, style in styles.items()
    ]
    hollow = {"markeredgecolor": GREY, "markerfacecolor": "white", "markeredgewidth": 1.8}
    filled = {"markeredgecolor": GREY, "markerfacecolor": GREY}
    ring = {"markeredgecolor": INK, "markerfacecolor": "none", "markeredgewidth": 1.1}
    general = [
        entry("λ = 0, no adversary", linestyle="", marker="o", **hollow),
        entry("on the Pareto front", color=INK, linewidth=1.1, marker="o", **filled),
        entry("dominated (pale)", linestyle="", marker="o", color=faded(GREY)),
        entry("knee", linestyle="", marker="o", **ring),
    ]
    rows = (losses, general, overlaid) if overlaid else (losses, general)
    heights = _CROWDED_LEGEND_HEIGHTS if overlaid else _LEGEND_HEIGHTS
    for handles, height in zip(rows, heights, strict=True):
        figure.legend(
            handles=handles,
            loc="center",
            bbox_to_anchor=(0.5, height),
            ncols=max(1, len(handles)),
            frameon=False,
            handlelength=3.2,
            columnspacing=2.0,
        )


def caption_lines(results: pd.DataFrame, metrics: Mapping[str, Metric]) -> list[str]:
    """Words the lines below a chart: what the numbers are, and what is not drawn.

    Args:
        results: Rows of one data set.
        metrics: Column to metric.

    Returns:
        At most two lines that fit the chart's width.
    """
    seeds = results.loc[results["method"] == "srgan", "seed"].nunique()
    text = "Numbers beside the points: λ."
    if seeds > 1:
        text = (
            f"Numbers beside the points: λ; each point is the mean of up to {seeds} seeds, bars: "
            "95% intervals (Student's t). Half pale: dominated by the means, not beyond the bars."
        )
    for metric in (metrics[column] for column in PANELS if column in metrics):
        if any_beyond_hr(results, metric):
            text += f" {metric.label} beyond HR's counts as equal to HR's."
    unhealthy = left_out(results)
    if unhealthy:
        text += f" Left out of the front: {', '.join(unhealthy)}."
    absent = not_drawn(results)
    if absent:
        text += f" Not drawn: {', '.join(absent)}."
    lines = wrap(text, _CAPTION_WIDTH)
    if len(lines) <= _CAPTION_LINES:
        return lines
    note = f" and others, {len(unhealthy) + len(absent)} in all: see {RESULTS}."
    last = lines[_CAPTION_LINES - 1][: _CAPTION_WIDTH - len(note)].rsplit(",", 1)[0]
    return [*lines[: _CAPTION_LINES - 1], last + note]


def _saved(figure: Figure, suffix: str, metadata: dict[str, str | None]) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=suffix, dpi=DPI, metadata=metadata)
    return buffer.getvalue()
