"""How brackets read, in a terminal and on the page: their tables, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sweep.analysis.convergence import Bracket, Verdict
from sweep.tables.columns import adv_text, decimals_for
from sweep.tables.metric_file import MetricColumn

NOTES = (
    "a gap between the trials from both ends of a grid point is what the length of the sweep "
    "leaves open",
    "the gap is the value from srgan less the one from srresnet, ± half of its 95% interval over "
    "seeds and images",
    "met: the interval holds 0; closing: the steps left at the rate of the paths' last half; open: "
    "no nearer, or no path (--score-every)",
)
"""What a bracket says, and how to read one."""


@dataclass(frozen=True)
class BracketCell:
    """A bracket in words: its gap, empty where an end is missing, and its verdict or the reason."""

    gap: str
    verdict: Verdict
    words: str


@dataclass(frozen=True)
class BracketRow:
    """The brackets of one grid point, one per metric of the table; None where it has none."""

    content: str
    adv: str
    cells: tuple[BracketCell | None, ...]


@dataclass(frozen=True)
class BracketTable:
    """The brackets of one test set."""

    dataset: str
    metrics: tuple[MetricColumn, ...]
    rows: tuple[BracketRow, ...]


def bracket_tables(brackets: Sequence[Bracket]) -> list[BracketTable]:
    """Prepares a table per test set, in the order of the brackets."""
    by_dataset = groupby(brackets, key=lambda found: found.dataset)
    return [_table(dataset, list(group)) for dataset, group in by_dataset]


def _table(dataset: str, brackets: Sequence[Bracket]) -> BracketTable:
    metrics = tuple(dict.fromkeys(found.metric for found in brackets))
    rows = []
    for (content, adv), group in groupby(brackets, key=lambda found: (found.content, found.adv)):
        cells = {found.metric: _cell(found) for found in group}
        shown = adv_text(adv, [found.adv for found in brackets])
        rows.append(BracketRow(content, shown, tuple(map(cells.get, metrics))))
    return BracketTable(dataset, metrics, tuple(rows))


def _cell(found: Bracket) -> BracketCell:
    if found.gap is None:
        return BracketCell("", found.verdict, found.reason)
    half = (found.gap.high - found.gap.low) / 2
    decimals = decimals_for([*found.faithful.values(), *found.realistic.values()])
    gap = f"{found.gap.measured:+.{decimals}f} ± {half:.{decimals}f}"
    left = "" if found.steps_left is None else f", {found.steps_left} steps"
    return BracketCell(gap, found.verdict, f"{found.verdict}{left}")
