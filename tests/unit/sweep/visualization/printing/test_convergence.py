"""How brackets read in a terminal."""

import io

from rich.console import Console

from sweep.analysis.convergence import Bracket
from sweep.analysis.statistics.bootstrap import Interval
from sweep.tables.metric_file import MetricColumn
from sweep.visualization.printing.convergence import print_brackets

PSNR = MetricColumn("psnr_y", "PSNR", "distortion", "full", True, "dB")
NIQE = MetricColumn("niqe", "NIQE", "perception", "none", False, "")


def shown(*brackets: Bracket, width: int = 80) -> str:
    output = io.StringIO()
    print_brackets(brackets, Console(file=output, width=width))
    return output.getvalue()


def bracket(metric, gap, verdict, steps_left=None, adv=1e-3, reason=""):
    values = {0: 28.5}
    interval = gap and Interval(*gap)
    return Bracket(
        "pets", "mse", adv, metric, values, values, interval, verdict, steps_left, reason
    )


def test_a_point_has_a_line_with_gap_interval_and_verdict_of_each_metric():
    out = shown(
        bracket(PSNR, (-0.5, -0.6, -0.4), "closing", 120),
        bracket(NIQE, (0.1, -0.2, 0.4), "met"),
    )
    (line,) = [line for line in out.splitlines() if line.startswith("mse")]
    assert "0.001" in line
    assert "PSNR [dB] ↑" in out
    assert "-0.50 ± 0.10 closing, 120 steps" in line
    assert "+0.10 ± 0.30 met" in line
    assert "the gap is the value from srgan less the one from srresnet" in out


def test_a_missing_end_says_why():
    out = shown(bracket(PSNR, None, "one end only", reason="from srgan: [diverged]"))
    assert "from srgan: [diverged]" in out


def test_without_brackets_nothing_is_said():
    assert shown() == ""
