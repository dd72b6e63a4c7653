"""Draws how well text is read after super-resolution, for every generator of a results folder.

    python docs/ocr_chart.py results/quick [--redraw]

Restores the test set `text-lines` with each generator that the folder holds, scores the images
by the same code as `sweep run --eval text-lines --metrics psnr,ocr`, and writes `docs/ocr.csv` and
`docs/images/ocr.svg` and `.png`. Needs the extra `ocr` and the program tesseract.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from srgan_core.data.images import read_rgb, write_png
from srgan_core.data.resize import downsample_uint8, upsample_uint8
from srgan_core.files import atomic_path, write_atomically
from srgan_core.inference import load_generator, restore
from sweep.generators.lookup import find_ends
from sweep.metrics.known_text import TEXT_LINES, image_texts
from sweep.scoring.evaluate import Scorer
from sweep.scoring.sets.test_sets import resolve_test_set
from sweep.store.folder import SweepStore, TrialFolder
from sweep.visualization.plots.style import RC, line_styles

HERE = Path(__file__).resolve().parent
SCALE = 4
COLUMNS = ("psnr_y", "ocr_cer")
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
    rows = []
    for name, content, adv, restored in methods(store):
        means = score(scorer, paths, restored)
        rows.append({"method": name, "content": content, "adv": adv, **means})
        print(name, means, flush=True)
    return rows


def methods(store: SweepStore) -> Iterator[tuple[str, str, str, Restore | None]]:
    """Name, content loss, coefficient, and how LR becomes SR; None for HR itself."""
    yield "original", "", "", None
    yield "bicubic", "", "", lambda lr: upsample_uint8(lr, SCALE)
    yield "srresnet", "", "", _restorer(find_ends(store).start)
    for path in sorted(store.root.glob("trials/*/generator.safetensors")):
        record = TrialFolder(path.parent).read_trial()
        yield path.parent.name, record["content"], f"{record['adv']:g}", _restorer(path)


def _restorer(path: Path | None) -> Restore:
    generator = load_generator(path, SCALE)
    return lambda lr: restore(generator, lr)


def score(scorer: Scorer, paths: tuple[Path, ...], restored: Restore | None) -> dict[str, float]:
    """Means over the images; the error rate over all characters, so that lines count alike."""
    weights = [len(text) for text in image_texts().values()]
    rows = []
    with TemporaryDirectory() as folder:
        for path in paths:
            hr = read_rgb(path)
            sr = Path(folder) / path.name
            write_png(sr, hr if restored is None else restored(downsample_uint8(hr, SCALE)))
            rows.append(scorer.score(sr, path))
    return {
        "psnr_y": round(float(np.mean([row["psnr_y"] for row in rows])), 4),
        "ocr_cer": round(float(np.average([r["ocr_cer"] for r in rows], weights=weights)), 4),
    }


def draw(rows: Sequence[Mapping[str, object]], folder: Path) -> None:
    """Error rate over PSNR, and over the coefficient; lower is better in both."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(RC):
        figure = Figure(figsize=(10.0, 4.3), dpi=150, layout="constrained")
        plane, axis = figure.subplots(1, 2, sharey=True)
        contents = [str(row["content"]) for row in rows if row["content"]]
        coefficients = sorted({_coefficient(row) for row in rows if row["content"]})
        for content, style in line_styles(contents).items():
            look = {"color": style.color, "marker": style.marker, "linestyle": style.dashes}
            trials = sorted((r for r in rows if r["content"] == content), key=_coefficient)
            rates = [_value(row, "ocr_cer") for row in trials]
            plane.plot([_value(row, "psnr_y") for row in trials], rates, **look)
            places = [coefficients.index(_coefficient(row)) for row in trials]
            axis.plot(places, rates, label=content, **look)
            # The others lie too close together for labels.
            _label(plane, trials[-1], f"λ {trials[-1]['adv']}")
        for row in rows:
            if row["method"] in ("bicubic", "srresnet"):
                plane.plot(_value(row, "psnr_y"), _value(row, "ocr_cer"), "k*", ms=9)
                _label(plane, row, str(row["method"]))
                dashes = "--" if row["method"] == "bicubic" else ":"
                rate = _value(row, "ocr_cer")
                axis.axhline(rate, color="k", linestyle=dashes, lw=1, label=str(row["method"]))
        (hr,) = (_value(row, "ocr_cer") for row in rows if row["method"] == "original")
        plane.invert_xaxis()
        plane.set_xlabel("PSNR (Y) of text-lines [dB], more faithful to the left")
        plane.set_ylabel(f"character error rate (HR itself: {hr:.3f})")
        axis.set_xticks(range(len(coefficients)), [f"{value:g}" for value in coefficients])
        axis.set_xlabel("adversarial coefficient λ")
        figure.legend(
            *axis.get_legend_handles_labels(), frameon=False, loc="outside lower center", ncols=5
        )
        for suffix, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
            with atomic_path(folder / f"ocr.{suffix}") as path:
                figure.savefig(path, format=suffix, metadata=metadata)


def _value(row: Mapping[str, object], column: str) -> float:
    return float(str(row[column]))


def _coefficient(row: Mapping[str, object]) -> float:
    return _value(row, "adv")


def _label(axes: Any, row: Mapping[str, object], text: str) -> None:
    point = (_value(row, "psnr_y"), _value(row, "ocr_cer"))
    axes.annotate(text, point, xytext=(5, 4), textcoords="offset points", fontsize=7.5)


if __name__ == "__main__":
    main()
