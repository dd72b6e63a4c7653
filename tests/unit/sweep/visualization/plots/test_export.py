import csv
import io
import re
import zlib
from dataclasses import replace

import pytest
from matplotlib.figure import Figure
from PIL import Image

from srgan_core.errors import ConfigError
from sweep.analysis.fronts import front_of
from sweep.analysis.summary import scores_by_dataset
from sweep.errors import StoreError
from sweep.tables.frames import results_frame
from sweep.tables.metric_file import read_metrics
from sweep.tables.tables import read_tables
from sweep.visualization.plots.export import LOOKS, Export, export_chart
from sweep.visualization.plots.export_panel import CoefficientScale, draw_export_panel
from sweep.visualization.plots.style import INK, line_styles


def _export(folder, export):
    return export_chart(read_tables(folder), export)


def records(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_fonts_are_embedded_as_truetype(store, usual):
    pdf, _ = _export(store(usual.rows()), Export())
    content = pdf.read_bytes()
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, flags=re.DOTALL)
    texts = [content]
    for stream in streams:
        try:
            texts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    found = b"".join(texts)
    assert b"/FontFile2" in found
    assert b"/Type3" not in found


@pytest.mark.parametrize("width", ["one", "two"])
def test_a_figure_is_as_wide_as_its_columns(store, usual, width):
    png, _ = _export(store(usual.rows()), Export(width=width, formats=("png",)))
    look = LOOKS["paper"]
    with Image.open(png) as image:
        assert image.width == pytest.approx(look.widths[width] * look.dpi, abs=1)


def test_the_table_beside_lists_every_point_that_is_drawn(store, usual):
    *_, table = _export(store(usual.rows()), Export(y="niqe", formats=("svg",)))
    assert table.name == "niqe-over-psnr_y.csv"
    rows = records(table)
    trials = [row for row in rows if row["drawn"] == "trial"]
    assert len(trials) == 12
    assert {row["x_column"] for row in rows} == {"psnr_y"}
    assert [row["y"] for row in rows if row["drawn"] == "hr"] == ["5.459"]
    assert {"front", "reference"} <= {row["drawn"] for row in rows}


def test_a_reference_beyond_the_axes_is_listed_as_standing_at_the_edge(store, usual):
    far = {"psnr_y": 28.0, "lpips_alex": 0.9}
    rows = [replace(r, scores=far) if r.method == "bicubic" else r for r in usual.rows()]
    *_, table = _export(store(rows), Export(formats=("svg",)))
    listed = {row["content"]: row["drawn"] for row in records(table)}
    assert listed["srresnet"] == "reference"
    assert listed["bicubic"] == "reference at the edge"


def test_what_the_legend_names_is_drawn_and_front_and_dominated_differ(tmp_path, describe, usual):
    describe(tmp_path)
    metrics = read_metrics(tmp_path)
    scores = scores_by_dataset(results_frame(usual.rows()))[0]
    front = front_of(scores, metrics["psnr_y"], metrics["niqe"])
    axes = Figure().add_subplot()
    styles = line_styles(front.lines)
    draw_export_panel(axes, front, styles, CoefficientScale([1e-4, 1e-2]), 5.0)
    found = {line.get_marker() for line in axes.get_lines()}
    assert {"X", "*", *(style.marker for style in styles.values())} <= found
    markers = [style.marker for style in styles.values()]
    trials = [line for line in axes.get_lines() if line.get_marker() in markers]
    sizes = {line.get_markersize(): line.get_markeredgecolor() for line in trials}
    assert sizes[5.0] == INK
    assert sizes[3.75] != INK


def test_every_test_set_has_its_panel(store, usual):
    rows = [*usual.rows(), *replace(usual, dataset="other").rows()]
    svg, table = _export(store(rows), Export(width="two", formats=("svg",)))
    assert {row["dataset"] for row in records(table)} == {"set5", "other"}
    assert svg.stat().st_size > 10_000


def test_the_same_tables_give_the_same_bytes(store, usual):
    folder = store(usual.rows())
    export = Export(formats=("pdf", "svg"))
    first = [path.read_bytes() for path in _export(folder, export)]
    assert [path.read_bytes() for path in _export(folder, export)] == first


def test_equal_factors_of_the_coefficient_are_equal_steps_of_colour():
    scale = CoefficientScale([0.0, 1e-4, 1e-3, 1e-2])
    assert [scale.norm(value) for value in (1e-4, 1e-3, 1e-2)] == pytest.approx([0, 0.5, 1])
    assert scale.color(0.0) != scale.color(1e-4)


@pytest.mark.parametrize(
    ("export", "message"),
    [
        (Export(x="psnr"), r"--x: measured column 'psnr' is unknown: .*; did you mean 'psnr_"),
        (Export(x="niqe", y="niqe"), "--x and --y: expected two columns, got niqe for both"),
        (Export(y="psnr_y"), "expected two columns, got psnr_y for both"),
        (Export(formats=("gif",)), "format 'gif' is unknown: pdf, svg, png"),
    ],
)
def test_wrong_axes_and_formats_are_refused_by_name(store, usual, export, message):
    folder = store(usual.rows())
    before = sorted(folder.iterdir())
    with pytest.raises(ConfigError, match=message):
        _export(folder, export)
    assert sorted(folder.iterdir()) == before


def test_nothing_to_draw_is_said(store, usual):
    rows = []
    for row in usual.rows():
        column = "psnr_y" if row.method == "bicubic" else "lpips_alex"
        rows.append(replace(row, scores={k: v for k, v in row.scores.items() if k == column}))
    with pytest.raises(StoreError, match="nothing has both psnr_y and lpips_alex"):
        _export(store(rows), Export())
