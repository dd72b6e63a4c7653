"""What `sweep score` prints and writes: the table, the CSV, its provenance, the bad images."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from srgan_core.wording import counted
from sweep.cli.messages import say

if TYPE_CHECKING:
    from sweep.scoring.external.scored_method import ScoredMethod
    from sweep.visualization.printing.view import Cell, View

MOST_ROWS = 20
"""Images up to which each has a row on the terminal; the CSV always has all."""


def report_scores(scored: ScoredMethod) -> None:
    """Prints the table of one test set, then what there is to say about it.

    Args:
        scored: Scores of a method on a test set.
    """
    from sweep.visualization.printing.terminal import print_view

    # A title of the table itself would wrap to the width of its columns.
    click.secho(_title(scored), bold=True)
    border = f"border of {scored.protocol.border} px cut where a metric cuts one"
    print_view(_view(scored), [border])
    for note in scored.notes:
        say(f"note: {note}")
    for image, problem in scored.problems.items():
        say(f"not scored: {image}: {problem}")


def write_scores(methods: Sequence[ScoredMethod], path: Path) -> list[Path]:
    """Writes one row per image, and beside it how the scores came about.

    Args:
        methods: Scores, one entry per test set.
        path: The CSV file.

    Returns:
        The CSV file and the JSON file beside it.
    """
    from srgan_core.files import write_atomically
    from sweep.tables.files import write_csv
    from sweep.tables.frames import per_image_frame
    from sweep.tables.from_records import external_row

    path.parent.mkdir(parents=True, exist_ok=True)
    write_csv(per_image_frame([external_row(scored) for scored in methods]), path)
    beside = provenance_path(path)
    text = json.dumps(provenance(methods), indent=1)
    write_atomically(beside, f"{text}\n".encode())
    return [path, beside]


def provenance_path(path: Path) -> Path:
    """The JSON file that belongs to a CSV file.

    Args:
        path: The CSV file.

    Returns:
        `scores.metrics.json` beside `scores.csv`.
    """
    return path.with_name(f"{path.stem}.metrics.json")


def provenance(methods: Sequence[ScoredMethod]) -> dict[str, Any]:
    """Metrics with versions and weights, and where the images of each test set come from.

    Args:
        methods: Scores, one entry per test set.

    Returns:
        A document like a sweep's metrics.json, without the resize rule: who made the images
        knows it.
    """
    from sweep.scoring.provenance import metrics_document

    first = methods[0]
    datasets = {
        scored.dataset: {
            "images": len(scored.scored),
            **scored.provenance(),
            "means": _plain(scored.means),
            "hr_means": _plain(scored.hr_means),
        }
        for scored in methods
    }
    document = metrics_document(
        first.protocol.columns, device=first.protocol.device, datasets=datasets
    )
    document.pop("resize", None)
    return {"method": first.method, **document}


def _plain(values: Mapping[str, float]) -> dict[str, float | str]:
    """JSON has no infinity and no nan."""
    return {c: v if abs(v) < float("inf") else str(v) for c, v in values.items()}


def _view(scored: ScoredMethod) -> View:
    from sweep.metrics.specs import find_spec
    from sweep.tables.columns import decimals_for
    from sweep.visualization.printing.view import Cell, Column, Row, View, printable

    columns = [Column("method", "image", "", "", False, True)]
    for name in scored.means or scored.protocol.columns:
        metric = find_spec(name)
        arrow = "↑" if metric.higher_is_better else "↓"
        columns.append(Column(name, metric.label, metric.unit, arrow, True, True))
    names = [column.name for column in columns[1:]]
    lines: list[tuple[str, Mapping[str, float], str]] = []
    if len(scored.scored) <= MOST_ROWS:
        lines += [(o.pair.image, o.scores, "images") for o in scored.scored]
    lines.append(("mean", scored.means, "mean"))
    if scored.hr_means:
        lines.append(("HR itself", scored.hr_means, "mean"))
    every = {n: [values[n] for _, values, _ in lines if n in values] for n in names}
    decimals = {name: decimals_for(values) for name, values in every.items()}
    rows = tuple(
        Row((Cell(printable(title)), *_cells(names, values, decimals)), section)
        for title, values, section in lines
    )
    return View("", tuple(columns), rows)


def _cells(
    names: Sequence[str], values: Mapping[str, float], decimals: Mapping[str, int]
) -> list[Cell]:
    import math

    from sweep.visualization.printing.view import DASH, Cell

    return [
        Cell(DASH)
        if math.isnan(values.get(name, math.nan))
        else Cell(f"{values[name]:.{decimals[name]}f}")
        for name in names
    ]


def _title(scored: ScoredMethod) -> str:
    from sweep.visualization.printing.view import printable

    all_images, images = len(scored.outcomes), len(scored.scored)
    count = counted(all_images, "image")
    if images < all_images:
        count = f"{images} of {count}"
    name, dataset = printable(scored.method), printable(scored.dataset)
    return f"{name}: {dataset}, x{scored.protocol.scale}, {count}"
