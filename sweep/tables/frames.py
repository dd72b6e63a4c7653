"""Data frames from result rows: order of rows and columns.

In every frame text is `str` with "" where nothing applies, whole numbers are the nullable
`Int64`, and all other numbers are `float64` with nan where nothing was measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from sweep.config.axis_names import WORD_AXES, axis_text
from sweep.store.states import Method
from sweep.tables import columns as names
from sweep.tables.rows import ResultRow

_METHOD_RANK: dict[str, int] = {
    Method.BICUBIC: 0,
    Method.SRRESNET: 1,
    Method.PAIR: 2,
    Method.SRGAN: 3,
    Method.ORIGINAL: 5,
}
_OTHER_METHODS = 4


def results_frame(rows: Iterable[ResultRow]) -> pd.DataFrame:
    """Makes the table of `results.csv`, one line per trial and data set.

    Data sets come in order of first appearance; within one bicubic, SRResNet, the pair, the
    trials by start, content loss and words of further axes (order of first appearance), numbers of
    these, coefficient and seed, other images, HR. The order of the rows given decides about first
    appearances alone.
    """
    ordered = sort_rows(rows)
    extra, axes = _extra_scores(ordered), _axes(ordered)
    records = [_result_record(row, extra) for row in ordered]
    costs = [c for c in names.COSTS if any(record[c] is not None for record in records)]
    return typed_frame(records, (*names.result_columns(extra, axes), *costs))


def per_image_frame(rows: Iterable[ResultRow]) -> pd.DataFrame:
    """Makes the table of `per_image.csv`, one line per trial, data set and image."""
    ordered = sort_rows(rows)
    extra, axes = _extra_scores(ordered), _axes(ordered)
    records = [
        {**_key(row), "image": image.image, **image.scores}
        for row in ordered
        for image in row.per_image
    ]
    return typed_frame(records, names.image_columns(extra, axes))


def sort_rows(rows: Iterable[ResultRow]) -> list[ResultRow]:
    """Brings result rows into the order of the tables, whatever order trials ended in."""
    listed = list(rows)
    datasets = _first_appearance(row.dataset for row in listed)
    methods = _first_appearance(row.method for row in listed)
    starts = _first_appearance(row.start or "" for row in listed)
    contents = _first_appearance(row.content or "" for row in listed)
    axes = _axes(listed)
    words = _first_appearance(_word(row, axis) for axis in axes for row in listed)

    def key(row: ResultRow) -> tuple[float | str, ...]:
        rank = _METHOD_RANK.get(row.method, _OTHER_METHODS)
        return (
            datasets[row.dataset],
            rank,
            methods[row.method] if rank == _OTHER_METHODS else 0,
            starts[row.start or ""],
            contents[row.content or ""],
            *(_axis_place(row, axis, words) for axis in axes),
            -1.0 if row.adv is None else row.adv,
            -1 if row.seed is None else row.seed,
            row.trial,
        )

    return sorted(listed, key=key)


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Lists the rows of a frame as plain dictionaries, with None for a missing number."""
    records: list[dict[str, Any]] = []
    for values in frame.itertuples(index=False, name=None):
        cells = zip(frame.columns, values, strict=True)
        records.append({column: None if pd.isna(cell) else cell for column, cell in cells})
    return records


def typed_frame(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Builds a frame with the types that its columns have in every table.

    What is absent from a record or None in it counts as missing.
    """
    return pd.DataFrame(
        {column: _series(column, [record.get(column) for record in records]) for column in columns},
        columns=list(columns),
    )


def _series(column: str, values: list[Any]) -> pd.Series:
    if column in names.TEXT_COLUMNS:
        return pd.Series(["" if value is None else value for value in values], dtype="str")
    if column in names.INTEGER_COLUMNS:
        return pd.Series(values, dtype="Int64")
    return pd.Series([math.nan if value is None else value for value in values], dtype="float64")


def _key(row: ResultRow) -> dict[str, Any]:
    return {column: getattr(row, column) for column in names.KEY} | _axis_cells(row)


def _axes(rows: Iterable[ResultRow]) -> tuple[str, ...]:
    """The further axes that apply to some row; where there are none, the tables know of none."""
    return tuple(dict.fromkeys(axis for row in rows for axis in row.axes))


def _axis_cells(row: ResultRow) -> dict[str, Any]:
    return {axis: _word(row, axis) if axis in WORD_AXES else row.axes[axis] for axis in row.axes}


def _word(row: ResultRow, axis: str) -> str:
    return axis_text(row.axes[axis]) if axis in row.axes else ""


def _axis_place(row: ResultRow, axis: str, words: Mapping[str, int]) -> float:
    """Where a row stands on a further axis; first of all where that does not apply."""
    value = row.axes.get(axis)
    if axis in WORD_AXES:
        return words[_word(row, axis)] if axis in row.axes else -1
    return float(value) if isinstance(value, int | float) else -1


def _result_record(row: ResultRow, extra: Sequence[str]) -> dict[str, Any]:
    plain = (*names.KEY, "images", names.NIQE_DISTANCE, *names.TRAINING, *names.COSTS)
    scores = {column: row.scores.get(column) for column in (*names.METRICS, *extra)}
    measures = {column: row.measures.get(column) for column in names.HEALTH_MEASURES}
    return {
        **{column: getattr(row, column) for column in plain},
        **_axis_cells(row),
        **scores,
        "health": row.health,
        **measures,
    }


def _extra_scores(rows: Iterable[ResultRow]) -> tuple[str, ...]:
    return names.extra_metrics(dict.fromkeys(name for row in rows for name in row.scores))


def _first_appearance(values: Iterable[str]) -> dict[str, int]:
    return {value: position for position, value in enumerate(dict.fromkeys(values))}
