"""Reads `metrics.json`: what each metric column of a results folder means.

Tables and charts take label, unit and direction from this file, so that they can be drawn
anywhere and also for metrics that this version does not know.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.errors import StoreError
from sweep.metrics.declaration import Direction, MetricSpec

METRICS_FILE = "metrics.json"
SCHEMA = 1


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

    @classmethod
    def of(cls, spec: MetricSpec) -> Metric:
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
        """Makes a value comparable: nothing counts as better than HR itself.

        A metric without reference has a value for the HR images too, the bound. A restored image
        beyond it is not more natural than the photograph, so it counts as equal to it.
        """
        if bound is None:
            return value
        return min(value, bound) if self.higher_is_better else max(value, bound)


@dataclass(frozen=True)
class MetricFile:
    """What `metrics.json` says: its metrics by column, in its order, and all of it, to be shown.

    `hr_hashes` maps a data set to image to hash of the HR image, where the file says so.
    """

    metrics: dict[str, Metric]
    hr_hashes: Mapping[str, Mapping[str, str]]
    document: Mapping[str, Any]


def read_metrics(folder: Path) -> dict[str, Metric]:
    """Reads the metrics alone; see `read_metric_file`."""
    return read_metric_file(folder).metrics


def read_metric_file(folder: Path) -> MetricFile:
    """Reads `metrics.json` of a results folder.

    Raises:
        StoreError: when the file is missing, damaged, or of another version.
    """
    path = folder / METRICS_FILE
    document = _load(path)
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        found = document.get("schema") if isinstance(document, Mapping) else document
        raise StoreError(
            f"{path}: expected schema {SCHEMA}, got {found!r}; "
            "use the version of sweep that wrote it, or run the sweep again"
        )
    try:
        metrics = [_metric(entry) for entry in document["metrics"]]
    except (KeyError, TypeError) as error:
        raise StoreError(
            f"{path}: a metric lacks or distorts {error}; run the sweep again to rewrite the file"
        ) from error
    return MetricFile({metric.column: metric for metric in metrics}, _hashes(document), document)


def _hashes(document: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    datasets = document.get("datasets")
    return {
        name: record["hr_sha256"]
        for name, record in (datasets.items() if isinstance(datasets, dict) else ())
        if isinstance(record, dict) and isinstance(record.get("hr_sha256"), dict)
    }


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise StoreError(
            f"{path}: no such file; run `sweep run --out {path.parent}` first, "
            "or name another results folder"
        ) from None
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{path}: cannot be read as JSON ({error}); run the sweep again to rewrite it"
        ) from error


def _metric(entry: Mapping[str, Any]) -> Metric:
    """Takes the known fields of an entry; raises KeyError or TypeError for a wrong one."""
    types = {name: bool if name == "higher_is_better" else str for name in Metric.__annotations__}
    values = {"aggregation": "mean", **entry}
    values = {name: values[name] for name in types}
    for name, kind in types.items():
        if not isinstance(values[name], kind):
            raise TypeError(f"{name} ({values[name]!r})")
    return Metric(**values)
