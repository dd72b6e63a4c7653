"""What `metrics.json` says: how each column was computed, by what code, with what weights."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from sweep import __version__
from sweep.metrics.registry import find_metric
from sweep.store.low_resolution import RESIZE_RULE
from sweep.store.records.base import SCHEMA

IMAGE_LIBRARIES = ("numpy", "pillow", "torch")
"""Installed packages that every column depends on: they read, resize and write the images."""


def metric_records(columns: Sequence[str]) -> list[dict[str, object]]:
    """Describes columns of `METRICS`, or other names of pyiqa, in full.

    Returns:
        For each column what it says of itself, and under `libraries` and `weights` the versions
        of the packages and the SHA-256 of the files behind it; None for what is not on this
        machine. Where pyiqa alone knows the files, `tensors` is a digest of all tensors of the
        metric, which is built for it; otherwise nothing is downloaded.
    """
    return [
        {
            **metric.describe(),
            "libraries": {**library_versions(metric.libraries), **metric.versions()},
            "weights": {weights.name: weights.sha256() for weights in metric.weights or ()},
        }
        for metric in map(find_metric, columns)
    ]


def metrics_document(
    columns: Sequence[str], *, device: str, datasets: Mapping[str, object]
) -> dict[str, object]:
    """The content of `metrics.json`, which `json` can write.

    Args:
        columns: Columns of `METRICS`, or other names of pyiqa.
        device: Where the networks ran.
        datasets: Name of each test set to its record.
    """
    return {
        "schema": SCHEMA,
        "metrics": metric_records(columns),
        "device": device,
        "sweep": __version__,
        "python": platform.python_version(),
        "libraries": library_versions(IMAGE_LIBRARIES),
        "resize": RESIZE_RULE,
        "datasets": dict(datasets),
    }


def library_versions(packages: Sequence[str]) -> dict[str, str | None]:
    """Name of each package to its installed version, None for what is not installed."""
    versions: dict[str, str | None] = dict.fromkeys(packages)
    for name in packages:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions
