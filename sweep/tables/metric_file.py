"""Reads `metrics.json`: what each metric column of a results folder means.

Tables and charts take label, unit and direction from this file, so that they can be drawn
anywhere and also for metrics that this version does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from pydantic import JsonValue

from sweep.errors import StoreError
from sweep.metrics import declaration
from sweep.metrics.declaration import Direction
from sweep.store.folder import METRICS_FILE, SweepStore, run_command


@dataclass(frozen=True)
class MetricColumn:
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

    @classmethod
    def of(cls, spec: declaration.Metric) -> MetricColumn:
        """Takes over what a metric of this version says of itself."""
        return cls(**{field: getattr(spec, field) for field in cls.__annotations__})

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
        """Makes a value comparable: beyond the bound, HR's own value, it counts as the bound."""
        return declaration.merit(value, bound, self.higher_is_better)


@dataclass(frozen=True)
class MetricFile:
    """What `metrics.json` says: its metrics by column, in its order, and all of it, to be shown.

    `hr_hashes` maps a data set to image to hash of the HR image, where the file says so. Unless
    LR images were shrunk alone, `low_resolution` maps one to how they came about, and `lr_hashes`
    to image to hash of the LR image.
    """

    metrics: dict[str, MetricColumn]
    hr_hashes: Mapping[str, Mapping[str, str]]
    document: Mapping[str, JsonValue]
    low_resolution: Mapping[str, str] = field(default_factory=dict)
    lr_hashes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_metrics(folder: Path) -> dict[str, MetricColumn]:
    """Reads the metrics alone; see `read_metric_file`."""
    return read_metric_file(folder).metrics


def read_metric_file(folder: Path) -> MetricFile:
    """Reads `metrics.json` of a results folder.

    Raises:
        StoreError: when the file is missing, damaged, or of another version.
    """
    record = SweepStore(folder).read_metrics()
    if record is None:
        raise StoreError(
            f"{folder / METRICS_FILE}: no such file; run `{run_command(folder)}` first, or "
            "name another results folder"
        )
    names = [each.name for each in fields(MetricColumn)]
    metrics = [
        MetricColumn(**{name: getattr(entry, name) for name in names}) for entry in record.metrics
    ]
    hashes = {name: entry.hr_sha256 for name, entry in record.datasets.items() if entry.hr_sha256}
    made = {
        name: entry.low_resolution
        for name, entry in record.datasets.items()
        if entry.low_resolution is not None
    }
    columns = {metric.column: metric for metric in metrics}
    small = {name: entry.lr_sha256 for name, entry in record.datasets.items() if entry.lr_sha256}
    return MetricFile(columns, hashes, record.document(), made, small)
