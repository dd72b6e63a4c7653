"""How brackets are put into words, whoever shows them."""

from sweep.analysis.convergence import Bracket
from sweep.analysis.statistics.bootstrap import Interval
from sweep.tables.metric_file import MetricColumn
from sweep.visualization.printing.brackets import BracketCell, bracket_tables

PSNR = MetricColumn("psnr_y", "PSNR", "distortion", "full", True, "dB")
NIQE = MetricColumn("niqe", "NIQE", "perception", "none", False, "")


def bracket(dataset="pets", adv=1e-4, metric=PSNR, gap=(-0.5, -0.6, -0.4), **more):
    values = {0: 28.5} if gap else {}
    interval = gap and Interval(*gap)
    settings = {"verdict": "closing", "steps_left": 120} | more
    return Bracket(dataset, "mse", adv, metric, values, values, interval, **settings)


def test_there_is_a_table_per_test_set_with_a_row_per_grid_point():
    found = [bracket(), bracket(metric=NIQE), bracket(adv=0.01), bracket("cats")]
    first, second = bracket_tables(found)
    assert (first.dataset, second.dataset) == ("pets", "cats")
    assert first.metrics == (PSNR, NIQE)
    assert [(row.content, row.adv) for row in first.rows] == [("mse", "0.0001"), ("mse", "0.01")]
    assert first.rows[1].cells[1] is None


def test_a_cell_has_the_gap_with_half_of_its_interval_and_the_verdict():
    ((row,),) = (table.rows for table in bracket_tables([bracket()]))
    assert row.cells == (BracketCell("-0.50 ± 0.10", "closing", "closing, 120 steps"),)


def test_a_missing_end_has_its_reason_in_place_of_a_gap():
    lone = bracket(gap=None, verdict="one end only", steps_left=None, reason="none from srgan")
    (table,) = bracket_tables([lone])
    assert table.rows[0].cells == (BracketCell("", "one end only", "none from srgan"),)
