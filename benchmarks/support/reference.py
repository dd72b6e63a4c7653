"""What the stages of the reference results have in common: what was asked for, what is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from support.commands import Commands, Ending, State

CONFIGS = Path(__file__).resolve().parents[2] / "configs"

BENCHMARKS = Path(__file__).resolve().parents[1]

SWEEP = ("-m", "sweep")

SMALL_EVAL = ("--set", "eval.excerpts={skimage3: {limit: 1, crop: 96}}")
"""One small crop to score, of the test set that is in every installation."""


@dataclass(frozen=True)
class Asked:
    """What was asked for.

    Attributes:
        out: Results folder of the grid; the other stages have folders beside it.
        device: `cuda` or `cpu`.
        threads: CPU threads of single commands.
        photographs: Folder of training photographs; None for those of scikit-image.
        leaves: Shares of dead leaves to compare.
        start: What the grid starts from.
        content: Content losses instead of the config's, as `sweep run` takes them.
        metrics: Metrics instead of the config's, likewise.
        jobs: Trials at once.
        reduced: Whether the smallest size is run that holds every step.
    """

    out: Path
    device: str
    threads: int
    photographs: Path | None
    leaves: tuple[float, ...]
    start: Literal["bundled", "trained"]
    content: str | None
    metrics: str | None
    jobs: int
    reduced: bool

    def beside(self, name: str) -> Path:
        """A folder beside the results folder, for what is not of the grid."""
        return self.out.with_name(f"{self.out.name}-{name}")


@dataclass(frozen=True)
class Part:
    """One row of the table: a part of a stage.

    Attributes:
        stage: `tables`, `srresnet` or `grid`.
        name: What was done.
        state: How far it is.
        seconds: What this call spent on it.
        figures: Key figures by name, units in the names.
        remark: A word on them.
    """

    stage: str
    name: str
    state: State
    seconds: float = 0.0
    figures: Mapping[str, float] = field(default_factory=dict)
    remark: str = ""

    def row(self) -> dict[str, Any]:
        """The part as a row of the table and of the records."""
        words = [f"{name} {value:.4g}" for name, value in self.figures.items()]
        return {
            "stage": self.stage,
            "part": self.name,
            "state": self.state,
            "seconds": self.seconds,
            "key figures": ", ".join([*words, *filter(None, [self.remark])]),
            "figures": dict(self.figures),
        }


def run_once(commands: Commands, result: Path, *arguments: object) -> Ending:
    """Runs a command unless the file that it makes is there."""
    if result.is_file():
        return Ending("done", None, 0.0)
    result.parent.mkdir(parents=True, exist_ok=True)
    return commands.run(*arguments)


def read_record(path: Path) -> dict[str, Any]:
    """Reads a JSON file; an empty record where there is none."""
    if not path.is_file():
        return {}
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


Stage = Callable[[Asked, Commands], list[Part]]
