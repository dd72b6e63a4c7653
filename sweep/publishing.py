"""Derives tables, charts and figures from the records of a results folder; never appends."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from srgan_core.files import write_atomically
from sweep.config.grid import Start, Trial
from sweep.config.sweep_config import SweepConfig
from sweep.metrics.specs import columns_for
from sweep.scoring.path_scores import path_records
from sweep.store.folder import SweepStore, require_config
from sweep.tables.from_records import result_rows, stored_trials

Drawn = tuple[tuple[Path, ...], tuple[str, ...]]
"""Files, and sentences about figures that could not be drawn."""

RECORD = ".drawn.json"
"""What the charts and figures of a folder were drawn from, and what came of it."""

_IMAGES = ("reference/*/*/*.png", "shared/*/images/*/*.png", "trials/*/images/*/*.png")
_PACKAGES = ("srgan-sweep", "matplotlib", "pillow")


def publish(
    store: SweepStore,
    config: SweepConfig,
    trials: Sequence[Trial],
    starts: Mapping[int, Start],
    datasets: Mapping[str, Any],
    *,
    charts: bool = True,
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Brings every derived file of a results folder up to date.

    Args:
        store: The folder.
        config: Its config.
        trials: All of its trials.
        starts: Its shared SRResNets.
        datasets: Name of each test set to its record, for metrics.json.
        charts: Whether to draw charts and figures too.

    Returns:
        The derived files, and sentences about figures that could not be drawn.
    """
    from sweep.analysis.front_report import write_frontier
    from sweep.analysis.summary import summary_frame
    from sweep.scoring.provenance import metrics_document
    from sweep.tables.curves import PATH, path_frame
    from sweep.tables.files import PER_IMAGE, RESULTS, SUMMARY, write_csv
    from sweep.tables.frames import per_image_frame, results_frame

    rows = list(result_rows(store, config, trials, starts, tuple(datasets)))
    results = results_frame(rows)
    write_csv(results, store.root / RESULTS)
    write_csv(per_image_frame(rows), store.root / PER_IMAGE)
    write_csv(summary_frame(results), store.root / SUMMARY)
    document = metrics_document(
        columns_for(config.eval.metrics), device=config.device, datasets=datasets
    )
    metrics_file = store.root / "metrics.json"
    write_atomically(metrics_file, (json.dumps(document, indent=1) + "\n").encode())
    tables = (store.root / name for name in (RESULTS, PER_IMAGE, SUMMARY))
    paths = [record for trial in trials for record in path_records(store.trial(trial.name))]
    if paths:
        write_csv(path_frame(paths), store.root / PATH)
    files = (*tables, metrics_file, write_frontier(store.root))
    if not charts:
        return files, ()
    drawn, warnings = bring_up_to_date(store.root)
    return (*files, *drawn), warnings


def republish(store: SweepStore) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Brings every derived file of a finished folder up to date from its records alone.

    Args:
        store: The folder; the caller holds its lock.

    Returns:
        As `publish`.

    Raises:
        StoreError: when the folder holds no sweep.
        DataError: when the images of a test set are missing.
    """
    from sweep.scoring.sets.references import dataset_record, open_reference
    from sweep.scoring.sets.test_sets import dataset_name

    config = require_config(store)
    trials, starts = stored_trials(store, config)
    names = [dataset_name(name) for name in config.eval.sets]
    datasets = {
        name: dataset_record(open_reference(store.reference(name), name, config.scale))
        for name in names
    }
    return publish(store, config, trials, starts, datasets)


def bring_up_to_date(folder: Path) -> Drawn:
    """Draws the tradeoff charts and the figures unless they are those of the present state.

    Args:
        folder: Results folder with its tables.

    Returns:
        The charts and figures, whether drawn now or before, and sentences about missing ones.

    Raises:
        StoreError: when a table is missing or damaged.
    """
    from sweep.visualization.figures.folder import draw_comparisons
    from sweep.visualization.plots.tradeoff import draw_tradeoff

    # Before anything is read: what changes meanwhile is drawn the next time.
    state = _state(folder)
    drawn = _drawn_before(folder, state)
    if drawn is not None:
        return drawn
    charts, comparisons = draw_tradeoff(folder), draw_comparisons(folder)
    files = (*charts, *comparisons.written)
    record = {
        "state": state,
        "files": {str(path.relative_to(folder)): _stamp(path) for path in files},
        "notes": comparisons.warnings,
    }
    write_atomically(folder / RECORD, json.dumps(record, indent=1).encode())
    return files, comparisons.warnings


def _drawn_before(folder: Path, state: str) -> Drawn | None:
    """What was drawn, if it was from this state and lies there untouched."""
    try:
        record: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        files = {folder / name: stamp for name, stamp in record["files"].items()}
        notes = tuple(map(str, record["notes"]))
        if record["state"] != state or any(_stamp(path) != s for path, s in files.items()):
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return tuple(files), notes


def _state(folder: Path) -> str:
    """Digest of all that charts and figures show or depend on."""
    lines = [folder.resolve().name, *(f"{name} {version(name)}" for name in _PACKAGES)]
    lines += (f"{path.relative_to(folder)} {_stamp(path)}" for path in _images(folder))
    digest = hashlib.sha256("\n".join(lines).encode())
    for table in _tables():
        path = folder / table
        digest.update(path.read_bytes() if path.is_file() else b"none")
        digest.update(table.encode())
    return digest.hexdigest()


def _tables() -> Sequence[str]:
    from sweep.tables.curves import INTERPOLATION, PATH
    from sweep.tables.files import PER_IMAGE, RESULTS
    from sweep.tables.metric_file import METRICS_FILE

    return (RESULTS, PER_IMAGE, METRICS_FILE, INTERPOLATION, PATH)


def _images(folder: Path) -> Iterator[Path]:
    for pattern in _IMAGES:
        yield from sorted(folder.glob(pattern))


def _stamp(path: Path) -> list[int]:
    """Size and time of change, which stand for a content that would take long to read."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]
