from dataclasses import replace
from itertools import combinations

import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sweep.analysis.fronts import front_of
from sweep.analysis.summary import scores_by_dataset
from sweep.tables.frames import results_frame
from sweep.tables.metric_file import read_metrics
from sweep.visualization.plots.bars import DOWN, UP
from sweep.visualization.plots.panel import MOST_NUMBERS, draw_panel
from sweep.visualization.plots.style import RC, line_styles


@pytest.fixture
def drawn(tmp_path, describe):
    """Draws one panel as large as in the chart and gives its axes."""
    describe(tmp_path)
    metrics = read_metrics(tmp_path)

    def draw(rows, column):
        data = front_of(
            scores_by_dataset(results_frame(rows))[0], metrics["psnr_y"], metrics[column]
        )
        with rc_context(RC):
            figure = Figure(figsize=(32 / 3, 5), dpi=150)
            FigureCanvasAgg(figure)
            axes = figure.add_axes((0.066, 0.275, 0.412, 0.63))
            draw_panel(axes, data, line_styles(data.lines))
        return axes

    return draw


def _texts(axes):
    return [text for text in axes.texts if text.get_text()]


def _boxes(axes):
    return [text.get_window_extent() for text in _texts(axes)]


def _markers(axes):
    points = []
    for line in axes.get_lines():
        if line.get_marker() not in ("None", None):
            half = line.get_markersize() * 150 / 72 / 2
            x, y = axes.transData.transform(line.get_xydata()[0])
            points.append((x - half, y - half, x + half, y + half))
    return points


def _overlap(box, marker):
    left, bottom, right, top = marker
    return box.x0 < right and left < box.x1 and box.y0 < top and bottom < box.y1


@pytest.mark.parametrize("column", ["niqe", "lpips_alex"])
@pytest.mark.parametrize("case", ["usual", "crowded"])
def test_no_label_covers_a_marker_or_a_label_or_leaves_the_panel(request, drawn, case, column):
    axes = drawn(request.getfixturevalue(case).rows(), column)
    boxes, markers, frame = _boxes(axes), _markers(axes), axes.get_window_extent()
    assert not any(first.overlaps(second) for first, second in combinations(boxes, 2))
    assert not any(_overlap(box, marker) for box in boxes for marker in markers)
    for box in boxes:
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1


def test_every_point_has_its_coefficient_beside_it(drawn, usual):
    texts = [text.get_text() for text in _texts(drawn(usual.rows(), "lpips_alex"))]
    for coefficient in ("0", "0.0001", "0.001", "0.01"):
        assert texts.count(coefficient) == 3
    assert "SRResNet" in texts
    assert "↙ better" in texts


def test_better_is_left_and_down(drawn, usual):
    axes = drawn(usual.rows(), "niqe")
    assert axes.xaxis_inverted()
    assert not axes.yaxis_inverted()


def test_a_metric_that_should_be_high_is_turned_so_that_better_is_down(drawn, usual):
    assert drawn(usual.rows(), "ssim_y").yaxis_inverted()


def test_axes_say_unit_and_direction(drawn, usual):
    axes = drawn(usual.rows(), "niqe")
    assert axes.get_xlabel() == "PSNR (Y) [dB]  ↑ higher is better"
    assert axes.get_ylabel() == "NIQE  ↓ lower is better"


def test_the_point_without_adversary_is_hollow(drawn, usual):
    axes = drawn(usual.rows(), "lpips_alex")
    hollow = [line for line in axes.get_lines() if line.get_markerfacecolor() == "white"]
    assert len(hollow) == 3


def test_hr_is_a_labelled_line(drawn, usual):
    axes = drawn(usual.rows(), "niqe")
    assert "HR 5.459" in [text.get_text() for text in _texts(axes)]
    assert any(set(line.get_ydata()) == {5.459} for line in axes.get_lines())


def test_a_far_reference_stands_at_the_edge_with_its_value(drawn, crowded):
    axes = drawn(crowded.rows(), "lpips_alex")
    (label,) = [t.get_text() for t in _texts(axes) if t.get_text().startswith("bicubic")]
    assert label == "bicubic\nLPIPS (AlexNet) 0.3407"
    assert max(axes.get_ylim()) < 0.3


def test_a_far_hr_is_named_at_the_edge(drawn, usual):
    rows = usual.rows()
    far = {**rows[0].scores, "niqe": 1.0}
    rows[0] = replace(rows[0], scores=far)
    texts = [text.get_text() for text in _texts(drawn(rows, "niqe"))]
    assert "HR 1.000, below this panel" in texts


def test_a_reference_far_on_both_axes_points_to_the_corner(drawn, crowded):
    rows = crowded.rows()
    rows[1] = replace(rows[1], scores={**rows[1].scores, "psnr_y": 15.0})
    texts = [text.get_text() for text in _texts(drawn(rows, "lpips_alex"))]
    assert "bicubic\n15.00 dB\nLPIPS (AlexNet) 0.3407" in texts


def test_several_seeds_have_error_bars_on_both_axes(drawn, usual):
    def bars(rows):
        lines = [line.get_xydata() for line in drawn(rows, "niqe").get_lines()]
        ends = [line for line in lines if len(line) == 2]
        level = [end for end in ends if end[0][1] == end[1][1] and end[0][0] != end[1][0]]
        return level, [end for end in ends if end[0][0] == end[1][0] and end[0][1] != end[1][1]]

    rows = [
        replace(row, scores={**row.scores, "niqe": row.scores["niqe"] + 0.1 * row.seed})
        if row.method == "srgan"
        else row
        for row in replace(usual, seeds=(0, 1, 2)).rows()
    ]
    level, upright = bars(rows)
    # The line at HR's own value is level too.
    assert len(level) == 13
    assert len(upright) >= 12
    assert len(bars(usual.rows())[0]) == 1


def test_the_knee_is_ringed_and_what_lambda_buys_stands_above_the_panel(drawn, usual):
    axes = drawn(usual.rows(), "lpips_alex")
    rings = [line for line in axes.get_lines() if line.get_markerfacecolor() == "none"]
    assert len(rings) == 1
    title = axes.get_title(loc="left")
    assert title == "λ 0 to 0.01: PSNR 3.8 dB worse, LPIPS 0.08 worse"


def test_a_bar_that_leaves_the_panel_has_an_arrow_head_at_its_edge(drawn, usual):
    rows = [
        replace(row, scores={**row.scores, "niqe": row.scores["niqe"] + 2.0 * row.seed})
        if row.method == "srgan" and row.adv == 1e-3
        else row
        for row in replace(usual, seeds=(0, 1)).rows()
    ]
    axes = drawn(rows, "niqe")
    heads = [line for line in axes.get_lines() if line.get_marker() in (UP, DOWN)]
    edges = {line.get_marker(): float(line.get_ydata()[0]) for line in heads}
    assert edges == {DOWN: axes.get_ylim()[0], UP: axes.get_ylim()[1]}
    bars = [line for line in axes.get_lines() if line.get_transform() == axes.transData]
    low, high = axes.get_ylim()
    assert all(low <= y <= high for bar in bars for y in bar.get_ydata())


def test_crowded_points_are_shown_again_with_their_coefficients(drawn, crowded):
    axes = drawn(crowded.rows(), "lpips_alex")
    (inset,) = axes.child_axes
    texts = [text.get_text() for text in (*_texts(axes), *_texts(inset))]
    for coefficient in ("0", "0.0001", "0.001", "0.01"):
        assert texts.count(coefficient) == 5
    frame = inset.get_window_extent()
    assert not any(_overlap(box, frame.extents) for box in _boxes(axes))


def test_of_many_points_some_have_numbers(drawn, usual):
    values = {
        float(f"{1e-4 * 1.05**step:.4g}"): (30 - step / 20, 0.3 - step / 500, 9.0)
        for step in range(100)
    }
    axes = drawn(replace(usual, contents=("mse",), values=values).rows(), "lpips_alex")
    texts = [text.get_text() for text in _texts(axes)]
    assert {"0.0001", "0.01252"} <= {*texts}
    assert MOST_NUMBERS / 2 < len(texts) <= MOST_NUMBERS + 5
