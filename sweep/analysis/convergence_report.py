"""Brackets as the table `convergence.csv`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from sweep.analysis.convergence import Bracket, read_brackets
from sweep.tables.files import write_csv
from sweep.tables.frames import typed_frame
from sweep.tables.tables import Tables

CONVERGENCE = "convergence.csv"
COLUMNS = (
    *("dataset", "content", "adv", "metric", "seed", "from_srresnet", "from_srgan", "gap"),
    *("mean_gap", "low", "high", "verdict", "steps_left", "reason"),
)


def convergence_frame(brackets: Iterable[Bracket]) -> pd.DataFrame:
    """Makes the table of `convergence.csv`, one line per bracket and seed.

    `mean_gap`, its 95% interval from `low` to `high`, and the verdict are those of all seeds.
    """
    return typed_frame([record for found in brackets for record in _records(found)], COLUMNS)


def write_convergence(tables: Tables) -> Path | None:
    """Writes `convergence.csv` into a results folder, atomically, and gives the file.

    None, and no such file, where all trials set out from one end.
    """
    path = tables.folder / CONVERGENCE
    brackets = read_brackets(tables.folder, tables.results, tables.metrics)
    if not brackets:
        path.unlink(missing_ok=True)
        return None
    write_csv(convergence_frame(brackets), path)
    return path


def _records(found: Bracket) -> Iterator[dict[str, Any]]:
    gap = found.gap
    common = {
        "dataset": found.dataset,
        "content": found.content,
        "adv": found.adv,
        "metric": found.metric.column,
        "mean_gap": gap.measured if gap else None,
        "low": gap.low if gap else None,
        "high": gap.high if gap else None,
        "verdict": found.verdict,
        "steps_left": found.steps_left,
        "reason": found.reason,
    }
    if not found.faithful:
        yield common
    for seed, faithful in found.faithful.items():
        realistic = found.realistic[seed]
        yield common | {
            "seed": seed,
            "from_srresnet": faithful,
            "from_srgan": realistic,
            "gap": realistic - faithful,
        }
