"""Reads `metrics.json`: what each metric column of a results folder means.

Tables and charts take label, unit and direction from this file, so that they can be drawn
anywhere and also for metrics that this version does not know.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from sweep.errors import StoreError
from sweep.metrics.declaration import Direction
from sweep.store.folder import METRICS_FILE, SweepStore


@dataclass(frozen=True)
class Metric:
    """What tables and charts need to know about a metric column.

    Attributes:
        column: Name in the tables.
        label: Name for people.
        kind: `distortion` or `perception`.
        reference: `full` or `none`; with `none` HR itself has a value.
        higher_is_better: Direction.
        unit: Unit; empty for plain numbers.
        aggregation: How a test set's value comes about from its images; older files do not say
            and mean the arithmetic mean.
    """

    column: str
    label: str
    kind: str
    reference: str
    higher_is_better: bool
    unit: str
    aggregation: str = "mean"

    @property
    def arrow(self) -> str:
        """The direction as a sign: up when higher is better."""
        return "↑" if self.higher_is_better else "↓"

    @property
    def direction(self) -> Direction:
        """The direction as `sweep.analysis.frontier` names it."""
        return "higher" if self.higher_is_better else "lower"

    @property
    def heading(self) -> str:
        """Label, unit and direction in one line."""
        unit = f" [{self.unit}]" if self.unit else ""
        return f"{self.label}{unit} {self.arrow}"

    def merit(self, value: float, bound: float | None) -> float:
        """Makes a value comparable: nothing counts as better than HR itself.

        A metric without reference has a value for the HR images too. A restored image beyond
        that value is not more natural than the photograph, so it counts as equal to it.

        Args:
            value: Value of the metric.
            bound: Value of the HR images; None where the metric has none.

        Returns:
            The value, or the bound when the value lies beyond it in the better direction.
        """
        if bound is None:
            return value
        return min(value, bound) if self.higher_is_better else max(value, bound)


def read_metrics(folder: Path) -> dict[str, Metric]:
    """Reads `metrics.json` of a results folder.

    Args:
        folder: Results folder.

    Returns:
        Column to metric, in the file's order.

    Raises:
        StoreError: when the file is missing, damaged, or of another version.
    """
    record = SweepStore(folder).read_metrics()
    if record is None:
        raise StoreError(
            f"{folder / METRICS_FILE}: no such file; run `sweep run --out {folder}` first, "
            "or name another results folder"
        )
    names = [field.name for field in fields(Metric)]
    metrics = [Metric(*(getattr(entry, name) for name in names)) for entry in record.metrics]
    return {metric.column: metric for metric in metrics}
