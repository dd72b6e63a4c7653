"""Reads the packaged table of published results."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

FILE = "points.csv"


@dataclass(frozen=True)
class PublishedValue:
    """One number of an article or a model zoo.

    Attributes:
        method: Name of the method, with who scored it in parentheses where several did.
        dataset: Test set, named as in the tables.
        scale: Magnification.
        metric: `psnr`, `ssim`, `lpips`, `niqe`, `pi`.
        channel: `y`, `rgb`, or `not stated`.
        border: Pixels cut from each side, or `not stated`.
        variant: What else decides the value: backbone or implementation; empty for the usual.
        value: The number.
        source: Where it stands.
    """

    method: str
    dataset: str
    scale: int
    metric: str
    channel: str
    border: str
    variant: str
    value: float
    source: str

    @property
    def protocol(self) -> str:
        """The protocol in a few words."""
        border = "border not stated" if self.border == "not stated" else f"{self.border} px border"
        channel = "channel not stated" if self.channel == "not stated" else self.channel.upper()
        parts = (channel, border, self.variant)
        return f"{self.metric.upper()} ({', '.join(part for part in parts if part)})"


@lru_cache(maxsize=1)
def published_values() -> tuple[PublishedValue, ...]:
    """Reads all published values, in the order of the file."""
    text = (files("sweep.analysis.published") / FILE).read_text(encoding="utf-8")
    return tuple(
        PublishedValue(**row | {"scale": int(row["scale"]), "value": float(row["value"])})  # type: ignore[arg-type]
        for row in csv.DictReader(text.splitlines())
    )
