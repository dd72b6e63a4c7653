"""Reads and writes the CSV tables of a results folder.

Writing is atomic. Reading treats a table as a stranger's: it checks names, types and lengths.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from srgan_core.errors import unknown_name
from srgan_core.files import write_atomically
from sweep.config.names import StartKind
from sweep.errors import StoreError
from sweep.store.claims import find_run
from sweep.store.folder import METRICS_FILE, SWEEP_FILE, run_command
from sweep.store.states import Method, State
from sweep.tables import columns as names
from sweep.tables.frames import records_of, typed_frame

RESULTS = "results.csv"
PER_IMAGE = "per_image.csv"
SUMMARY = "summary.csv"


def lacks_tables(root: Path) -> bool:
    """Whether a sweep's tables are not there, or are older than a run that was killed."""
    if not (root / SWEEP_FILE).is_file():
        return False
    run = find_run(root)
    are_there = all((root / name).is_file() for name in (RESULTS, PER_IMAGE, METRICS_FILE))
    return not are_there or (run is not None and not run.alive)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Writes a table as CSV, atomically, into a folder that exists."""
    write_atomically(path, csv_text(frame).encode())


def csv_text(frame: pd.DataFrame) -> str:
    """Writes a table as CSV text, with Unix line ends and one number format per column.

    Missing values are empty cells, and text cannot start a formula.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(frame.columns)
    for record in records_of(frame):
        writer.writerow(_cell(column, value) for column, value in record.items())
    return buffer.getvalue()


def read_results(folder: Path) -> pd.DataFrame:
    """Reads `results.csv` as `results_frame` makes it, as precise as the file has its numbers.

    Raises:
        StoreError: when the table is missing, is not one of this tool, or has rows that cannot
            be.
    """
    later = (names.START, *names.HEALTH)
    results = _with_starts(read_table(folder, RESULTS, names.result_columns(), later))
    refuse_impossible(folder / RESULTS, results, ("trial", "dataset"))
    return results


def read_per_image(folder: Path) -> pd.DataFrame:
    """Reads `per_image.csv` as `per_image_frame` makes it.

    Raises:
        StoreError: as for `read_results`.
    """
    images = _with_starts(read_table(folder, PER_IMAGE, names.image_columns(), (names.START,)))
    refuse_impossible(folder / PER_IMAGE, images, ("trial", "dataset", "image"))
    return images


def _with_starts(frame: pd.DataFrame) -> pd.DataFrame:
    """Trials of older tables, which name no start, set out from the SRResNet."""
    nameless = (frame["method"] == Method.SRGAN) & (frame[names.START] == "")
    return frame.assign(**{names.START: frame[names.START].mask(nameless, StartKind.SRRESNET)})


def refuse_impossible(path: Path, frame: pd.DataFrame, key: Sequence[str]) -> None:
    """Refuses a table with a row that no sweep writes; a chart would take it for a result.

    Args:
        path: The table's file.
        frame: What was read from it.
        key: Columns that together stand in one row alone.

    Raises:
        StoreError: names the row.
    """
    rows: dict[tuple[Any, ...], int] = {}
    for number, record in enumerate(records_of(frame), start=2):
        problem = _problem(record)
        row = rows.setdefault(tuple(record[column] for column in key), number)
        if row != number:
            problem = f"{', '.join(key)}: expected each once, got those of row {row} again"
        if problem:
            raise StoreError(
                f"{path}: row {number}: {problem}; run the sweep again to rewrite the table"
            )


def _problem(record: Mapping[str, Any]) -> str | None:
    for column in names.COUNTS:
        value = record.get(column)
        if value is not None and not 0 <= value < math.inf:
            return f"{column}: expected a number of 0 or above, got {value}"
    for column, default, known in (
        (names.START, "", ["", *StartKind]),
        ("status", State.DONE, [*State]),
    ):
        value = record.get(column, default)
        if value not in known:
            return unknown_name(column, value, [str(name) for name in known if name])
    return None


def _cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    if column in names.TEXT_COLUMNS:
        return names.neutralise(value)
    return names.number_text(column, float(value))


def read_table(
    folder: Path, name: str, required: Sequence[str], later: Sequence[str] = ()
) -> pd.DataFrame:
    """Reads one of the tables of a results folder, with its columns in their order.

    Args:
        folder: Results folder.
        name: File name.
        required: Columns without which it is another table.
        later: Those among them that older tables lack; they are added, empty, at the end.

    Raises:
        StoreError: when the table is missing, or is not one of this tool.
    """
    path = folder / name
    header, *lines = _read_lines(path)
    missing = [column for column in required if column not in (*header, *later)]
    if missing or len(set(header)) != len(header):
        raise StoreError(
            f"{path}: expected the columns of a result table, "
            f"{'missing ' + ', '.join(missing) if missing else 'got some twice'}; "
            "name a folder that `sweep run` wrote, or run the sweep again"
        )
    records = []
    for number, cells in enumerate(lines, start=2):
        if len(cells) != len(header):
            raise StoreError(
                f"{path}: row {number}: expected {len(header)} cells, got {len(cells)}; "
                "run the sweep again to rewrite the table"
            )
        row = zip(header, cells, strict=True)
        records.append({column: _value(path, number, column, cell) for column, cell in row})
    absent = [column for column in later if column not in header]
    return typed_frame(records, [*header, *absent])


def _read_lines(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except NotADirectoryError:
        raise StoreError(
            f"{path.parent}: expected a results folder, got a file or a path below one; "
            "name the folder that `sweep run` wrote"
        ) from None
    except FileNotFoundError:
        raise StoreError(
            f"{path}: no such table; run `{run_command(path.parent)}` first, or "
            "name another results folder"
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StoreError(
            f"{path}: cannot be read as CSV ({error}); run the sweep again to rewrite it"
        ) from error
    if not lines:
        raise StoreError(f"{path}: the table is empty; run the sweep again to rewrite it")
    return lines


def _value(path: Path, row: int, column: str, cell: str) -> str | float | int | None:
    if column in names.TEXT_COLUMNS:
        return names.restore_text(cell)
    if not cell:
        return None
    try:
        return int(cell) if column in names.INTEGER_COLUMNS else float(cell)
    except ValueError:
        raise StoreError(
            f"{path}: row {row}: {column}: expected a number, got {cell!r}; "
            "run the sweep again to rewrite the table"
        ) from None
