"""Draws the charts and figures of a results folder, unless they are those of its present state."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from sweep.store.folder import METRICS_FILE, SweepStore
from sweep.store.records.folder import DrawnRecord
from sweep.tables.curves import INTERPOLATION, PATH
from sweep.tables.files import PER_IMAGE, RESULTS
from sweep.tables.tables import Tables
from sweep.visualization.figures.folder import draw_comparisons
from sweep.visualization.plots.tradeoff import draw_tradeoff

Drawn = tuple[tuple[Path, ...], tuple[str, ...]]
"""Files, and sentences about figures that could not be drawn."""

_TABLES = (RESULTS, PER_IMAGE, METRICS_FILE, INTERPOLATION, PATH)
_PACKAGES = ("srgan-sweep", "matplotlib", "pillow")


def bring_up_to_date(tables: Tables) -> Drawn:
    """Draws the tradeoff charts and the figures unless they are current.

    Args:
        tables: Tables as they are in their folder; the caller holds its lock.

    Raises:
        StoreError: when a table is missing, damaged or empty.
    """
    folder = tables.folder
    # Before any image is read: what changes meanwhile is drawn the next time.
    state = _state(folder)
    drawn = _drawn_before(folder, state)
    if drawn is not None:
        return drawn
    charts, comparisons = draw_tradeoff(tables), draw_comparisons(tables)
    files = (*charts, *comparisons.written)
    record = DrawnRecord(
        state=state,
        files={str(path.relative_to(folder)): _stamp(path) for path in files},
        notes=comparisons.warnings,
    )
    SweepStore(folder).write_drawn(record)
    return files, comparisons.warnings


def _drawn_before(folder: Path, state: str) -> Drawn | None:
    """What was drawn, if it was from this state and lies there untouched."""
    record = SweepStore(folder).read_drawn()
    if record is None or record.state != state:
        return None
    files = {folder / name: stamp for name, stamp in record.files.items()}
    if any(not path.is_file() or _stamp(path) != stamp for path, stamp in files.items()):
        return None
    return tuple(files), record.notes


def _state(folder: Path) -> str:
    """Digest of all that charts and figures show or depend on."""
    lines = [folder.resolve().name, *(f"{name} {version(name)}" for name in _PACKAGES)]
    images = SweepStore(folder).images()
    lines += (f"{path.relative_to(folder)} {list(_stamp(path))}" for path in images)
    digest = hashlib.sha256("\n".join(lines).encode())
    for table in _TABLES:
        path = folder / table
        digest.update(path.read_bytes() if path.is_file() else b"none")
        digest.update(table.encode())
    return digest.hexdigest()


def _stamp(path: Path) -> tuple[int, int]:
    """Size and time of change, which stand for a content that would take long to read."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns
