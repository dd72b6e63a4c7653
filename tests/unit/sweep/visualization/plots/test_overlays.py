from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sweep.analysis.fronts import front_of
from sweep.analysis.summary import scores_by_dataset
from sweep.tables.curves import interpolation_frame, path_frame
from sweep.tables.frames import results_frame
from sweep.tables.metric_file import read_metrics
from sweep.tables.tables import Tables
from sweep.visualization.plots.extras import overlays_of, published_lines
from sweep.visualization.plots.overlays import (
    CROSS_SIZE,
    MOST_PATHS,
    Overlays,
    Trace,
    curves_of,
    draw_pirm_regions,
    overlay_entries,
    paths_of,
    too_many_paths,
)
from sweep.visualization.plots.panel import draw_panel
from sweep.visualization.plots.style import RC, line_styles
from sweep.visualization.plots.tradeoff import render

AXES = ("psnr_y", "lpips_alex")


def curve_table(*names, dataset="set5"):
    return interpolation_frame(
        [
            {"from": "srresnet-s0", "to": name, "space": "weights", "dataset": dataset}
            | {"alpha": alpha, "images": 1, "psnr_y": 30 - alpha, "lpips_alex": 0.23 - alpha / 20}
            for name in names
            for alpha in (0.0, 0.5, 1.0)
        ]
    )


def path_table(trial, steps=(10, 20)):
    return path_frame(
        [
            {"trial": trial, "step": step, "dataset": "set5"}
            | {"psnr_y": 29.9, "lpips_alex": 0.2, "niqe": 8.1}
            for step in reversed(steps)
        ]
    )


@pytest.fixture
def panel(tmp_path, describe):
    """Draws one panel with overlays and gives its axes."""
    describe(tmp_path)
    metrics = read_metrics(tmp_path)

    def draw(rows, overlays):
        data = front_of(
            scores_by_dataset(results_frame(rows))[0], metrics["psnr_y"], metrics["lpips_alex"]
        )
        with rc_context(RC):
            figure = Figure(figsize=(32 / 3, 5), dpi=150)
            FigureCanvasAgg(figure)
            axes = figure.add_axes((0.066, 0.275, 0.412, 0.63))
            draw_panel(axes, data, line_styles(data.lines), overlays)
        return axes

    return draw


def test_a_curve_leads_from_end_to_end_and_leaves_the_hash_out():
    (trace,) = curves_of(curve_table("mse-adv0.01-s0-1a2b3c4d"), "set5", AXES)
    assert trace.label == "srresnet-s0 to mse-adv0.01-s0, weights"
    assert trace.dots[0] == (30, 0.23)
    assert len(trace.dots) == 3


@pytest.mark.parametrize(
    ("table", "dataset", "columns"),
    [
        (None, "set5", AXES),
        (curve_table("b", dataset="set14"), "set5", AXES),
        (curve_table("b"), "set5", ("psnr_y", "niqe")),
        (curve_table("b"), "set5", ("rmse", "lpips_alex")),
    ],
)
def test_there_is_no_curve_without_its_table_set_and_metrics(table, dataset, columns):
    assert curves_of(table, dataset, columns) == []


def test_a_path_leads_from_the_srresnet_to_the_trial_in_the_order_of_steps(usual):
    (results,) = scores_by_dataset(results_frame(usual.rows()))
    trial = [row for row in results.rows if row["method"] == "srgan"][1]
    (trace,) = paths_of(path_table(trial["trial"]), results, AXES)
    assert trace.dots == (
        (30.01, 0.2312),
        (29.9, 0.2),
        (29.9, 0.2),
        (trial["psnr_y"], trial["lpips_alex"]),
    )
    assert paths_of(path_table("another"), results, AXES) == []


def test_a_path_from_a_pair_begins_at_the_pair(usual):
    rows = usual.rows()
    (srresnet,) = (row for row in rows if row.method == "srresnet")
    pair = {"psnr_y": 28.0, "lpips_alex": 0.15, "niqe": 6.0}
    rows.append(replace(srresnet, trial="srgan-s0", method="pair", scores=pair))
    trial = next(row for row in rows if row.method == "srgan")
    rows.append(replace(trial, trial="from-pair", start="srgan"))
    (results,) = scores_by_dataset(results_frame(rows))
    (trace,) = paths_of(path_table("from-pair"), results, AXES)
    assert trace.dots[0] == (28.0, 0.15)


def test_so_many_paths_that_they_hide_the_points_are_named_instead(usual):
    table = pd.concat([path_table(f"trial-{number}") for number in range(MOST_PATHS)])
    (results,) = scores_by_dataset(results_frame(usual.rows()))
    own = path_table(next(row["trial"] for row in results.rows if row["method"] == "srgan"))
    assert too_many_paths(table, "set5") == 0
    assert too_many_paths(pd.concat([table, own]), "set5") == MOST_PATHS + 1
    assert paths_of(pd.concat([table, own]), results, AXES) == []


def test_there_is_no_path_without_its_table(usual):
    (results,) = scores_by_dataset(results_frame(usual.rows()))
    assert paths_of(None, results, AXES) == []


def test_curves_and_paths_are_drawn_within_the_limits(panel, usual):
    curve = Trace("a", ((29.0, 0.2), (28.0, 0.21)))
    path = Trace("mse", ((29.9, 0.2), (29.5, 0.19)))
    axes = panel(usual.rows()[:7], Overlays((curve,), (path,)))
    drawn = [line.get_xydata().tolist() for line in axes.get_lines()]
    for trace in (curve, path):
        assert [list(dot) for dot in trace.dots] in drawn
        for x, y in trace.dots:
            assert min(axes.get_xlim()) < x < max(axes.get_xlim())
            assert min(axes.get_ylim()) < y < max(axes.get_ylim())


def test_unhealthy_points_are_crossed_out(panel, usual):
    rows = usual.rows()[:7]
    crosses = {}
    for name, listed in {
        "healthy": rows,
        "ill": [*rows[:-1], replace(rows[-1], health="checkerboard pattern of 13.1 dB")],
    }.items():
        lines = panel(listed, Overlays()).get_lines()
        crosses[name] = [line for line in lines if line.get_markersize() == CROSS_SIZE]
    assert crosses["healthy"] == []
    (cross,) = crosses["ill"]
    assert cross.get_xydata().tolist()[0][0] == rows[-1].scores["psnr_y"]


def test_published_points_are_drawn_on_request_alone(panel, usual):
    results = results_frame(usual.rows())
    (scores,) = scores_by_dataset(results)
    tables = Tables(Path(), results, {})
    assert overlays_of(scores, tables, AXES).published == ()
    overlays = overlays_of(scores, tables, AXES, published=True)
    texts = [text.get_text() for text in panel(usual.rows(), overlays).texts]
    assert any(text.startswith("SRGAN (SPSR)") for text in texts)
    assert not any("SRGAN-VGG54" in text for text in texts)


def test_what_is_not_drawn_is_listed_with_its_reason(usual):
    datasets = scores_by_dataset(results_frame(usual.rows()))
    lines = published_lines(datasets, "psnr_y", ["niqe", "lpips_alex"])
    assert any("lpips_alex over psnr_y: SRGAN (SPSR): drawn" in line for line in lines)
    reason = "SRGAN-VGG54: not drawn: niqe: no published value (Ledig"
    assert any(reason in line for line in lines)


def test_regions_of_pirm_are_bands_with_their_numbers():
    axes = Figure().add_subplot()
    axes.set_xlim(16.5, 12.0)
    draw_pirm_regions(axes)
    assert [text.get_text() for text in axes.texts] == ["PIRM region 2", "PIRM region 3"]
    assert [patch.get_x() for patch in axes.patches] == [12.0, 12.5]
    assert [patch.get_width() for patch in axes.patches] == [0.5, 3.5]


def test_the_legend_names_what_is_there():
    traces = [Trace(str(number), ((1, 2), (2, 3))) for number in range(3)]
    assert overlay_entries([Overlays()], False) == []
    few = overlay_entries([Overlays(tuple(traces[:2]), tuple(traces[:1]))], True)
    assert [entry.get_label() for entry in few] == ["0", "1", "path of a trial", "unhealthy"]
    many = overlay_entries([Overlays(tuple(traces))], False)
    assert [entry.get_label() for entry in many] == ["3 interpolations"]


def test_a_chart_shows_what_lies_in_the_tables(tmp_path, describe, usual):
    describe(tmp_path)
    results = results_frame(usual.rows()[:7])
    trial = results[results["method"] == "srgan"].iloc[1]["trial"]
    metrics = read_metrics(tmp_path)
    (scores,) = scores_by_dataset(results)
    plain = Tables(tmp_path, results, metrics)
    laid = replace(plain, interpolation=curve_table(trial), path=path_table(trial))
    assert render(scores, laid)["svg"] != render(scores, plain)["svg"]
