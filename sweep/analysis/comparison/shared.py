"""What the tables of two results folders share: metrics, photographs, values of HR itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from srgan_core.errors import ConfigError, unknown_name
from sweep.analysis.comparison.methods import Tables
from sweep.store.states import Method
from sweep.tables.metric_file import MetricColumn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SET_ALONE = "set"
"""Aggregation of metrics that have no value for a single image."""


def shared_metrics(one: Tables, other: Tables, columns: Sequence[str]) -> list[MetricColumn]:
    """Picks the metrics to compare in, in the order of the first folder's file.

    Raises:
        ConfigError: when a column is none that both folders have for single images.
    """
    shared = [
        name
        for name, metric in one.metrics.items()
        if name in other.metrics
        and metric.aggregation != SET_ALONE
        and name in one.images
        and name in other.images
    ]
    for column in columns:
        if column not in shared:
            known = one.metrics.get(column)
            if known is not None and known.aggregation == SET_ALONE:
                raise ConfigError(
                    f"{column}: expected a metric with a value for every image, got one of a "
                    f"whole set; choose from {', '.join(shared)}"
                )
            raise ConfigError(unknown_name("metric", column, shared))
    return [one.metrics[name] for name in shared if not columns or name in columns]


def check_same_images(one: Tables, other: Tables, dataset: str) -> None:
    """Raises ConfigError for data sets of one name with different photographs, or other LR."""
    sides = (("HR", one.hr_hashes, other.hr_hashes), ("LR", one.lr_hashes, other.lr_hashes))
    for side, of_one, of_other in sides:
        ours, theirs = of_one.get(dataset, {}), of_other.get(dataset, {})
        differing = sorted(n for n in ours if n in theirs and ours[n] != theirs[n])
        if differing:
            raise ConfigError(
                f"{dataset}: expected the same {side} images in {one.folder} and {other.folder}, "
                f"got different ones as {', '.join(differing[:3])}; score both on one test set"
            )


def hr_values(
    tables: Tables, dataset: str, metric: MetricColumn, images: Sequence[str]
) -> NDArray[np.float64] | None:
    """Looks up the values of the HR images themselves; None where the metric has none."""
    rows = tables.images
    rows = rows[(rows["method"] == Method.ORIGINAL) & (rows["dataset"] == dataset)]
    if metric.reference != "none" or metric.column not in rows:
        return None
    values = rows.set_index("image")[metric.column].reindex(list(images))
    return None if values.isna().any() else values.to_numpy(dtype=float)
