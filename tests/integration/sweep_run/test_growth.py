"""`benchmarks/growth.py`: the grids that it writes are finished, and what it says of growth."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from sweep.store.folder import SweepStore

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module


def test_a_grid_that_is_written_is_finished(module, sweep, finished, tmp_path):
    grids = module("support.finished_grid")
    files = next(each for each in SweepStore(finished).trials() if each.read_trial().adv)
    first = grids.FirstTrial(finished, files, files.read_result())
    grids.write_grid(first, tmp_path / "grid", [1e-4, 1e-3], [0, 1])
    given = ("--adv", "1e-4,1e-3", "--seeds", "0-1", "--metrics", "psnr")
    answer = sweep("run", *grids.GRID, *given, "--out", tmp_path / "grid")
    assert answer.returncode == 0, answer.stderr
    assert "4 of 4 trials done, 0 trained in this run" in answer.stdout
    status = json.loads(sweep("status", tmp_path / "grid", "--json").stdout)
    assert {trial["state"] for trial in status["trials"]} == {"done"}


def test_the_exponent_is_that_of_what_grows(module):
    growth = module("growth")
    times = [(size, 0.0, 2 + (size - 1) ** 2) for size in (1, 11, 101)]
    assert growth._exponent(times) == pytest.approx(2)
    assert growth._exponent(times[:2]) == ""
    assert growth._each(times) == pytest.approx(1e3 * (100**2 - 10**2) / 90)
