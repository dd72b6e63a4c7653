from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from sweep.analysis.fronts import front_of
from sweep.analysis.summary import scores_by_dataset
from sweep.tables.frames import results_frame
from sweep.tables.metric_file import read_metrics
from sweep.visualization.plots.legend import draw_legend
from sweep.visualization.plots.style import line_styles


@pytest.fixture
def rows_of(tmp_path, describe):
    """Draws the legend of some result rows and gives its texts, row by row."""
    describe(tmp_path)
    metrics = read_metrics(tmp_path)

    def draw(rows):
        scores = scores_by_dataset(results_frame(rows))[0]
        front = front_of(scores, metrics["psnr_y"], metrics["lpips_alex"])
        figure = Figure()
        draw_legend(figure, [front], line_styles(front.lines), [], (0.3, 0.2, 0.1))
        return [[text.get_text() for text in legend.get_texts()] for legend in figure.legends]

    return draw


def test_the_curves_come_first_and_then_what_is_drawn_of_all(rows_of, usual):
    general = ["λ = 0, no adversary", "on the Pareto front", "dominated (pale)", "knee"]
    assert rows_of(usual.rows()) == [["mse", "vgg22", "vgg54"], general]


def test_what_is_not_drawn_has_no_entry(rows_of, usual):
    rows = [row for row in usual.rows() if row.content in ("", "mse") and row.adv in (None, 1e-3)]
    assert rows_of(rows) == [["mse"], ["on the Pareto front"]]


def test_the_band_between_both_ends_has_an_entry(rows_of, usual):
    trials = [row for row in usual.rows() if row.content == "mse" and row.adv]
    pairs = [replace(row, trial=f"{row.trial}-srgan", start="srgan") for row in trials]
    assert "gap of the two ends" in rows_of(trials + pairs)[-1]
    assert "gap of the two ends" not in rows_of(trials)[-1]


def test_many_curves_take_several_rows_and_the_last_entry_counts_the_rest(rows_of, usual):
    names = [f"loss-of-a-long-name-{index}" for index in range(20)]
    rows = rows_of(replace(usual, contents=tuple(names)).rows())
    assert [len(row) for row in rows[:3]] == [4, 4, 4]
    assert rows[0][0] == names[0]
    assert rows[2][-1] == "and 9 more"
    assert "on the Pareto front" in rows[3]
