from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest

from srgan_core.errors import MissingDependencyError
from srgan_core.training.log import TrainingLog, read_log


def record(iteration: int, **values: float) -> dict[str, float]:
    return {"iteration": iteration, "loss_pixel": 0.1 * iteration, **values}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trial" / "log.jsonl"


def write(path: Path, resume_at: int, *iterations: int) -> None:
    with TrainingLog(path, resume_at) as log:
        for iteration in iterations:
            log.write(record(iteration))
        log.flush()


def test_records_come_back_in_order(path: Path):
    write(path, 0, 10, 20)
    assert read_log(path) == [record(10), record(20)]


def test_missing_log_is_empty(path: Path):
    assert read_log(path) == []


def test_every_line_is_on_disk_once_it_is_written(path: Path):
    with TrainingLog(path, 0) as log:
        log.write(record(1))
        assert read_log(path) == [record(1)]


def test_lines_behind_the_checkpoint_are_cut_off(path: Path):
    write(path, 0, 10, 20, 30)
    write(path, 20, 30, 40)
    assert read_log(path) == [record(10), record(20), record(30), record(40)]


def test_fresh_start_empties_the_log(path: Path):
    write(path, 0, 10, 20)
    write(path, 0)
    assert path.read_bytes() == b""


def test_line_that_a_crash_cut_off_is_passed_over_and_mended(path: Path):
    write(path, 0, 10)
    with path.open("a") as file:
        file.write('{"iteration": 20, "loss_')
    assert read_log(path) == [record(10)]
    write(path, 10, 20)
    assert read_log(path) == [record(10), record(20)]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_value_that_is_not_finite_is_null_in_the_file_and_nan_when_read(path: Path, value: float):
    with TrainingLog(path, 0) as log:
        log.write(record(1, loss_adv=value))
    line = json.loads(
        path.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON")
    )
    assert line["loss_adv"] is None
    assert math.isnan(read_log(path)[0]["loss_adv"])
    write(path, 1)
    assert math.isnan(read_log(path)[0]["loss_adv"])


def test_log_without_a_path_keeps_nothing(tmp_path: Path):
    with TrainingLog(None, 0) as log:
        log.write(record(1))
        log.flush()
    assert list(tmp_path.iterdir()) == []


def test_missing_tensorboard_names_the_command_and_touches_no_log(path: Path, monkeypatch):
    write(path, 0, 10)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'srgan-sweep\[tensorboard\]'"):
        TrainingLog(path, 0, path.parent / "tensorboard")
    assert read_log(path) == [record(10)]
