"""Chooses the trials that a comparison shows.

The rule: look at the first data set and at trials that were scored. Find the front over fidelity
and the perceptual metric among them. Each content loss sends its best trial by the perceptual
metric: of those on the front if it has any, else of all. If there are more places than losses,
the best remaining trials of the front fill them; if there are fewer, the best of the sent ones
stay. The order is that of the table. Equal values go to the earlier row.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sweep.analysis.frontier import pareto_front
from sweep.metrics.declaration import Direction
from sweep.tables import columns as names
from sweep.tables.frames import records_of
from sweep.tables.ranking import Record

PLACES = 4
FIDELITY = "psnr_y"
PERCEPTION = "lpips_alex"
_DIRECTIONS: tuple[Direction, Direction] = ("higher", "lower")


def choose_trials(results: pd.DataFrame, places: int = PLACES) -> list[str]:
    """Chooses trials whose images tell the tradeoff.

    Without `psnr_y` and `lpips_alex` the first scored trial of each content loss is chosen.

    Args:
        results: Table of `read_results`.
        places: How many trials to choose at most.

    Returns:
        Folder names of the trials, in the order of the table.
    """
    records = _candidates(records_of(results))
    scored = [r for r in records if r[FIDELITY] is not None and r[PERCEPTION] is not None]
    if not scored:
        firsts = {record["content"]: record["trial"] for record in reversed(records)}
        chosen = set(list(firsts.values())[::-1][:places])
    else:
        chosen = {record["trial"] for record in _best(scored, places)}
    return [record["trial"] for record in records if record["trial"] in chosen]


def _candidates(records: Sequence[Record]) -> list[Record]:
    return [
        record
        for record in records
        if record["method"] == "srgan"
        and record["status"] in names.SCORED_STATES
        and record["dataset"] == records[0]["dataset"]
    ]


def _best(records: Sequence[Record], places: int) -> list[Record]:
    points = [(record[FIDELITY], record[PERCEPTION]) for record in records]
    front = set(pareto_front(points, _DIRECTIONS))
    # Stable sort: rows of the front first, then by the metric, then as in the table.
    order = sorted(
        range(len(records)), key=lambda index: (index not in front, records[index][PERCEPTION])
    )
    sent: dict[str, int] = {}
    for index in order:
        sent.setdefault(records[index]["content"], index)
    rest = [index for index in order if index in front and index not in sent.values()]
    ranked = sorted(sent.values(), key=lambda index: records[index][PERCEPTION])
    return [records[index] for index in (*ranked, *rest)[:places]]
