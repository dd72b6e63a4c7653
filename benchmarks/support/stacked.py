"""Where the wall time of commands went, from what their processes noted of themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.machine import installed_environment
from support.timed.sitecustomize import IDLE

TIMED = Path(__file__).resolve().parent / "timed"

STARTING = "start of Python, waiting"
"""What no process says it is at: one is starting, or waits for another."""


@dataclass(frozen=True)
class Moment:
    """From when a process was at something else.

    Attributes:
        at: Seconds of the clock that all processes share.
        process: Which one.
        phase: What it was at from then on.
    """

    at: float
    process: str
    phase: str


def timed_run(folder: Path, *commands: Sequence[str]) -> tuple[float, float]:
    """Runs commands one after the other, with all their processes noted in a folder.

    Returns:
        When the first began and the last ended, by the clock of the moments.
    """
    folder.mkdir()
    environment = installed_environment() | {"SWEEP_TIMES": str(folder)}
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(TIMED), os.environ.get("PYTHONPATH")))
    )
    begun = time.monotonic()
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return begun, time.monotonic()


def read_moments(folder: Path) -> list[Moment]:
    """All that the processes of a run noted, in order."""
    moments = [
        Moment(float(at), path.stem, phase)
        for path in folder.glob("*.txt")
        for at, _, phase in (line.partition(" ") for line in path.read_text().splitlines())
    ]
    return sorted(moments, key=lambda moment: moment.at)


def stacked(moments: Sequence[Moment], begun: float, ended: float) -> dict[str, float]:
    """Seconds of each phase, which add up to the time from begin to end.

    Each instant is shared out evenly among the processes that are at something.
    """
    seconds: dict[str, float] = defaultdict(float)
    for length, phases in _stretches(moments, begun, ended):
        active = [phase for phase in phases if phase != IDLE] or [STARTING]
        for phase in active:
            seconds[phase] += length / len(active)
    return dict(seconds)


def _stretches(
    moments: Sequence[Moment], begun: float, ended: float
) -> Iterator[tuple[float, list[str]]]:
    """Lengths of time in which no process turned to anything else, and what all were at."""
    at: dict[str, str] = {}
    last = begun
    for moment in moments:
        if moment.at >= ended:
            break
        yield moment.at - last, list(at.values())
        at[moment.process], last = moment.phase, moment.at
    yield ended - last, list(at.values())


def first_of(moments: Sequence[Moment], phase: str) -> float:
    """When a process first came to a phase."""
    return next(moment.at for moment in moments if moment.phase == phase)


def bars(seconds: Mapping[str, float], width: int) -> dict[str, str]:
    """A bar for each phase, which begins where the one before it ends."""
    total, done, drawn = sum(seconds.values()), 0.0, {}
    for phase, length in seconds.items():
        begin, end = (round(width * part / total) for part in (done, done + length))
        drawn[phase] = " " * begin + "█" * (end - begin)
        done += length
    return drawn
