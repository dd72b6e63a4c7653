"""Draws the tradeoff charts of a results folder from its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from srgan_core.files import write_atomically
from srgan_core.wording import counted
from sweep.analysis.fronts import DISTORTION, USUAL_AXES, Front, front_of
from sweep.analysis.summary import DatasetScores, scores_by_dataset
from sweep.errors import StoreError
from sweep.store.states import Method
from sweep.tables.columns import CURVE
from sweep.tables.files import RESULTS
from sweep.tables.metric_file import MetricColumn
from sweep.tables.tables import Tables
from sweep.visualization.plots.canvas import file_of, new_figure
from sweep.visualization.plots.extras import overlays_of
from sweep.visualization.plots.overlays import overlay_entries
from sweep.visualization.plots.panel import MARKER_SIZE, draw_panel, draw_reason
from sweep.visualization.plots.remarks import any_beyond_hr, left_out, not_drawn
from sweep.visualization.plots.style import GREY, INK, RC, LineStyle, faded, line_styles

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

PANELS = USUAL_AXES
SIZE_INCHES = (32 / 3, 5.0)
DPI = 150
_PANEL_BOXES = ((0.066, 0.275, 0.412, 0.63), (0.568, 0.275, 0.412, 0.63))
_CAPTION_WIDTH = 165
_CAPTION_LINES = 2
_LEGEND_HEIGHTS = (0.147, 0.102)
_CROWDED_LEGEND_HEIGHTS = (0.172, 0.132, 0.092)


def draw_tradeoff(tables: Tables, published: bool = False) -> list[Path]:
    """Draws the tradeoff charts, two panels over PSNR with better at the lower left.

    The first data set gives `tradeoff.png` and `tradeoff.svg` in the tables' folder, every other
    one `tradeoff-<dataset>.*`. The same tables give the same bytes with the same version of
    matplotlib. Published results of the same protocol are drawn on request.

    Raises:
        StoreError: when the result table is empty.
    """
    datasets = scores_by_dataset(tables.results)
    if not datasets:
        path = tables.folder / RESULTS
        raise StoreError(f"{path}: no trial has been scored yet; run the sweep first")
    written = []
    for place, scores in enumerate(datasets):
        # A data set is named after a folder, whose name may hold what a file's name may not.
        stem = f"tradeoff-{quote(scores.name, safe=' ')}" if place else "tradeoff"
        images = counted(scores.images, "image")
        scale = f"\N{MULTIPLICATION SIGN}{scores.scale}"
        title = f"{tables.folder.resolve().name}: {scores.name}, {scale}, {images}"
        for suffix, data in render(scores, tables, title, published).items():
            path = tables.folder / f"{stem}.{suffix}"
            write_atomically(path, data)
            written.append(path)
    return written


def render(
    scores: DatasetScores, tables: Tables, title: str, published: bool = False
) -> dict[str, bytes]:
    """Draws the chart of one data set: file suffix (`png`, `svg`) to the content of the file."""
    with new_figure(RC, figsize=SIZE_INCHES, dpi=DPI) as figure:
        figure.text(0.012, 0.975, title, ha="left", va="top", fontsize=12.5, fontweight="bold")
        _compose(figure, scores, tables, published)
        return {"png": file_of(figure, "png"), "svg": file_of(figure, "svg", Title=title)}


def _compose(figure: Figure, scores: DatasetScores, tables: Tables, published: bool) -> None:
    trials = [row for row in scores.rows if row["method"] == Method.SRGAN]
    styles = line_styles(trial[CURVE] for trial in trials)
    drawn, unhealthy = [], False
    for box, column in zip(_PANEL_BOXES, PANELS, strict=True):
        axes = figure.add_axes(box)
        front = panel_front(scores, tables.metrics, column)
        if isinstance(front, str):
            draw_reason(axes, front)
        else:
            drawn.append(overlays_of(scores, tables, (DISTORTION, column), published))
            unhealthy |= bool(front.unhealthy)
            draw_panel(axes, front, styles, drawn[-1])
    _draw_legend(figure, styles, overlay_entries(drawn, unhealthy))
    caption = "\n".join(caption_lines(scores, tables.metrics))
    figure.text(0.012, 0.012, caption, ha="left", va="bottom", fontsize=8.5, color=GREY)


def panel_front(
    scores: DatasetScores, metrics: Mapping[str, MetricColumn], column: str
) -> Front | str:
    """Finds what the panel of a column shows, or says in one sentence why it is empty."""
    for needed in (column, DISTORTION):
        if needed not in scores.rows[0] or needed not in metrics:
            return f"No {needed} in these tables:\nadd it with `sweep run --metrics`."
        if all(row[needed] is None for row in scores.rows):
            return f"{metrics[needed].label} was not measured:\nadd it with `sweep run --metrics`."
    front = front_of(scores, metrics[DISTORTION], metrics[column])
    if not front.candidates and not front.others:
        return f"Nothing has both {metrics[DISTORTION].label} and {metrics[column].label} yet."
    return front


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


def caption_lines(scores: DatasetScores, metrics: Mapping[str, MetricColumn]) -> list[str]:
    """Words at most two lines below a chart: what the numbers are, and what is not drawn."""
    trials = [row for row in scores.rows if row["method"] == Method.SRGAN]
    seeds = len({row["seed"] for row in trials} - {None})
    text = "Numbers beside the points: λ."
    if seeds > 1:
        text = (
            f"Numbers beside the points: λ; each point is the mean of up to {seeds} seeds, bars: "
            "95% intervals (Student's t). Half pale: dominated by the means, not beyond the bars."
        )
    for metric in (metrics[column] for column in PANELS if column in metrics):
        if any_beyond_hr(scores, metric):
            text += f" {metric.label} beyond HR's counts as equal to HR's."
    unhealthy = left_out(scores)
    if unhealthy:
        text += f" Left out of the front: {', '.join(unhealthy)}."
    absent = not_drawn(scores)
    if absent:
        text += f" Not drawn: {', '.join(absent)}."
    lines = wrap(text, _CAPTION_WIDTH)
    if len(lines) <= _CAPTION_LINES:
        return lines
    note = f" and others, {len(unhealthy) + len(absent)} in all: see {RESULTS}."
    last = lines[_CAPTION_LINES - 1][: _CAPTION_WIDTH - len(note)].rsplit(",", 1)[0]
    return [*lines[: _CAPTION_LINES - 1], last + note]
