"""The head of a model card that the Hugging Face Hub reads: YAML, the scores in `model-index`.

Source: "Model Cards" in the Hub's documentation, and `ModelCard` of huggingface_hub, with which the
tests read it. A licence is not among it: that of the weights is their maker's to choose.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

from sweep.metrics.registry import find_metric
from sweep.scoring.sets.published_sets import PUBLISHED
from sweep.store.records.base import Columns
from sweep.tables.metric_file import MetricColumn

TASK = "image-to-image"
"""The Hub's name for what a generator does."""

LIBRARY = "srgan-sweep"

_DIGITS = 6


def hub_header(
    name: str, scale: int, scores: Mapping[str, Columns], files: Collection[Path], *, is_own: bool
) -> str:
    """Words the head.

    Args:
        name: Of the generator.
        scale: How many times it enlarges.
        scores: Test set to its values by column; sets without a finite one are left out.
        files: What was exported.
        is_own: Whether it is a network of this package.

    Returns:
        YAML between two lines of three dashes; without scores it has no `model-index`.
    """
    tags = ["super-resolution", *(["srgan"] if is_own else [])]
    tags += ["onnx"] if any(path.suffix == ".onnx" for path in files) else []
    head: dict[str, object] = {"library_name": LIBRARY} if is_own else {}
    head |= {"pipeline_tag": TASK, "tags": tags}
    finite = {
        dataset: {column: value for column, value in row.items() if math.isfinite(value)}
        for dataset, row in scores.items()
    }
    results = [_result(dataset, scale, row) for dataset, row in finite.items() if row]
    if results:
        head["metrics"] = sorted({find_metric(c).group for row in finite.values() for c in row})
        head["model-index"] = [{"name": name, "results": results}]
    return f"---\n{yaml.safe_dump(head, sort_keys=False, allow_unicode=True)}---"


def _result(dataset: str, scale: int, values: Columns) -> dict[str, object]:
    """Scores on one test set; a published one is called by its name on the Hub."""
    known = PUBLISHED.get(dataset)
    return {
        "task": {"type": TASK, "name": f"Super-resolution, x{scale}"},
        "dataset": {"name": dataset, "type": known.hub_name if known else dataset},
        "metrics": [
            {
                "type": column,
                "value": float(f"{value:.{_DIGITS}g}"),
                "name": MetricColumn.of(find_metric(column)).heading,
            }
            for column, value in values.items()
        ],
    }
