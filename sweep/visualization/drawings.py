"""Draws the charts and figures of a results folder, unless they are those of its present state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from srgan_core.files import write_atomically
from sweep.tables.curves import INTERPOLATION, PATH
from sweep.tables.files import PER_IMAGE, RESULTS
from sweep.tables.metric_file import METRICS_FILE
from sweep.tables.tables import Tables
from sweep.visualization.figures.folder import draw_comparisons
from sweep.visualization.plots.tradeoff import draw_tradeoff

Drawn = tuple[tuple[Path, ...], tuple[str, ...]]
"""Files, and sentences about figures that could not be drawn."""

RECORD = ".drawn.json"
"""What the charts and figures of a folder were drawn from, and what came of it."""

_IMAGES = ("reference/*/*/*.png", "shared/*/images/*/*.png", "trials/*/images/*/*.png")
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
    for table in _TABLES:
        path = folder / table
        digest.update(path.read_bytes() if path.is_file() else b"none")
        digest.update(table.encode())
    return digest.hexdigest()


def _images(folder: Path) -> Iterator[Path]:
    for pattern in _IMAGES:
        yield from sorted(folder.glob(pattern))


def _stamp(path: Path) -> list[int]:
    """Size and time of change, which stand for a content that would take long to read."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]
