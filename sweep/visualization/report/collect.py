"""Collects what the page shows, as plain values for JSON, from tables and records."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sweep.analysis.published.matching import place_points
from sweep.analysis.published.points import published_values
from sweep.analysis.summary import summary_frame
from sweep.errors import StoreError
from sweep.store.folder import SWEEP_FILE, SweepStore, TrialFolder
from sweep.store.status import last_record
from sweep.tables import columns as names
from sweep.tables.curves import read_interpolation
from sweep.tables.files import RESULTS, read_per_image, read_results
from sweep.tables.frames import records_of
from sweep.tables.metric_file import METRICS_FILE, Metric, read_metrics
from sweep.tables.ranking import Mark, Record, marks_of
from sweep.visualization.plots.points import NO_CONTENT
from sweep.visualization.plots.style import line_styles, mixed
from sweep.visualization.printing.view import decimals_for
from sweep.visualization.report.curves import read_curve
from sweep.visualization.report.groups import fronts_of, groups_of
from sweep.visualization.report.values import finite, is_path_part, plain

_HEADINGS = {"adv": "λ", "train_seconds": "training [s]", "generator_sha256": "generator SHA-256"}
# Share of white in a series' colour on a dark ground.
_DARK_TINT = 0.45


@dataclass(frozen=True)
class Tables:
    """The tables that a page is made from, read from files or derived while a sweep runs.

    Attributes:
        results: Rows as `read_results` gives them.
        per_image: Rows as `read_per_image` gives them.
        metrics: Column to metric.
        curves: Rows as `read_interpolation` gives them; empty without such a table.
        notes: Sentences about what is missing.
    """

    results: pd.DataFrame
    per_image: pd.DataFrame
    metrics: Mapping[str, Metric]
    curves: tuple[Record, ...] = ()
    notes: tuple[str, ...] = ()


def read_tables(store: SweepStore) -> Tables:
    """Reads the tables of a results folder.

    Args:
        store: The folder.

    Returns:
        Its tables; without per_image.csv that table is empty and a note says so.

    Raises:
        StoreError: when results.csv or metrics.json is missing or damaged, or no row is there.
    """
    results = read_results(store.root)
    metrics = read_metrics(store.root)
    if results.empty:
        raise StoreError(f"{store.root / RESULTS}: it has no row yet; run the sweep first")
    notes = []
    try:
        per_image = read_per_image(store.root)
    except StoreError as error:
        per_image = pd.DataFrame(columns=list(names.image_columns()))
        notes.append(str(error))
    curves, reasons = read_curves(store)
    return Tables(results, per_image, metrics, curves, (*notes, *reasons))


def read_curves(store: SweepStore) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """Reads interpolation.csv.

    Args:
        store: The results folder.

    Returns:
        Its rows, and a sentence when it is damaged.
    """
    try:
        table = read_interpolation(store.root)
    except StoreError as error:
        return (), (str(error),)
    return (() if table is None else tuple(records_of(table))), ()


def collect(store: SweepStore, tables: Tables) -> dict[str, Any]:
    """Collects everything but the images.

    Args:
        store: The results folder.
        tables: Its tables.

    Returns:
        A document for JSON; assets/model.js says what its parts are for.
    """
    records = records_of(tables.results)
    contents = [r["content"] or NO_CONTENT for r in records if r["method"] == "srgan"]
    return {
        "title": store.name,
        "columns": _columns(tables),
        "styles": _styles(contents),
        "datasets": [
            _dataset(name, tables)
            for name in dict.fromkeys(record["dataset"] for record in records)
        ],
        "trials": _trials(store, records),
        "config": _text(store.root / SWEEP_FILE),
        "protocol": _protocol(store),
        "notes": list(tables.notes),
    }


def dataset_images(tables: Tables) -> dict[str, list[str]]:
    """Lists the images of every data set, in the order of per_image.csv."""
    listed: dict[str, list[str]] = {name: [] for name in dict.fromkeys(tables.results["dataset"])}
    pairs = zip(tables.per_image["dataset"], tables.per_image["image"], strict=True)
    for dataset, image in dict.fromkeys(pairs):
        listed.setdefault(dataset, []).append(image)
    return listed


def _columns(tables: Tables) -> list[dict[str, Any]]:
    """Describes the columns of both tables: what they mean and how a cell is written."""
    found = dict.fromkeys([*tables.results.columns, *tables.per_image.columns])
    return [_column(name, tables) for name in found]


def _column(name: str, tables: Tables) -> dict[str, Any]:
    frame = tables.results if name in tables.results else tables.per_image
    numeric = name not in names.TEXT_COLUMNS and pd.api.types.is_numeric_dtype(frame[name])
    values = [v for v in map(finite, frame[name].dropna()) if v is not None] if numeric else []
    metric = tables.metrics.get(name)
    exact = name in names.EXACT_COLUMNS | names.INTEGER_COLUMNS
    label = metric.label if metric else _HEADINGS.get(name, name.replace("_", " "))
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
        "decimals": None if exact else decimals_for(values),
    }


def _styles(contents: Sequence[str]) -> list[dict[str, str]]:
    """The look of each content loss, the same as in the drawn charts."""
    dashes = {"-": "", "--": "7 4", "-.": "8 3 2 3", ":": "2 4"}
    return [
        {
            "content": content,
            "light": style.color,
            "dark": mixed(style.color, "#ffffff", _DARK_TINT),
            "marker": style.marker,
            "dashes": dashes[style.dashes]
            if isinstance(style.dashes, str)
            else " ".join(f"{length:g}" for length in style.dashes[1]),
        }
        for content, style in line_styles(contents).items()
    ]


def _dataset(name: str, tables: Tables) -> dict[str, Any]:
    part = tables.results[tables.results["dataset"] == name]
    rows = records_of(part)
    images = records_of(tables.per_image[tables.per_image["dataset"] == name])
    axes = [column["name"] for column in _columns(tables) if column["axis"]]
    groups = groups_of(rows, axes, _intervals(part, axes))
    measured = [m for m in tables.metrics.values() if any(m.column in g["mean"] for g in groups)]
    original = next((row for row in rows if row["method"] == "original"), {})
    return {
        "name": name,
        "scale": rows[0]["scale"],
        "count": rows[0]["images"],
        "images": list(dict.fromkeys(image["image"] for image in images)),
        "rows": _table(rows),
        "marks": _marks(rows, measured),
        "perImage": _table(images),
        "groups": groups,
        "fronts": fronts_of(groups, measured, rows),
        "hr": {m.column: plain(original.get(m.column)) for m in measured if original},
        "curves": [row for row in tables.curves if row["dataset"] == name],
        "published": _published(name, rows[0]["scale"], measured),
    }


def _intervals(results: pd.DataFrame, columns: Sequence[str]) -> dict[tuple[Any, ...], Any]:
    """Half-widths of the 95% intervals over seeds, by the key of a summary row."""
    found: dict[tuple[Any, ...], dict[str, float]] = {}
    for record in records_of(summary_frame(results)):
        halves = {name: finite(record.get(names.interval_column(name))) for name in columns}
        key = tuple(record[column] for column in names.SUMMARY_KEY)
        found[key] = {name: half for name, half in halves.items() if half is not None}
    return found


def _published(dataset: str, scale: int, metrics: Sequence[Metric]) -> list[dict[str, Any]]:
    """Published methods with their values in those columns whose protocol they follow."""
    found: dict[str, dict[str, Any]] = {}
    for metric in metrics:
        column = metric.column
        placed, _ = place_points(published_values(), dataset, int(scale), column, column)
        for point in placed:
            entry = found.setdefault(point.method, {"method": point.method, "source": point.source})
            entry[column] = point.x
    return list(found.values())


def _table(records: Sequence[Record]) -> dict[str, Any]:
    columns = list(records[0]) if records else []
    return {
        "columns": columns,
        "rows": [[plain(record[column]) for column in columns] for record in records],
    }


def _marks(rows: Sequence[Record], metrics: Sequence[Metric]) -> dict[str, dict[int, Mark]]:
    """Column to row and `best` or `second`."""
    marks = {}
    for metric in metrics:
        values = [v for v in (finite(row[metric.column]) for row in rows) if v is not None]
        marks[metric.column] = dict(marks_of(metric, rows, decimals_for(values)))
    return marks


def _trials(store: SweepStore, records: Sequence[Record]) -> list[dict[str, Any]]:
    """One entry per trained generator: what became of it, and its training curve."""
    unique = {r["trial"]: r for r in records if r["method"] in ("srgan", "srresnet")}
    return [_trial(store, record) for record in unique.values()]


def _trial(store: SweepStore, record: Record) -> dict[str, Any]:
    name = record["trial"]
    entry: dict[str, Any] = {
        "name": name,
        "method": record["method"],
        "content": record["content"],
        "adv": plain(record["adv"]),
        "seed": plain(record["seed"]),
        "status": record["status"],
        "health": record.get("health") or "",
    }
    if not is_path_part(name):
        return entry
    srgan = record["method"] == "srgan"
    files = store.trial(name) if srgan else TrialFolder(store.root / "shared" / name)
    try:
        trial = files.read_trial()
    except StoreError as error:
        return entry | {"cause": str(error)}
    return entry | {
        "cause": trial.get("cause"),
        "attempts": trial.get("attempts") or [],
        "seconds": plain(trial.get("train_seconds")),
        "sha256": record.get("generator_sha256") or "",
        "curve": read_curve(files.log),
        "progress": _progress(files, trial),
    }


def _progress(files: TrialFolder, trial: Mapping[str, Any]) -> dict[str, Any] | None:
    """How far a running trial is; None for any other."""
    if trial.get("state") != "running":
        return None
    steps = ((trial.get("spec") or {}).get("training") or {}).get("steps")
    last = last_record(files.log)
    return {
        "step": last.get("step", 0),
        "steps": steps,
        "rate": plain(finite(last.get("patches_per_second"))),
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _protocol(store: SweepStore) -> dict[str, Any]:
    try:
        document = json.loads(_text(store.root / METRICS_FILE) or "{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
