"""The chart of docs/ocr.md, drawn by a script of the documentation."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sweep.store.folder import SweepStore
from sweep.store.states import State
from sweep.visualization.plots.style import line_styles

pytestmark = pytest.mark.docs

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def chart() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ocr_chart", DOCS / "ocr_chart.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["ocr_chart"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (DOCS / "ocr.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def panel():
    figure = Figure(figsize=(8, 6))
    FigureCanvasAgg(figure)
    return figure.add_axes((0.1, 0.1, 0.8, 0.8))


def written(axes):
    texts = [*axes.texts, *(text for inset in axes.child_axes for text in inset.texts)]
    return [text for text in texts if text.get_text()]


def test_the_committed_chart_is_that_of_the_committed_table(chart, rows, tmp_path):
    chart.draw(rows, tmp_path)
    names = ("ocr.png", "ocr.svg")
    first = [(tmp_path / name).read_bytes() for name in names]
    chart.draw(rows, tmp_path)
    assert [(tmp_path / name).read_bytes() for name in names] == first


def test_every_point_over_psnr_has_one_name_that_covers_no_other(chart, rows):
    axes = panel()
    axes.set_ylim(0.2, 0.35)
    chart.draw_plane(axes, rows, line_styles(row["content"] for row in rows if row["content"]))
    texts = [text.get_text() for text in written(axes)]
    assert {"bicubic", "SRResNet"} <= set(texts)
    for coefficient in ("0", "0.0001", "0.001", "0.01"):
        assert texts.count(coefficient) == 3
    boxes = [text.get_window_extent() for text in axes.texts if text.get_text()]
    pairs = [(one, other) for one in boxes for other in boxes if one is not other]
    assert not any(one.overlaps(other) for one, other in pairs)


def test_references_look_as_in_the_main_chart_and_trials_have_bars(chart, rows):
    styles = line_styles(row["content"] for row in rows if row["content"])
    plane, axis = panel(), panel()
    chart.draw_points(plane, rows[1:], styles)
    assert {"X", "*"} <= {line.get_marker() for line in plane.get_lines()}
    chart.draw_axis(axis, rows, styles)
    drawn = [line.get_xdata() for line in axis.get_lines()]
    bars = [xs for xs in drawn if len(xs) == 2 and xs[0] == xs[1]]
    assert len(bars) == sum(float(row["ocr_cer_ci95"]) > 0 for row in rows if row["content"])


def test_equal_differences_have_no_interval_and_scattered_ones_have(chart):
    weights = np.array([10, 20, 30, 40])
    assert chart.half_width(np.full(4, 0.1), weights) == pytest.approx(0)
    assert chart.half_width(np.array([0.1, -0.1, 0.2, 0.0]), weights) > 0.05


def test_methods_are_named_by_their_records(chart, tmp_path, monkeypatch):
    monkeypatch.setattr(chart, "_restorer", lambda path: None)
    store = SweepStore(tmp_path)
    folder = store.trial("mse-adv0.001-s0")
    folder.path.mkdir(parents=True)
    folder.update_trial(content="mse", adv=0.001, seed=0, state=State.DONE)
    folder.generator.touch()
    listed = [entry[:3] for entry in list(chart.methods(store))]
    assert listed[-1] == ("mse-adv0.001-s0", "mse", "0.001")
    assert [name for name, *_ in listed[:-1]] == ["original", "bicubic", "srresnet"]
