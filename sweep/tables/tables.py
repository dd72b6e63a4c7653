"""The tables of a results folder that charts and reports are made from, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from sweep.tables.curves import read_interpolation, read_path
from sweep.tables.files import read_results
from sweep.tables.metric_file import MetricColumn, read_metric_file


@dataclass(frozen=True)
class Tables:
    """The tables of one results folder, as the functions of their modules read them.

    Those behind the curves of a chart are None where there are none. `low_resolution` maps a data
    set to how its LR images came about, unless they were shrunk alone.
    """

    folder: Path
    results: pd.DataFrame
    metrics: Mapping[str, MetricColumn]
    interpolation: pd.DataFrame | None = None
    path: pd.DataFrame | None = None
    low_resolution: Mapping[str, str] = field(default_factory=dict)


def read_tables(folder: Path) -> Tables:
    """Reads the tables of a results folder, each file once.

    Raises:
        StoreError: when results.csv or metrics.json is missing, or a table is damaged.
    """
    results, metric_file = read_results(folder), read_metric_file(folder)
    return Tables(
        folder,
        results,
        metric_file.metrics,
        read_interpolation(folder),
        read_path(folder),
        metric_file.low_resolution,
    )
