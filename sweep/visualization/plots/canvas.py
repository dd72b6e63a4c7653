"""Figures whose bytes depend on what is drawn alone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Dates and versions in a file would change its bytes from run to run.
_METADATA: dict[str, dict[str, str | None]] = {
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}


@contextmanager
def new_figure(settings: Any, **options: Any) -> Iterator[Figure]:
    """Makes a figure, with matplotlib's own settings and these while it is drawn and saved."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as NewFigure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # A user's own settings would move labels and change bytes.
        matplotlib.rcParams.update(settings)
        figure = NewFigure(**options)
        FigureCanvasAgg(figure)
        yield figure


def file_of(figure: Figure, suffix: str, **metadata: str) -> bytes:
    """The content of a figure's file of a format: pdf, svg or png."""
    buffer = io.BytesIO()
    known = _METADATA[suffix] | metadata
    figure.savefig(buffer, format=suffix, dpi=figure.dpi, metadata=known)
    return buffer.getvalue()
