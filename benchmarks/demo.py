"""Where the wall time of `make demo` goes, of a `smoke` grid, and of the way to its first step.

    python benchmarks/demo.py [--install SECONDS] [--skip-demo] [--json FILE]

Whole commands as a user starts them, once each, into new folders. Every process notes what it is
at; an instant in which several are at work is shared out evenly among them, so that each column
adds up to the time on the clock. --install puts beside them what the install took, which is not
repeated here. Packed images and weights that earlier runs left in the cache stay there.
"""

from __future__ import annotations

import tempfile
from argparse import Namespace
from pathlib import Path

import torch
from support.machine import describe, parser, report
from support.stacked import STARTING, bars, first_of, read_moments, stacked, timed_run
from support.timed.sitecustomize import IDLE, IMPORTS, PHASES, WARM_UP

LAMBDAS = "1e-4,1e-3,1e-2"
SMOKE = ("--config", "smoke", "--adv", LAMBDAS, "--set", "grid.control=false")
DEMO, GRID, FIRST = "make demo", "smoke grid", "to its first logged step"
BAR_WIDTH = 30

_WORK = [phase for phase in dict.fromkeys(PHASES.values()) if phase != IDLE]
_PLACE = _WORK.index("steps")
ORDER = ("install", STARTING, IMPORTS, *_WORK[:_PLACE], WARM_UP, *_WORK[_PLACE:])
"""All phases, about as they follow each other."""


def time_demo(root: Path) -> dict[str, float]:
    """Seconds by phase of what `make demo` runs behind the install."""
    folder = str(root / "demo")
    run = ("sweep", "run", "--adv", LAMBDAS, "--out", folder)
    span = timed_run(root / "demo-times", run, ("sweep", "plot", folder))
    return stacked(read_moments(root / "demo-times"), *span)


def time_smoke(root: Path) -> tuple[dict[str, float], dict[str, float]]:
    """The same of a smoke grid of three trials, and of its part before the first logged step."""
    run = ("sweep", "run", *SMOKE, "--out", str(root / "smoke"))
    begun, ended = timed_run(root / "smoke-times", run)
    moments = read_moments(root / "smoke-times")
    first = first_of(moments, "log")
    return stacked(moments, begun, ended), stacked(moments, begun, first)


def measure(given: Namespace) -> dict[str, dict[str, float]]:
    """Seconds by phase of each column of the table."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        grid, first = time_smoke(root)
        if given.skip_demo:
            return {GRID: grid, FIRST: first}
        install = {} if given.install is None else {"install": given.install}
        return {DEMO: install | time_demo(root), GRID: grid, FIRST: first}


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--install", type=float, metavar="SECONDS", help="what the install took")
    options.add_argument("--skip-demo", action="store_true", help="the smoke grid alone")
    given = options.parse_args()
    columns = measure(given)
    stack = next(iter(columns))
    phases = [phase for phase in ORDER if any(phase in each for each in columns.values())]
    bar = bars({phase: columns[stack].get(phase, 0.0) for phase in phases}, BAR_WIDTH)
    rows = [
        {
            "phase": phase,
            **{name: seconds.get(phase, 0.0) for name, seconds in columns.items()},
            f"{stack}, stacked": bar[phase],
        }
        for phase in phases
    ]
    totals = {name: sum(seconds.values()) for name, seconds in columns.items()}
    rows.append({"phase": "in all", **totals, f"{stack}, stacked": ""})
    record = {"machine": describe(torch.device("cpu"), given.threads)}
    report("Seconds of wall time", tuple(rows[0]), rows, record, given.json)


if __name__ == "__main__":
    main()
