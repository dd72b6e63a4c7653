"""Charts and figures of a results folder, drawn where they are not there or out of date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

Drawn = tuple[tuple[Path, ...], tuple[str, ...]]
"""Files, and sentences about figures that could not be drawn."""

_IMAGES = ("reference/*/*/*.png", "shared/*/images/*/*.png", "trials/*/images/*/*.png")


def bring_up_to_date(folder: Path) -> Drawn:
    """Draws the tradeoff charts and the figures unless each is younger than all it shows.

    Args:
        folder: Results folder with its tables; a table keeps its time while its content stays.

    Returns:
        The charts and figures, whether drawn now or before, and sentences about missing ones.

    Raises:
        StoreError: when a table is missing or damaged.
    """
    from sweep.figures import draw_comparisons, figure_files
    from sweep.plots import chart_files, draw_tradeoff

    expected = (*chart_files(folder), *figure_files(folder))
    if _are_current(expected, folder):
        return expected, ()
    charts, comparisons = draw_tradeoff(folder), draw_comparisons(folder)
    return (*charts, *comparisons.written), comparisons.warnings


def _are_current(drawings: tuple[Path, ...], folder: Path) -> bool:
    if not all(drawing.is_file() for drawing in drawings):
        return False
    oldest = min(drawing.stat().st_mtime_ns for drawing in drawings)
    return all(source.stat().st_mtime_ns <= oldest for source in _sources(folder))


def _sources(folder: Path) -> Iterator[Path]:
    """What charts and figures are drawn from."""
    from sweep.tables import PER_IMAGE, RESULTS
    from sweep.tables.curves import INTERPOLATION, PATH
    from sweep.tables.metric_file import METRICS_FILE

    tables = (RESULTS, PER_IMAGE, METRICS_FILE, INTERPOLATION, PATH)
    yield from (folder / name for name in tables if (folder / name).is_file())
    for pattern in _IMAGES:
        yield from folder.glob(pattern)
