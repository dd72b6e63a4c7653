"""The tables of a results folder as its records stand now, also while a sweep runs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sweep.errors import StoreError
from sweep.metrics.registry import METRICS
from sweep.scoring.sets.test_sets import dataset_name
from sweep.store.claims import is_at_work
from sweep.store.folder import SweepStore
from sweep.store.grid import stored_trials
from sweep.tables.frames import per_image_frame, results_frame
from sweep.tables.from_records import result_rows
from sweep.tables.metric_file import MetricColumn, read_metric_file
from sweep.visualization.report.collect import PageTables, read_curves, read_page_tables


def live_tables(store: SweepStore) -> PageTables:
    """Derives the tables from the records; reads them where the folder holds no config.

    There is a row for every grid point whatever its state. Brackets are left out: their intervals
    take seconds, and the page asks anew with every logged step.

    Raises:
        StoreError: when the folder holds neither a sweep nor tables.
    """
    config = store.read_config()
    if config is None:
        return read_page_tables(store.root)
    trials, starts = stored_trials(store, config)
    datasets = [dataset_name(name) for name in config.eval.sets]
    at_work = is_at_work(store.root)
    rows = list(result_rows(store, config, trials, starts, datasets, at_work))
    curves, notes = read_curves(store.root)
    metrics, protocol = _metrics(store)
    frames = results_frame(rows), per_image_frame(rows)
    return PageTables(*frames, metrics, protocol, curves, notes=notes)


def fingerprint(store: SweepStore) -> str:
    """Identifies the state of the records by names, sizes and times of their files."""
    digest = hashlib.sha256()
    for path in store.sources():
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        digest.update(f"{path}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def _metrics(store: SweepStore) -> tuple[Mapping[str, MetricColumn], Mapping[str, Any]]:
    """metrics.json appears with the first tables; until then this version's own metrics stand."""
    try:
        file = read_metric_file(store.root)
    except StoreError:
        return {name: MetricColumn.of(spec) for name, spec in METRICS.items()}, {}
    return file.metrics, file.document
