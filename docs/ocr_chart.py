"""Draws how well text is read after super-resolution, for every generator of a results folder.

    python docs/ocr_chart.py results/quick [--redraw]

Restores the test set `text-lines` with each generator that the folder holds, scores the images
by the same code as `sweep run --eval text-lines --metrics psnr,ocr`, and writes `docs/ocr.csv` and
`docs/images/ocr.svg` and `.png`. `ocr_cer_ci95` is half of the 95% interval of the difference from
the SRResNet over the images; files without that column give no bars. Needs the extra `ocr` and the
program tesseract.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D

from srgan_core.data.images import read_rgb, write_png
from srgan_core.data.resize import downsample_uint8, upsample_uint8
from srgan_core.files import write_atomically
from srgan_core.inference import load_generator, restore
from sweep.analysis.statistics.bootstrap import Runs
from sweep.analysis.statistics.bootstrap import draw as draw_resamples
from sweep.analysis.statistics.intervals import student_t_quantile
from sweep.generators.lookup import find_ends
from sweep.metrics.known_text import TEXT_LINES, image_texts
from sweep.scoring.evaluate import Scorer
from sweep.scoring.sets.test_sets import resolve_test_set
from sweep.store.folder import SweepStore
from sweep.store.states import Method
from sweep.store.trial_folder import TrialFolder
from sweep.visualization.plots.canvas import file_of, new_figure
from sweep.visualization.plots.inset import draw_inset
from sweep.visualization.plots.labels import Label, write_labels
from sweep.visualization.plots.references import STAR
from sweep.visualization.plots.style import (
    GREY,
    INK,
    RC,
    LineStyle,
    darkened,
    line_styles,
    reference_look,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
SCALE = 4
COLUMNS = ("psnr_y", "ocr_cer")
TITLE = "Character error rate over PSNR and over λ on text-lines: what λ costs a reader"
_BESIDE: Any = {"va": "center", "annotation_clip": False, "fontsize": 9, "color": INK}
Row = Mapping[str, object]
Restore = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    """Scores and draws, or only draws."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--out", type=Path, default=HERE, help="folder of ocr.csv and images/")
    parser.add_argument("--redraw", action="store_true", help="draw what ocr.csv holds")
    options = parser.parse_args()
    if options.redraw:
        with (options.out / "ocr.csv").open(encoding="utf-8", newline="") as file:
            draw(list(csv.DictReader(file)), options.out / "images")
        return
    rows = score_all(SweepStore(options.results))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(options.out / "ocr.csv", buffer.getvalue().encode())
    draw(rows, options.out / "images")


def score_all(store: SweepStore) -> list[dict[str, object]]:
    """One row for HR, bicubic, and each generator in the folder."""
    scorer = Scorer(COLUMNS, SCALE)
    paths = resolve_test_set(TEXT_LINES, SCALE).hr
    weights = np.array([len(text) for text in image_texts().values()])
    listed, scores = [], {}
    for name, content, adv, restored in methods(store):
        listed.append((name, content, adv))
        scores[name] = score(scorer, paths, restored)
        print(name, scores[name]["ocr_cer"].round(3), flush=True)
    start = scores[str(Method.SRRESNET)]["ocr_cer"]
    return [
        {
            "method": name,
            "content": content,
            "adv": adv,
            "psnr_y": round(float(scores[name]["psnr_y"].mean()), 4),
            "ocr_cer": round(float(np.average(scores[name]["ocr_cer"], weights=weights)), 4),
            "ocr_cer_ci95": round(half_width(scores[name]["ocr_cer"] - start, weights), 4),
        }
        for name, content, adv in listed
    ]


def half_width(differences: NDArray[np.float64], weights: NDArray[np.int64]) -> float:
    """Half of the 95% interval of a weighted mean over the images, as `sweep compare` has it.

    The error rate of two methods varies with the same images, so their difference is what can be
    told.
    """
    runs = Runs(differences[None])
    shares = draw_resamples(runs, runs).images * weights
    means = (shares * differences).sum(axis=1) / shares.sum(axis=1)
    return float(means.std() * student_t_quantile(len(differences) - 1))


def methods(store: SweepStore) -> Iterator[tuple[str, str, str, Restore | None]]:
    """Name, content loss, coefficient, and how LR becomes SR; None for HR itself."""
    yield "original", "", "", None
    yield "bicubic", "", "", lambda lr: upsample_uint8(lr, SCALE)
    yield "srresnet", "", "", _restorer(find_ends(store).start)
    for path in sorted(store.root.glob("trials/*/generator.safetensors")):
        record = TrialFolder(path.parent).read_trial()
        yield path.parent.name, str(record.content), f"{record.adv:g}", _restorer(path)


def _restorer(path: Path | None) -> Restore:
    generator = load_generator(path, SCALE)
    return lambda lr: restore(generator, lr)


def score(
    scorer: Scorer, paths: tuple[Path, ...], restored: Restore | None
) -> dict[str, NDArray[np.float64]]:
    """Each column's values over the images."""
    rows = []
    with TemporaryDirectory() as folder:
        for path in paths:
            hr = read_rgb(path)
            sr = Path(folder) / path.name
            write_png(sr, hr if restored is None else restored(downsample_uint8(hr, SCALE)))
            rows.append(scorer.score(sr, path))
    return {column: np.array([row[column] for row in rows]) for column in COLUMNS}


def draw(rows: Sequence[Row], folder: Path) -> None:
    """Error rate over PSNR, and over the coefficient; lower is better in both."""
    with new_figure(RC, figsize=(32 / 3, 5.6), dpi=150) as figure:
        figure.text(0.012, 0.975, TITLE, va="top", fontsize=13, fontweight="bold")
        plane = figure.add_axes((0.066, 0.24, 0.412, 0.64))
        axis = figure.add_axes((0.55, 0.24, 0.37, 0.64), sharey=plane)
        styles = line_styles(str(row["content"]) for row in rows if row["content"])
        bottom, top = _heights(rows)
        plane.set_ylim(bottom, top)
        draw_axis(axis, rows, styles)
        draw_plane(plane, rows, styles)
        handles = [
            Line2D([], [], label=name, color=s.color, marker=s.marker, linestyle=s.dashes, ms=8)
            for name, s in styles.items()
        ]
        hollow = {"markeredgecolor": GREY, "markerfacecolor": "white", "markeredgewidth": 1.8}
        handles.append(Line2D([], [], label="λ = 0", ls="", marker="o", ms=8, **hollow))
        figure.legend(
            handles=handles, frameon=False, loc="center", ncols=9, bbox_to_anchor=(0.5, 0.09)
        )
        note = "Numbers beside the points: λ."
        if any(_half(row) for row in rows):
            note += " Bars: 95% interval of the difference from the SRResNet over the images."
        figure.text(0.012, 0.02, note, fontsize=8.5, color=GREY)
        for suffix in ("png", "svg"):
            write_atomically(folder / f"ocr.{suffix}", file_of(figure, suffix))


def draw_plane(axes: Axes, rows: Sequence[Row], styles: Mapping[str, LineStyle]) -> None:
    """Error rate over PSNR, the crowded points magnified."""
    scored = [row for row in rows if row["method"] != Method.ORIGINAL]
    values = [_value(row, "psnr_y") for row in scored]
    margin = 0.08 * (max(values) - min(values))
    axes.set_xlim(max(values) + margin, min(values) - margin)
    axes.set_xlabel("PSNR (Y) of text-lines [dB]  ↑ higher is better")
    axes.set_ylabel("character error rate  ↓ lower is better")
    labels = draw_points(axes, scored, styles)
    trained = [label.at for label in labels if label.text not in ("bicubic",)]
    covered, left = draw_inset(
        axes, labels, trained, lambda inset: draw_points(inset, scored, styles)
    )
    write_labels(axes, left, reserved=covered)


def draw_points(axes: Axes, rows: Sequence[Row], styles: Mapping[str, LineStyle]) -> list[Label]:
    """Draws the curves and the references over PSNR, and gives their labels."""
    for content, style in styles.items():
        curve = _curve(rows, content)
        places = [(_value(row, "psnr_y"), _value(row, "ocr_cer")) for row in curve]
        axes.plot(*zip(*places, strict=True), color=style.color, linestyle=style.dashes, alpha=0.75)
    labels = []
    for row in rows:
        x, y = _value(row, "psnr_y"), _value(row, "ocr_cer")
        style = styles.get(str(row["content"]))
        if style is None:
            marker, name = reference_look(str(row["method"]))
            size = 8 * (STAR if marker == "*" else 1.1)
            axes.plot(x, y, marker=marker, ms=size, color=GREY, markeredgecolor=INK, zorder=3)
            labels.append(Label(name, (x, y), size, INK))
        else:
            _draw_trial(axes, (x, y), row, style)
            labels.append(Label(f"{_coefficient(row):g}", (x, y), 8.0, darkened(style.color)))
    return labels


def draw_axis(axes: Axes, rows: Sequence[Row], styles: Mapping[str, LineStyle]) -> None:
    """Error rate over the coefficient, the curves a little apart, with lines of the references."""
    coefficients = sorted({_coefficient(row) for row in rows if row["content"]})
    for place, (content, style) in enumerate(styles.items()):
        shift = 0.09 * (place - (len(styles) - 1) / 2)
        curve = _curve(rows, content)
        xs = [coefficients.index(_coefficient(row)) + shift for row in curve]
        rates = [_value(row, "ocr_cer") for row in curve]
        axes.plot(xs, rates, color=style.color, linestyle=style.dashes, alpha=0.75)
        for x, row in zip(xs, curve, strict=True):
            y, half = _value(row, "ocr_cer"), _half(row)
            if half:
                axes.plot((x, x), (y - half, y + half), color=style.color, lw=1.1, alpha=0.7)
            _draw_trial(axes, (x, y), row, style)
    for row in rows:
        if not row["content"] and row["method"] != Method.ORIGINAL:
            name, rate = reference_look(str(row["method"]))[1], _value(row, "ocr_cer")
            axes.axhline(rate, color=INK, linestyle="--" if name == "bicubic" else ":", lw=1)
            axes.annotate(name, (1.01, rate), xycoords=axes.get_yaxis_transform(), **_BESIDE)
    (hr,) = (_value(row, "ocr_cer") for row in rows if row["method"] == Method.ORIGINAL)
    axes.set_title(f"HR itself: {hr:.3f}", loc="right", fontsize=9, color=GREY)
    axes.set_xticks(range(len(coefficients)), [f"{value:g}" for value in coefficients])
    axes.set_xlim(-0.45, len(coefficients) - 0.55)
    axes.set_xlabel("adversarial coefficient λ")


def _draw_trial(axes: Axes, at: tuple[float, float], row: Row, style: LineStyle) -> None:
    face = "white" if _coefficient(row) == 0 else style.color
    look = {"markeredgecolor": style.color, "markerfacecolor": face, "markeredgewidth": 1.8}
    axes.plot(*at, marker=style.marker, markersize=8, zorder=3, **look)


def _curve(rows: Sequence[Row], content: str) -> list[Row]:
    return sorted((row for row in rows if row["content"] == content), key=_coefficient)


def _heights(rows: Sequence[Row]) -> tuple[float, float]:
    """Ends of the axis of error rates, bars included."""
    scored = [row for row in rows if row["method"] != Method.ORIGINAL]
    ends = [_value(row, "ocr_cer") + sign * _half(row) for row in scored for sign in (-1, 1)]
    margin = 0.06 * (max(ends) - min(ends))
    return min(ends) - margin, max(ends) + margin


def _value(row: Row, column: str) -> float:
    return float(str(row[column]))


def _half(row: Row) -> float:
    """Half of a trial's interval, 0 where there is none."""
    return float(str(row.get("ocr_cer_ci95") or 0)) if row["content"] else 0.0


def _coefficient(row: Row) -> float:
    return _value(row, "adv")


if __name__ == "__main__":
    main()
