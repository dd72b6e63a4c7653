import json

from sweep.visualization.report.curves import MOST_POINTS, read_curve


def test_a_long_log_is_thinned_and_keeps_its_ends(tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps({"iteration": n, "loss": n / 7}) + "\n" for n in range(1000)))
    steps = read_curve(log)["iteration"]
    assert len(steps) == MOST_POINTS
    assert (steps[0], steps[-1]) == (0, 999)


def test_half_a_line_and_what_is_no_number_are_passed_over(tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text(
        '{"iteration": 1, "loss": NaN}\n[1]\n{"iteration": 2, "loss": "x"}\n'
        '{"iteration": 3, "loss": null}\n{"iteration": 4, "lo'
    )
    assert read_curve(log) == {"iteration": [1, 3], "loss": [None, None]}


def test_no_log_is_no_curve(tmp_path):
    assert read_curve(tmp_path / "none") == {}
