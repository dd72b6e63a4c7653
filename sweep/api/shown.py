"""Charts and images as a notebook shows them."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.errors import ConfigError
from srgan_core.files import write_atomically

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from sweep.tables.metric_file import MetricColumn


@dataclass(frozen=True)
class Chart:
    """A chart that a notebook shows and that can be saved.

    Attributes:
        png: As a PNG file.
        svg: As an SVG file.
    """

    png: bytes
    svg: bytes

    def save(self, path: Path | str) -> Path:
        """Writes the chart.

        Args:
            path: A file that ends in .png or .svg.

        Returns:
            The file.

        Raises:
            ConfigError: when the ending is another.
        """
        target = Path(path)
        formats = {".png": self.png, ".svg": self.svg}
        if target.suffix.lower() not in formats:
            raise ConfigError(f"{target}: expected a name that ends in .png or .svg")
        write_atomically(target, formats[target.suffix.lower()])
        return target

    def _repr_png_(self) -> bytes:
        return self.png


class Gallery(Mapping[str, "np.ndarray"]):
    """Restorations of one image, shown side by side; a mapping of their names to pixels.

    Args:
        title: Heading.
        files: Name to PNG file.

    Attributes:
        title: Heading.
        files: Name to PNG file.
    """

    def __init__(self, title: str, files: Mapping[str, Path]) -> None:
        self.title, self.files = title, dict(files)

    def __getitem__(self, name: str) -> np.ndarray:
        """Reads an image: (H, W, 3), uint8."""
        from srgan_core.data.images import read_rgb

        if name not in self.files:
            raise KeyError(name)
        return read_rgb(self.files[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def __repr__(self) -> str:
        return f"<Gallery {self.title}: {', '.join(self.files)}>"

    def _repr_html_(self) -> str:
        figures = "".join(_figure(name, path) for name, path in self.files.items())
        return (
            f"<div><p>{html.escape(self.title)}</p>"
            f'<div style="display:flex;flex-wrap:wrap;gap:12px">{figures}</div></div>'
        )


def summary_html(name: str, summary: pd.DataFrame, metrics: Mapping[str, MetricColumn]) -> str:
    """Writes the means over the seeds as a table, each number as its column prescribes.

    Args:
        name: Heading.
        summary: Table of `summary_frame`.
        metrics: Its score columns.
    """
    from sweep.tables.columns import (
        EXACT_COLUMNS,
        START,
        adv_texts,
        axis_columns,
        decimals_of,
        number_text,
    )
    from sweep.tables.curve_names import has_both_starts
    from sweep.tables.frames import records_of

    records = records_of(summary)
    scored = [c for c in metrics if c in summary and summary[c].notna().any()]
    writers = {c: f"{{:.{decimals_of(c, records)}f}}".format for c in scored}
    start = [START] if has_both_starts(records) else []
    texts = adv_texts([record["adv"] for record in records])
    axes = axis_columns(summary.columns)
    writers |= {c: partial(number_text, c) for c in axes if c in EXACT_COLUMNS}
    shown = summary[["dataset", "method", "content", *axes, *start]].assign(
        adv=summary["adv"].astype(object).where(summary["adv"].isna(), texts),
        **{c: summary[c].map(write, na_action="ignore") for c, write in writers.items()},
    )
    table = shown.to_html(index=False, na_rep="", escape=True)
    return f"<div><p><b>{html.escape(name)}</b></p>{table}</div>"


def _figure(name: str, path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    label = html.escape(name, quote=True)
    return (
        f'<figure style="margin:0"><img alt="{label}" src="data:image/png;base64,{data}" '
        f'style="max-width:256px;image-rendering:pixelated"><figcaption>{label}</figcaption>'
        "</figure>"
    )
