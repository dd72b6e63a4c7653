"""`benchmarks/demo.py`: what it names exists, and its columns add up to the time on the clock."""

from __future__ import annotations

import functools
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

# Imports inside a phase interrupt it; a forked child is a process of its own.
SCRIPT = """
import os, sys
from sweep.cli import main
if os.fork():
    os.wait()
    try:
        main(["status", sys.argv[1]])
    except SystemExit:
        pass
else:
    import wave
    os._exit(0)
"""


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("support.timed.sitecustomize")


@pytest.fixture
def stacked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("support.stacked")


def test_every_function_that_is_timed_is_there(timed):
    for name in timed.PHASES:
        module, _, path = name.partition(":")
        assert callable(functools.reduce(getattr, path.split("."), importlib.import_module(module)))


def test_an_instant_is_shared_among_those_at_work_and_all_of_them_add_up(stacked, timed):
    told = [
        (0.5, "driver", timed.IDLE),
        (1.0, "driver", timed.IMPORTS),
        (3.0, "driver", timed.IDLE),
        (4.0, "worker", "steps"),
        (5.0, "other", "steps"),
        (6.0, "other", "scoring"),
        (8.0, "worker", timed.IDLE),
    ]
    moments = [stacked.Moment(*each) for each in told]
    found = stacked.stacked(moments, 0.0, 10.0)
    assert found == {stacked.STARTING: 2.0, timed.IMPORTS: 2.0, "steps": 3.0, "scoring": 3.0}
    assert stacked.first_of(moments, "steps") == 4.0
    assert sum(stacked.stacked(moments, 0.0, 5.5).values()) == 5.5


def test_bars_follow_each_other(stacked):
    assert stacked.bars({"a": 1.0, "b": 2.0, "c": 1.0}, 4) == {"a": "█", "b": " ██", "c": "   █"}


def test_a_command_tells_what_its_processes_are_at(stacked, timed, tmp_path):
    begun, ended = stacked.timed_run(tmp_path / "times", ("sweep", "metrics", "--help"))
    found = stacked.stacked(stacked.read_moments(tmp_path / "times"), begun, ended)
    assert sum(found.values()) == pytest.approx(ended - begun)
    assert found[timed.IMPORTS] > 0


def test_a_forked_process_is_told_apart(stacked, timed, tmp_path):
    results = BENCHMARKS.parent / "results" / "quick-cpu"
    environment = os.environ | {"PYTHONPATH": str(stacked.TIMED), "SWEEP_TIMES": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-c", SCRIPT, results], env=environment, check=True, capture_output=True
    )
    moments = stacked.read_moments(tmp_path)
    processes = {moment.process for moment in moments}
    assert len(processes) == 2
    assert {m.process for m in moments if m.phase == timed.IMPORTS} == processes
