"""Derives tables, charts and figures from the records of a results folder; never appends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from sweep.config.grid import Starts, Trial
from sweep.config.sweep_config import SweepConfig
from sweep.errors import StoreError
from sweep.metrics.registry import columns_for
from sweep.scoring.path_scores import path_records
from sweep.scoring.sets.test_sets import dataset_name
from sweep.store.claims import is_at_work
from sweep.store.folder import SweepStore, require_config, run_command
from sweep.store.grid import stored_trials
from sweep.tables.from_records import result_rows

Published = tuple[tuple[Path, ...], tuple[str, ...]]
"""Derived files, and sentences about figures that could not be drawn."""


def publish(
    store: SweepStore,
    config: SweepConfig,
    trials: Sequence[Trial],
    starts: Starts,
    datasets: Mapping[str, Any],
    *,
    charts: bool = True,
    at_work: bool = True,
) -> Published:
    """Brings every derived file of a results folder up to date.

    Args:
        store: The folder.
        config: Its config.
        trials: All of its trials.
        starts: What its trials set out from.
        datasets: Name of each test set to its record, for metrics.json.
        charts: Whether to draw charts and figures too.
        at_work: Whether trials that their records call `running` are.

    Returns:
        The derived files, and sentences about figures that could not be drawn.
    """
    from sweep.analysis.convergence_report import write_convergence
    from sweep.analysis.front_report import write_frontier
    from sweep.analysis.summary import summary_frame
    from sweep.scoring.provenance import metrics_document
    from sweep.tables.curves import PATH, path_frame
    from sweep.tables.files import PER_IMAGE, RESULTS, SUMMARY, write_csv
    from sweep.tables.frames import per_image_frame, results_frame
    from sweep.tables.tables import read_tables

    root = store.root
    rows = list(result_rows(store, config, trials, starts, tuple(datasets), at_work))
    results = results_frame(rows)
    frames = {
        RESULTS: results,
        PER_IMAGE: per_image_frame(rows),
        SUMMARY: summary_frame(results),
    }
    paths = [record for trial in trials for record in path_records(store.trial(trial.name))]
    curves = {PATH: path_frame(paths)} if paths else {}
    for name, frame in (frames | curves).items():
        write_csv(frame, root / name)
    document = metrics_document(
        columns_for(config.eval.metrics), device=config.device, datasets=datasets
    )
    metrics_file = store.write_metrics(document)
    # Read back, since the files round: what is drawn now is what they give at any time.
    tables = read_tables(root)
    derived = filter(None, (write_frontier(tables), write_convergence(tables)))
    files = (*(root / name for name in frames), metrics_file, *derived)
    if not charts:
        return files, ()
    from sweep.visualization.drawings import bring_up_to_date

    drawn, warnings = bring_up_to_date(tables)
    return (*files, *drawn), warnings


def republish(store: SweepStore) -> Published:
    """Brings every derived file of a finished folder up to date from its records alone.

    The caller holds the folder's lock.

    Raises:
        StoreError: when the folder holds no sweep.
        DataError: when the images of a test set are missing.
    """
    config = require_config(store)
    return publish(store, config, *stored_trials(store, config), _dataset_records(store, config))


def publish_tables(store: SweepStore) -> None:
    """Derives the tables that a run which was killed left out from the records; draws nothing.

    Raises:
        StoreError: when nothing is scored yet, or the folder cannot be written to.
    """
    config, at_work = require_config(store), is_at_work(store.root)
    names = [dataset_name(name) for name in config.eval.sets]
    begun = [name for name in names if store.read_reference(name) is not None]
    if not begun:
        raise StoreError(
            f"{store.root}: nothing is scored yet; `{run_command(store.root)}` goes on"
        )
    with nullcontext() if at_work else store.locked():
        publish(
            store,
            config,
            *stored_trials(store, config),
            _dataset_records(store, config, begun),
            charts=False,
            at_work=at_work,
        )


def _dataset_records(
    store: SweepStore, config: SweepConfig, names: Sequence[str] | None = None
) -> dict[str, Any]:
    """Name of each test set, of all by default, to its record for metrics.json."""
    from sweep.scoring.sets.references import dataset_record, open_reference

    if names is None:
        names = [dataset_name(name) for name in config.eval.sets]
    return {
        name: dataset_record(open_reference(store.reference(name), name, config.scale))
        for name in names
    }
