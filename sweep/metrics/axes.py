"""Which columns stand against each other on a chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from sweep.metrics.registry import find_metric

DISTORTION = "psnr_y"
USUAL_AXES = ("niqe", "lpips_alex")


class Column(Protocol):
    """What is known of a column: whether it measures `distortion` or `perception`."""

    @property
    def kind(self) -> str:
        """One of the two."""


def axes_beside_distortion(metrics: Mapping[str, Column]) -> list[str]:
    """Lists the columns that stand against PSNR: the usual two, then the perception metrics."""
    further = [name for name, metric in metrics.items() if metric.kind == "perception"]
    return [name for name in dict.fromkeys((*USUAL_AXES, *further)) if name in metrics]


def first_axes(columns: Iterable[str]) -> tuple[str, str] | None:
    """Picks PSNR and the first column that stands against it; None where either is missing."""
    metrics = {column: find_metric(column) for column in columns}
    beside = axes_beside_distortion(metrics)
    return (DISTORTION, beside[0]) if DISTORTION in metrics and beside else None
