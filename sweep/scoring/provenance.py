"""What `metrics.json` says: how each column was computed, by what code, with what weights."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version

from srgan_core.errors import WeightsError
from sweep import __version__
from sweep.metrics.plugins import find_plugin
from sweep.metrics.specs import MetricSpec, find_spec
from sweep.metrics.weight_files import weight_hash

SCHEMA = 1

IMAGE_LIBRARIES = ("numpy", "pillow", "torch")
"""Installed packages that every column depends on: they read, resize and write the images."""


def metric_records(columns: Sequence[str]) -> list[dict[str, object]]:
    """Describes columns in full.

    Args:
        columns: Columns out of `METRICS`, or other names of pyiqa.

    Returns:
        For each column its spec, and under `libraries` and `weights` the versions of the
        packages and the SHA-256 of the files behind it; None for what is not on this machine.
    """
    return [
        {
            **asdict(spec),
            "libraries": {**library_versions(spec.libraries), **_programs(spec.column)},
            "weights": weight_hashes(spec),
        }
        for spec in map(find_spec, columns)
    ]


def metrics_document(
    columns: Sequence[str], *, device: str, datasets: Mapping[str, object]
) -> dict[str, object]:
    """The content of `metrics.json`.

    Args:
        columns: Columns out of `METRICS`, or other names of pyiqa.
        device: Where the networks ran.
        datasets: Name of each test set to its record.

    Returns:
        A document that `json` can write.
    """
    from sweep.scoring.sets.references import RESIZE_RULE

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
    """Looks up installed versions.

    Args:
        packages: Names of distributions.

    Returns:
        Name to version, None for what is not installed.
    """
    return {name: _version(name) for name in packages}


def weight_hashes(spec: MetricSpec) -> dict[str, str | None]:
    """Hashes the weights behind a metric; downloads nothing that is declared.

    Args:
        spec: The metric.

    Returns:
        Name of each file to its SHA-256, None for what is not here. Where pyiqa alone knows the
        files, `tensors` to a digest of all tensors of the metric as it was built.
    """
    if spec.weights is not None:
        return {name: weight_hash(name) for name in spec.weights}
    from sweep.metrics.pyiqa_adapter import PyiqaMetric

    try:
        return {"tensors": PyiqaMetric(spec.column).digest()}
    except WeightsError:
        return {"tensors": None}


def _programs(column: str) -> Mapping[str, str | None]:
    plugin = find_plugin(column)
    return {} if plugin is None else plugin.versions()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
