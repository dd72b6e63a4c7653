"""What `metrics.json` says: how each column was computed, by what code, with what weights."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

from srgan_core.errors import WeightsError
from srgan_core.files import file_sha256
from sweep.scoring.metrics.specs import METRICS

SCHEMA = 1

LIBRARIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "psnr_y": ("numpy",),
        "ssim_y": ("scikit-image", "numpy"),
        "psnr_rgb": ("numpy",),
        "lpips_alex": ("lpips", "torch"),
        "niqe": ("pyiqa", "torch"),
    }
)
"""Installed packages that decide a column's value."""


def metric_records(columns: Sequence[str]) -> list[dict[str, object]]:
    """Describes columns in full.

    Args:
        columns: Columns out of `METRICS`.

    Returns:
        For each column its spec, and under `libraries` and `weights` the versions of the
        packages and the SHA-256 of the files behind it; None for what is not on this machine.
    """
    return [
        {
            **asdict(METRICS[column]),
            "libraries": {name: _version(name) for name in LIBRARIES[column]},
            "weights": _weights(column),
        }
        for column in columns
    ]


def metrics_document(
    columns: Sequence[str], *, device: str, datasets: Mapping[str, object]
) -> dict[str, object]:
    """The content of `metrics.json`.

    Args:
        columns: Columns out of `METRICS`.
        device: Where the networks ran.
        datasets: Name of each test set to its record.

    Returns:
        A document that `json` can write.
    """
    from sweep.scoring.references import RESIZE_RULE

    return {
        "schema": SCHEMA,
        "metrics": metric_records(columns),
        "device": device,
        "resize": RESIZE_RULE,
        "datasets": dict(datasets),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _weights(column: str) -> dict[str, str | None]:
    if column == "lpips_alex":
        return {"alexnet": _trunk_hash(), "lpips v0.1 alex.pth": _heads_hash()}
    if column == "niqe":
        path = Path(__file__).parent / "assets" / "niqe_original.mat"
        return {path.name: file_sha256(path)}
    return {}


def _trunk_hash() -> str | None:
    from srgan_core.weights import resolve_weights

    try:
        return resolve_weights("alexnet", allow_download=False).sha256
    except WeightsError:
        return None


def _heads_hash() -> str | None:
    # Locating the package does not import it.
    package = importlib.util.find_spec("lpips")
    if package is None or package.origin is None:
        return None
    return file_sha256(Path(package.origin).parent / "weights" / "v0.1" / "alex.pth")
