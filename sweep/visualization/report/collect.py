"""Collects what the page shows, as plain values for JSON, from tables and records."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sweep.analysis.convergence import Bracket, find_brackets
from sweep.analysis.summary import DatasetScores, scores_by_dataset, seed_means
from sweep.config.axis_names import AXES, axis_label
from sweep.errors import StoreError
from sweep.store.folder import SWEEP_FILE, SweepStore
from sweep.store.low_resolution import low_resolution_note, reference_name
from sweep.store.records.log import last_line
from sweep.store.records.trial import TrialRecord
from sweep.store.states import Method, State
from sweep.store.trial_folder import TrialFolder
from sweep.tables import columns as names
from sweep.tables.columns import CURVE
from sweep.tables.curves import read_interpolation, read_path
from sweep.tables.files import RESULTS, read_per_image, read_results
from sweep.tables.frames import records_of
from sweep.tables.metric_file import MetricColumn, read_metric_file
from sweep.tables.ranking import TRAINED_METHODS, Mark, Record, marks_of
from sweep.visualization.plots.extras import published_on
from sweep.visualization.printing.brackets import NOTES
from sweep.visualization.report.cautions import cautions_of
from sweep.visualization.report.convergence import convergence_of
from sweep.visualization.report.curves import read_curve
from sweep.visualization.report.groups import groups_of, pairs_of
from sweep.visualization.report.looks import curve_looks
from sweep.visualization.report.values import cell, logged

_REFERENCES = {"lr": "LR", "bicubic": "bicubic"}
_HEADINGS = {"adv": "λ", "train_seconds": "training [s]", "generator_sha256": "generator SHA-256"}


@dataclass(frozen=True)
class PageTables:
    """The tables that a page is made from, read from files or derived while a sweep runs.

    What is not there is empty; notes say what is missing. The protocol is all of metrics.json.
    """

    results: pd.DataFrame
    per_image: pd.DataFrame
    metrics: Mapping[str, MetricColumn]
    protocol: Mapping[str, Any] = field(default_factory=dict)
    interpolation: tuple[Record, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    notes: tuple[str, ...] = ()


def read_page_tables(folder: Path) -> PageTables:
    """Reads the tables of a results folder, each file once.

    Raises:
        StoreError: when results.csv or metrics.json is missing or damaged, or no row is there.
    """
    results, metric_file = read_results(folder), read_metric_file(folder)
    if results.empty:
        raise StoreError(f"{folder / RESULTS}: it has no row yet; run the sweep first")
    per_image, missing = _table_or_note(read_per_image, folder)
    if per_image is None:
        per_image = pd.DataFrame(columns=list(names.image_columns()))
    interpolation, damaged = read_curves(folder)
    path, unreadable = _table_or_note(read_path, folder)
    notes = (*missing, *damaged, *unreadable)
    metrics, protocol = metric_file.metrics, metric_file.document
    brackets = tuple(find_brackets(results, per_image, metrics, path))
    return PageTables(results, per_image, metrics, protocol, interpolation, brackets, notes)


def read_curves(folder: Path) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """Reads the rows of interpolation.csv, and a sentence when it is damaged."""
    table, notes = _table_or_note(read_interpolation, folder)
    return (() if table is None else tuple(records_of(table))), notes


def _table_or_note(
    read: Callable[[Path], pd.DataFrame | None], folder: Path
) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """What a page can do without: a table, or a sentence when it is missing or damaged."""
    try:
        return read(folder), ()
    except StoreError as error:
        return None, (str(error),)


def collect(store: SweepStore, tables: PageTables) -> dict[str, Any]:
    """Collects everything but the images; assets/model.js says what the parts are for."""
    datasets = scores_by_dataset(tables.results)
    records = [row for scores in datasets for row in scores.rows]
    trials = [record for record in records if record["method"] == Method.SRGAN]
    columns = _columns(tables)
    axes = [column["name"] for column in columns if column["axis"]]
    convergence = convergence_of(tables.brackets)
    return {
        "title": store.name,
        "columns": columns,
        "styles": curve_looks(trial[CURVE] for trial in trials),
        "datasets": [
            _dataset(scores, axes, tables) | {"convergence": convergence.get(scores.name)}
            for scores in datasets
        ],
        "bracketNotes": NOTES,
        "trials": _trials(store, records),
        "config": _text(store.root / SWEEP_FILE),
        "protocol": tables.protocol,
        "notes": list(tables.notes),
    }


def dataset_images(tables: PageTables) -> dict[str, list[str]]:
    """Lists the images of every data set, in the order of per_image.csv."""
    listed: dict[str, list[str]] = {name: [] for name in dict.fromkeys(tables.results["dataset"])}
    pairs = zip(tables.per_image["dataset"], tables.per_image["image"], strict=True)
    for dataset, image in dict.fromkeys(pairs):
        listed.setdefault(dataset, []).append(image)
    return listed


def _columns(tables: PageTables) -> list[dict[str, Any]]:
    """Describes the columns of both tables: what they mean and how a cell is written."""
    found = dict.fromkeys([*tables.results.columns, *tables.per_image.columns])
    return [_column(name, tables) for name in found]


def _column(name: str, tables: PageTables) -> dict[str, Any]:
    frame = tables.results if name in tables.results else tables.per_image
    numeric = name not in names.TEXT_COLUMNS and pd.api.types.is_numeric_dtype(frame[name])
    values = [v for v in frame[name].dropna().tolist() if math.isfinite(v)] if numeric else []
    metric = tables.metrics.get(name)
    label = metric.label if metric else _heading(name)
    if name == names.NIQE_DISTANCE:
        label = "NIQE beyond HR's"
    return {
        "name": name,
        "label": label,
        "unit": metric.unit if metric else "",
        "kind": metric.kind if metric else "",
        "higher": metric.higher_is_better if metric else None,
        "numeric": numeric,
        "axis": numeric and bool(values) and name not in ("seed", "scale", "images"),
        "empty": not values if numeric else not any(frame[name]),
    }


def _heading(name: str) -> str:
    """The label of a column that is no metric; that of a further axis can be typed."""
    return axis_label(name) if name in AXES else _HEADINGS.get(name, name.replace("_", " "))


def _dataset(scores: DatasetScores, axes: Sequence[str], tables: PageTables) -> dict[str, Any]:
    images = records_of(tables.per_image[tables.per_image["dataset"] == scores.name])
    made = _low_resolution(tables.protocol, scores.name)
    # The page's axes are more than the columns of summary.csv; the rule of their means is one.
    scores = replace(scores, means=tuple(seed_means(scores.rows, axes)))
    groups = groups_of(scores, axes)
    measured = [m for m in tables.metrics.values() if any(m.column in g["mean"] for g in groups)]
    numeric = [name for name in scores.rows[0] if name not in names.TEXT_COLUMNS]
    original = next((row for row in scores.rows if row["method"] == Method.ORIGINAL), {})
    return {
        "name": scores.name,
        "scale": scores.scale,
        "count": scores.images,
        "images": list(dict.fromkeys(image["image"] for image in images)),
        "rows": _table(scores.rows),
        "marks": _marks(scores.rows, measured),
        "decimals": {name: names.decimals_of(name, scores.rows) for name in numeric},
        "perImage": _table(images),
        "groups": groups,
        "pairs": {axes: asdict(pair) for axes, pair in pairs_of(scores, measured).items()},
        "cautions": [*filter(None, [low_resolution_note(made)]), *cautions_of(scores)],
        "references": {name: reference_name(label, made) for name, label in _REFERENCES.items()},
        "hr": {m.column: cell(m.column, original.get(m.column)) for m in measured if original},
        "curves": [
            {column: cell(column, value) for column, value in row.items()}
            for row in tables.interpolation
            if row["dataset"] == scores.name
        ],
        "published": _published(scores, measured),
    }


def _low_resolution(protocol: Mapping[str, Any], dataset: str) -> str | None:
    """How the LR images of a test set came about, by metrics.json; None for shrinking alone."""
    found: str | None = protocol.get("datasets", {}).get(dataset, {}).get("low_resolution")
    return found


def _published(scores: DatasetScores, metrics: Sequence[MetricColumn]) -> list[dict[str, Any]]:
    """Published methods with their values in those columns whose protocol they follow."""
    found: dict[str, dict[str, Any]] = {}
    for metric in metrics:
        column = metric.column
        placed, _ = published_on(scores, column, column)
        for point in placed:
            entry = found.setdefault(point.method, {"method": point.method, "source": point.source})
            entry[column] = point.x
    return list(found.values())


def _table(records: Sequence[Record]) -> dict[str, Any]:
    # Curves are derived; the table's own files have none.
    columns = [name for name in records[0] if name != CURVE] if records else []
    return {
        "columns": columns,
        "rows": [[cell(column, record[column]) for column in columns] for record in records],
    }


def _marks(rows: Sequence[Record], metrics: Sequence[MetricColumn]) -> dict[str, dict[int, Mark]]:
    """Column to row and `best` or `second`."""
    marks = {}
    for metric in metrics:
        decimals = names.decimals_of(metric.column, rows) or 0
        marks[metric.column] = marks_of(metric, rows, decimals)
    return marks


def _trials(store: SweepStore, records: Sequence[Record]) -> list[dict[str, Any]]:
    """One entry per trained generator: what became of it, and its training curve."""
    unique = {r["trial"]: r for r in records if r["method"] in TRAINED_METHODS}
    return [_trial(store, record) for record in unique.values()]


def _trial(store: SweepStore, record: Record) -> dict[str, Any]:
    name = record["trial"]
    entry: dict[str, Any] = {
        "name": name,
        "method": record["method"],
        "content": record[CURVE],
        "adv": cell("adv", record["adv"]),
        "seed": cell("seed", record["seed"]),
        "status": record["status"],
        "health": record.get("health") or "",
    }
    if not names.is_path_part(name):
        return entry
    files = store.generator(name)
    try:
        trial = files.read_trial()
    except StoreError as error:
        return entry | {"cause": str(error)}
    return entry | {
        "cause": trial.cause,
        "attempts": [attempt.document() for attempt in trial.attempts],
        "seconds": logged(trial.train_seconds),
        "sha256": record.get("generator_sha256") or "",
        "curve": read_curve(files.log),
        "progress": _progress(files, trial),
    }


def _progress(files: TrialFolder, trial: TrialRecord) -> dict[str, Any] | None:
    """How far a running trial is; None for any other."""
    if trial.state is not State.RUNNING:
        return None
    line = last_line(files.log)
    last = line.values if line else {}
    return {
        "step": int(last.get("step", 0)),
        "steps": trial.spec.training.steps if trial.spec else None,
        "rate": logged(last.get("patches_per_second")),
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
