"""The reliability measurements of tests/support at the counts of every day.

Each runs as a process of its own, whose forks neither import anything nor meet this process's
threads. docs/reliability.md has the large counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SUPPORT = Path(__file__).resolve().parents[1] / "support" / "reliability"

LIMIT_SECONDS = 1800


def measure(name: str, *arguments: object) -> dict[str, Any]:
    """Runs a measurement and reads its report; it ends with 1 when it finds a fault."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", SUPPORT / f"{name}.py", *map(str, arguments)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_a_grid_under_kills_and_double_dispatch_loses_and_doubles_no_row():
    report = measure("stub_grid", "--trials", 100, "--kills", 20)
    assert report["faults"] == []
    assert sum(report["killed"].values()) == 20
    assert min(report["killed"].values()) > 0


def test_sigterm_at_random_steps_leaves_a_checkpoint_of_that_step():
    report = measure("stub_grid", "--stops", 10)
    assert report["faults"] == []
    assert report["slowest_seconds"] < 10


def test_trainings_killed_at_random_moments_end_like_one_that_was_not():
    report = measure("training_kills", "--kills", 15)
    assert report["faults"] == []
    assert report["kills"] == 15
    assert report["attempts_resumed"] > 0


def test_a_cycle_cut_off_at_any_operation_leaves_whole_files():
    report = measure("failpoints", "--modes", "torn,disk full", "--every", 2)
    assert report["faults"] == []
    assert report["operations"] > 50
    assert min(report["interrupted"].values()) == -(-report["operations"] // 2)


def test_power_cuts_change_nothing_that_a_trial_ends_with():
    report = measure("power_cuts", "--states", 60, "--twice", 1)
    assert report["faults"] == []
    assert report["operations"] > 150
    assert report["states"] > 500
    assert report["resumed"] == 60 + 20


@pytest.mark.exhaustive
def test_every_state_after_a_power_cut_ends_alike():
    report = measure("power_cuts", "--twice", 20)
    assert report["faults"] == []
    assert report["resumed"] == report["states"] + 20 * 20


def test_hostile_inputs_are_read_or_refused_and_the_canary_never_fires():
    report = measure("hostile", "--cases", 1000)
    assert [found["faults"] for found in report.values()] == [[] for _ in report]
    assert all(found["read"] + found["refused"] == 1000 for found in report.values())
    assert all(found["refused"] for name, found in report.items() if name != "coefficients")
