"""How much a sweep survives: counts of lost, doubled and changed results under faults.

    python tests/support/reliability            # the counts of the tests, a minute or two
    python tests/support/reliability --large    # those of docs/reliability.md, half an hour

Prints a table: what was done, how often, what was found, seconds. Every number of faults has to be
0; the exit status is 1 where one is not.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent

SMALL: dict[str, list[str]] = {
    "stub grid, 20 kills, each trial handed out twice": ["stub_grid", "--trials=100", "--kills=20"],
    "SIGTERM at 10 random steps": ["stub_grid", "--stops=10"],
    "real trainings, 15 kills": ["training_kills", "--kills=15"],
    "every operation of one cycle interrupted": ["failpoints"],
    "60 states after a power cut": ["power_cuts", "--states=60", "--twice=1"],
    "1,000 hostile inputs a target": ["hostile", "--cases=1000"],
}

LARGE: dict[str, list[str]] = {
    "stub grid, 200 kills, each trial handed out twice": [
        "stub_grid",
        "--trials=1000",
        "--kills=200",
    ],
    "SIGTERM at 100 random steps": ["stub_grid", "--stops=100"],
    "real trainings, 300 kills": ["training_kills", "--kills=300"],
    "every operation of one cycle interrupted": ["failpoints"],
    "every state after a power cut, 20 cut again": ["power_cuts", "--twice=20"],
    "20,000 hostile inputs a target": ["hostile", "--cases=20000"],
}


def measure(arguments: Sequence[str]) -> tuple[int, str, float]:
    """Runs one measurement; returns its status, its report in one line, and its seconds."""
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(HERE / f"{arguments[0]}.py"), *arguments[1:]],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        report = json.dumps(json.loads(done.stdout))
    except ValueError:
        report = (done.stdout + done.stderr).strip()
    return done.returncode, report, time.monotonic() - begin


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true", help="the counts of docs/reliability.md")
    parser.add_argument("--only", help="measurements whose name holds this text")
    options = parser.parse_args(arguments)
    worst = 0
    for name, command in (LARGE if options.large else SMALL).items():
        if options.only and options.only not in name:
            continue
        status, report, seconds = measure(command)
        print(f"{'ok  ' if status == 0 else 'FAIL'}  {seconds:6.0f} s  {name}\n      {report}")
        worst = max(worst, status)
    return worst


if __name__ == "__main__":
    sys.exit(main())
