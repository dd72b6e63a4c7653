"""The tables behind the curves of a chart: `interpolation.csv` and `path.csv`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sweep.tables import columns as names
from sweep.tables.files import read_table, refuse_impossible
from sweep.tables.frames import typed_frame

INTERPOLATION = "interpolation.csv"
PATH = "path.csv"


def interpolation_frame(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Makes the table of `interpolation.csv`, one line per curve, alpha and data set.

    Records have the keys `names.INTERPOLATION_KEY`, `images` and the metric columns; their order
    is kept, and metric columns that nobody has are empty.
    """
    key = (*names.INTERPOLATION_KEY, "images")
    return typed_frame(records, (*key, *_metrics(records, key)))


def path_frame(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Makes the table of `path.csv`, one line per trial, step and data set.

    Records have the keys `names.PATH_KEY` and the metric columns; their order is kept.
    """
    return typed_frame(records, (*names.PATH_KEY, *_metrics(records, names.PATH_KEY)))


def read_interpolation(folder: Path) -> pd.DataFrame | None:
    """Reads `interpolation.csv` of a results folder; None when there is none.

    Raises:
        StoreError: when the table is not one of this tool.
    """
    return _read_if_there(folder, INTERPOLATION, names.INTERPOLATION_KEY, ("images",))


def read_path(folder: Path) -> pd.DataFrame | None:
    """Reads `path.csv` of a results folder; None when there is none.

    Raises:
        StoreError: when the table is not one of this tool.
    """
    return _read_if_there(folder, PATH, names.PATH_KEY)


def _read_if_there(
    folder: Path, name: str, key: Sequence[str], more: Sequence[str] = ()
) -> pd.DataFrame | None:
    path = folder / name
    if not path.is_file():
        return None
    table = read_table(folder, name, (*key, *more))
    refuse_impossible(path, table, key)
    return table


def _metrics(records: Sequence[Mapping[str, Any]], key: Sequence[str]) -> tuple[str, ...]:
    """The usual metric columns, then those that these records alone have."""
    found = dict.fromkeys(column for record in records for column in record)
    extra = [column for column in found if column not in (*key, *names.METRICS)]
    return (*names.METRICS, *extra)
