"""Draws the tradeoff charts of a results folder from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING
from urllib.parse import quote

from srgan_core.files import write_atomically
from srgan_core.wording import counted
from sweep.analysis.exchange import short_label
from sweep.analysis.fronts import Front, front_of
from sweep.analysis.interpolation_verdict import interpolation_takeaway
from sweep.analysis.summary import DatasetScores, scores_by_dataset
from sweep.errors import StoreError
from sweep.metrics.axes import DISTORTION, USUAL_AXES
from sweep.store.low_resolution import low_resolution_note
from sweep.store.states import Method
from sweep.tables.curve_names import curve_name
from sweep.tables.curves import PATH
from sweep.tables.files import RESULTS
from sweep.tables.metric_file import MetricColumn
from sweep.tables.tables import Tables
from sweep.visualization.plots.canvas import file_of, new_figure
from sweep.visualization.plots.extras import overlays_of
from sweep.visualization.plots.legend import draw_legend
from sweep.visualization.plots.overlays import too_many_paths
from sweep.visualization.plots.panel import draw_panel, draw_reason, points_a_number
from sweep.visualization.plots.remarks import any_beyond_hr, left_out, not_drawn
from sweep.visualization.plots.style import GREY, RC, line_styles

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANELS = USUAL_AXES
SIZE_INCHES = (32 / 3, 6.4)
DPI = 150
PANEL_BOXES = ((0.066, 0.268, 0.412, 0.618), (0.568, 0.268, 0.412, 0.618))
_CAPTION_WIDTH = 165
_CAPTION_LINES = 4
_LEGEND_HEIGHTS = (0.181, 0.151, 0.121)


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
        for suffix, data in render(scores, tables, published).items():
            path = tables.folder / f"{stem}.{suffix}"
            write_atomically(path, data)
            written.append(path)
    return written


def render(scores: DatasetScores, tables: Tables, published: bool = False) -> dict[str, bytes]:
    """Draws the chart of one data set: file suffix (`png`, `svg`) to the content of the file."""
    title = _title(scores, tables.metrics)
    with new_figure(RC, figsize=SIZE_INCHES, dpi=DPI) as figure:
        figure.text(0.012, 0.978, title, ha="left", va="top", fontsize=13, fontweight="bold")
        _compose(figure, scores, tables, published)
        return {"png": file_of(figure, "png"), "svg": file_of(figure, "svg", Title=title)}


def _title(scores: DatasetScores, metrics: Mapping[str, MetricColumn]) -> str:
    """As `NIQE and LPIPS over PSNR on set5: what λ buys`."""
    upwards = [short_label(metrics[column]) for column in PANELS if column in metrics]
    across = short_label(metrics[DISTORTION]) if DISTORTION in metrics else "fidelity"
    return f"{' and '.join(upwards) or 'Perception'} over {across} on {scores.name}: what λ buys"


def _compose(figure: Figure, scores: DatasetScores, tables: Tables, published: bool) -> None:
    trials = [row for row in scores.rows if row["method"] == Method.SRGAN]
    styles = line_styles(curve_name(trial) for trial in trials)
    fronts, drawn, magnified = [], [], False
    for box, column in zip(PANEL_BOXES, PANELS, strict=True):
        axes = figure.add_axes(box)
        front = panel_front(scores, tables.metrics, column)
        if isinstance(front, str):
            draw_reason(axes, front)
        else:
            fronts.append(front)
            drawn.append(overlays_of(scores, tables, (DISTORTION, column), published))
            magnified |= draw_panel(axes, front, styles, drawn[-1])
    draw_legend(figure, fronts, styles, drawn, _LEGEND_HEIGHTS)
    each = max(map(points_a_number, fronts), default=1)
    caption = "\n".join(caption_lines(scores, tables, magnified, each))
    figure.text(0.012, 0.012, caption, ha="left", va="bottom", fontsize=8.5, color=GREY)
    scale = f"\N{MULTIPLICATION SIGN}{scores.scale}"
    source = f"{scale}, {counted(scores.images, 'image')}, from {tables.folder.resolve().name}"
    figure.text(0.98, 0.974, source, ha="right", va="top", fontsize=9, color=GREY)


def panel_front(
    scores: DatasetScores, metrics: Mapping[str, MetricColumn], column: str
) -> Front | str:
    """Finds what the panel of a column shows, or says in one sentence why it is empty."""
    for needed in (column, DISTORTION):
        if needed not in scores.rows[0] or needed not in metrics:
            return f"No {needed} in these tables:\nadd it with `sweep run --metrics`."
        if all(row[needed] is None for row in scores.rows):
            return _no_value(scores, metrics[needed])
    front = front_of(scores, metrics[DISTORTION], metrics[column])
    if not front.candidates and not front.others:
        return f"Nothing has both {metrics[DISTORTION].label} and {metrics[column].label} yet."
    return front


def _no_value(scores: DatasetScores, metric: MetricColumn) -> str:
    """Says why a metric that the sweep has asked for has no value."""
    if metric.column == "niqe" and any(row[DISTORTION] is not None for row in scores.rows):
        return f"No NIQE on {scores.name}:\nits images are smaller than NIQE's blocks."
    return f"No image of {scores.name} has a value of {metric.label} yet."


def caption_lines(
    scores: DatasetScores, tables: Tables, magnified: bool = False, points_each: int = 1
) -> list[str]:
    """Words at most four lines below a chart: what it shows, and what is not drawn.

    Where interpolations are drawn, the first says whether the trials beat them.

    Args:
        scores: What was scored on the test set.
        tables: All tables.
        magnified: Whether a panel has an inset.
        points_each: Points of a line for each that has its number beside it.
    """
    takeaway = interpolation_takeaway(scores, tables.interpolation, tables.metrics)
    answer = wrap(takeaway, _CAPTION_WIDTH)
    most = _CAPTION_LINES - len(answer)
    explanation = _explanation(scores, tables, magnified, points_each)
    note = low_resolution_note(tables.low_resolution.get(scores.name))
    lines = wrap(f"{note} {explanation}".lstrip(), _CAPTION_WIDTH)
    lacking = len(left_out(scores)) + len(not_drawn(scores))
    if len(lines) <= most or not lacking:
        return [*answer, *lines]
    others = f" and others, {lacking} in all: see {RESULTS}."
    last = lines[most - 1][: _CAPTION_WIDTH - len(others)].rsplit(",", 1)[0]
    return [*answer, *lines[: most - 1], last + others]


def _explanation(scores: DatasetScores, tables: Tables, magnified: bool, points_each: int) -> str:
    trials = [row for row in scores.rows if row["method"] == Method.SRGAN]
    seeds = len({row["seed"] for row in trials} - {None})
    some = f", of one in {points_each}" if points_each > 1 else ""
    sentences = [f"Numbers beside the points: λ{some}."]
    if magnified:
        sentences.append("In the frame: where points crowd, magnified.")
    if seeds > 1:
        sentences.append(
            f"Each point is the mean of up to {seeds} seeds, bars: 95% intervals (Student's t), an "
            "arrow head where one goes on. Half pale: dominated by the means, not beyond the bars."
        )
    paths = too_many_paths(tables.path, scores.name)
    if paths:
        sentences.append(f"The paths of {paths} trials are in {PATH}.")
    measured = [tables.metrics[column] for column in PANELS if column in tables.metrics]
    beyond = [metric.label for metric in measured if any_beyond_hr(scores, metric)]
    sentences += [f"{label} beyond HR's counts as equal to HR's." for label in beyond]
    unhealthy, absent = left_out(scores), not_drawn(scores)
    if unhealthy:
        sentences.append(f"Left out of the front: {', '.join(unhealthy)}.")
    if absent:
        sentences.append(f"Not drawn: {', '.join(absent)}.")
    return " ".join(sentences)
