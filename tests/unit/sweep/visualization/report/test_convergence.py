"""What the page is told of brackets."""

from sweep.analysis.convergence import Bracket
from sweep.analysis.statistics.bootstrap import Interval
from sweep.tables.metric_file import MetricColumn
from sweep.visualization.report.convergence import convergence_of

PSNR = MetricColumn("psnr_y", "PSNR", "distortion", "full", True, "dB")
NIQE = MetricColumn("niqe", "NIQE", "perception", "none", False, "")


def bracket(metric, adv, gap, verdict, reason=""):
    values = {0: 28.5}
    return Bracket("pets", "mse", adv, metric, values, values, gap, verdict, None, reason)


def test_every_test_set_has_its_table_of_words():
    gap = Interval(-0.5, -0.6, -0.4)
    found = [bracket(PSNR, 0.001, gap, "open"), bracket(NIQE, 0.001, gap, "open")]
    found.append(bracket(PSNR, 0.01, None, "one end only", "none from srgan"))
    table = convergence_of(found)["pets"]
    assert table["metrics"] == ["PSNR [dB] ↑", "NIQE ↓"]
    first, second = table["rows"]
    assert (first["content"], first["adv"]) == ("mse", "0.001")
    assert first["cells"][0] == {"gap": "-0.50 ± 0.10", "verdict": "open", "words": "open"}
    lone = {"gap": "", "verdict": "one end only", "words": "none from srgan"}
    assert second["cells"] == [lone, None]
