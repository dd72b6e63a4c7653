"""The files of `sweep score`: a table of each image's scores, and how they came about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from srgan_core.files import is_written_through, write_atomically
from sweep.scoring.external.scored_method import ScoredMethod
from sweep.scoring.provenance import metrics_document
from sweep.store.records.base import json_number
from sweep.tables.files import write_csv
from sweep.tables.frames import per_image_frame
from sweep.tables.from_records import external_row


def write_scores(methods: Sequence[ScoredMethod], path: Path) -> list[Path]:
    """Writes one row per image, and beside it how the scores came about.

    Args:
        methods: Scores, one entry per test set.
        path: The CSV file.

    Returns:
        The CSV file, such as scores.csv, and the JSON file scores.metrics.json beside it, which
        a device or a named pipe goes without.
    """
    write_csv(per_image_frame([external_row(scored) for scored in methods]), path)
    beside = provenance_file(path)
    if beside is None:
        return [path]
    text = json.dumps(_provenance(methods), indent=1)
    write_atomically(beside, f"{text}\n".encode())
    return [path, beside]


def provenance_file(path: Path) -> Path | None:
    """Where it is told how the scores of a CSV file came about; None beside a device."""
    return None if is_written_through(path) else path.with_name(f"{path.stem}.metrics.json")


def _provenance(methods: Sequence[ScoredMethod]) -> dict[str, Any]:
    """Metrics with versions and weights, and where the images of each test set come from.

    Like a sweep's metrics.json, without the resize rule: who made the images knows it.
    """
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
    columns, device = first.protocol.columns, first.protocol.device
    document = metrics_document(columns, device=device, datasets=datasets)
    document.pop("resize", None)
    return {"method": first.method, **document}


def _plain(values: Mapping[str, float]) -> dict[str, float | str]:
    return {column: json_number(value) for column, value in values.items()}
