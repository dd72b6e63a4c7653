"""Charts and images as a notebook shows them."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.errors import ConfigError
from srgan_core.files import write_atomically

if TYPE_CHECKING:
    import numpy as np


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


def _figure(name: str, path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    label = html.escape(name, quote=True)
    return (
        f'<figure style="margin:0"><img alt="{label}" src="data:image/png;base64,{data}" '
        f'style="max-width:256px;image-rendering:pixelated"><figcaption>{label}</figcaption>'
        "</figure>"
    )
