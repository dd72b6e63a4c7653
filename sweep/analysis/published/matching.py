"""Decides which published values may stand on an axis: those of the same protocol."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sweep.analysis.published.points import PublishedValue

PROTOCOLS = {
    "psnr_y": ("psnr", "y", "scale", ""),
    "psnr_rgb": ("psnr", "rgb", "scale", ""),
    "ssim_y": ("ssim", "y", "scale", ""),
    "lpips_alex": ("lpips", "rgb", "0", "alex"),
    "niqe": ("niqe", "y", "scale", "pyiqa"),
}
"""Column to metric, channel, border and variant; `scale` stands for as many pixels as that."""


@dataclass(frozen=True)
class Placed:
    """A published method that has a value of the right protocol on both axes."""

    method: str
    x: float
    y: float
    source: str


@dataclass(frozen=True)
class Skipped:
    """A published method that is not drawn, and why."""

    method: str
    reason: str
    source: str


def place_points(
    values: Iterable[PublishedValue], dataset: str, scale: int, x_column: str, y_column: str
) -> tuple[list[Placed], list[Skipped]]:
    """Sorts published methods into what may stand on a panel, and what may not with its reason.

    Args:
        values: Published values, whose order is kept.
        dataset: Test set of the panel.
        scale: Magnification of the panel.
        x_column: Metric column of the horizontal axis.
        y_column: Metric column of the vertical axis.
    """
    methods: dict[str, list[PublishedValue]] = {}
    for value in values:
        methods.setdefault(value.method, []).append(value)
    placed, skipped = [], []
    for method, listed in methods.items():
        here = [value for value in listed if (value.dataset, value.scale) == (dataset, scale)]
        source = listed[0].source
        if not here:
            elsewhere = ", ".join(sorted({f"{v.dataset} x{v.scale}" for v in listed}))
            skipped.append(Skipped(method, f"was scored on {elsewhere}", source))
            continue
        found = {column: _value(here, column, scale) for column in (x_column, y_column)}
        x, y = found[x_column], found[y_column]
        if x is not None and y is not None and method.startswith("bicubic"):
            skipped.append(Skipped(method, f"is the chart's own bicubic: {x:g}, {y:g}", source))
        elif x is not None and y is not None:
            placed.append(Placed(method, x, y, source))
        else:
            reasons = [_why_not(here, c) for c, value in found.items() if value is None]
            skipped.append(Skipped(method, "; ".join(reasons), source))
    return placed, skipped


def _value(values: Iterable[PublishedValue], column: str, scale: int) -> float | None:
    if column not in PROTOCOLS:
        return None
    metric, channel, border, variant = PROTOCOLS[column]
    wanted = (metric, channel, str(scale) if border == "scale" else border, variant)
    for value in values:
        if (value.metric, value.channel, value.border, value.variant) == wanted:
            return value.value
    return None


def _why_not(values: Iterable[PublishedValue], column: str) -> str:
    metric = PROTOCOLS[column][0] if column in PROTOCOLS else column
    others = [value.protocol for value in values if value.metric == metric]
    if others:
        return f"{column}: another protocol, {', '.join(others)}"
    return f"{column}: no published value"
