import math

import pytest

from sweep.store.records.log import last_line, read_log


@pytest.mark.parametrize("tail", [b"", b'{"iteration": 3', b"\x00\xff", b"[1]\n"])
def test_the_last_whole_line_of_a_log_is_read(tmp_path, tail):
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"iteration": 1}\n' * 5000 + b'{"iteration": 2}\n' + tail)
    assert last_line(path).iteration == 2


def test_an_empty_log_is_no_record(tmp_path):
    assert last_line(tmp_path / "none") is None
    (tmp_path / "log").touch()
    assert last_line(tmp_path / "log") is None


def test_lines_are_read_in_order_and_one_that_was_cut_off_is_passed_over(tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text('{"iteration": 1, "step": 1}\n{"iteration": 2, "loss_d": null}\n{"iter')
    first, second = read_log(log)
    assert (first.iteration, first.values) == (1, {"step": 1})
    assert math.isnan(second.values["loss_d"])
    assert read_log(tmp_path / "none") == []
