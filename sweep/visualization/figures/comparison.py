"""Draws one comparison: the whole HR image and enlarged parts of what became of it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from srgan_core.errors import DataError, ShapeError
from srgan_core.files import write_atomically
from sweep.tables.columns import measured_text
from sweep.tables.metric_file import MetricColumn
from sweep.visualization.figures.window import CELL, busiest_window, window_side

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

GAP = 14
LINE = 21
FONT_SIZE = 16
_OVERVIEW_WIDTH = 640
_SINGLE_ROW = 4
_INK = "#222222"
_GREY = "#555555"
# Okabe and Ito's vermillion between white lines: seen on any ground.
_BOX = "#D55E00"


class Panel(NamedTuple):
    """One enlarged part: a method, its image as large as HR, and scores in order of print."""

    label: str
    path: Path
    scores: Mapping[str, float]


@dataclass(frozen=True)
class _Fonts:
    plain: FreeTypeFont
    bold: FreeTypeFont


def draw_comparison(
    panels: Sequence[Panel | tuple[str, Path, Mapping[str, float]]],
    hr_path: Path,
    out_path: Path,
    metrics: Mapping[str, MetricColumn] | None = None,
) -> None:
    """Draws the HR image at the left and enlarged parts at the right, as PNG.

    The enlarged part is the square of highest gradient energy in HR. Its pixels are repeated,
    never interpolated, so that the picture shows what was scored. Without metrics, which give
    labels and units, column names are printed.

    Raises:
        DataError: when an image cannot be read.
        ShapeError: when an image is not as large as HR.
    """
    import numpy as np

    hr = _read(hr_path)
    side = window_side(hr.height, hr.width)
    top, left = busiest_window(np.asarray(hr), side)
    frame = (left, top, left + side, top + side)
    listed = [Panel(*panel) for panel in panels]
    fonts = _fonts()
    cells = [_cell(panel, hr.size, frame, fonts, metrics or {}) for panel in listed]
    grid = _grid(cells)
    overview = _overview(hr, frame, hr_path.stem, grid.height, fonts)
    write_atomically(out_path, _png(_beside(overview, grid)))


def _read(path: Path) -> Image:
    from PIL import Image as ImageModule

    try:
        with ImageModule.open(path) as image:
            return image.convert("RGB")
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read as an image ({error}); run the sweep again to restore it"
        ) from error


def _fonts() -> _Fonts:
    """Loads the fonts that come with matplotlib, so that no system font is needed."""
    import matplotlib
    from PIL import ImageFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"

    def load(name: str) -> FreeTypeFont:
        # The basic layout gives the same pixels with and without the optional libraqm.
        engine = ImageFont.Layout.BASIC
        return ImageFont.truetype(str(folder / name), FONT_SIZE, layout_engine=engine)

    return _Fonts(load("DejaVuSans.ttf"), load("DejaVuSans-Bold.ttf"))


def _blank(width: int, height: int) -> tuple[Image, ImageDraw]:
    from PIL import Image as ImageModule
    from PIL import ImageDraw as DrawModule

    image = ImageModule.new("RGB", (width, height), "white")
    return image, DrawModule.Draw(image)


def _cell(
    panel: Panel,
    size: tuple[int, int],
    frame: tuple[int, int, int, int],
    fonts: _Fonts,
    metrics: Mapping[str, MetricColumn],
) -> Image:
    from PIL.Image import Resampling

    image = _read(panel.path)
    if image.size != size:
        raise ShapeError(
            f"{panel.path}: expected {size[0]}x{size[1]} pixels as HR has, "
            f"got {image.width}x{image.height}; run the sweep again to restore it"
        )
    side = frame[2] - frame[0]
    zoomed = side * max(1, CELL // side)
    part = image.crop(frame).resize((zoomed, zoomed), Resampling.NEAREST)
    cell, draw = _blank(CELL, CELL + GAP // 2 + LINE * (1 + len(panel.scores)))
    cell.paste(part, ((CELL - zoomed) // 2, CELL - zoomed))
    lines = [score_text(column, value, metrics) for column, value in panel.scores.items()]
    _write(draw, CELL + GAP // 2, panel.label, fonts.bold, _INK)
    for number, line in enumerate(lines, start=1):
        _write(draw, CELL + GAP // 2 + number * LINE, line, fonts.plain, _GREY)
    return cell


def score_text(column: str, value: float, metrics: Mapping[str, MetricColumn]) -> str:
    """Writes a score as one line: label, value with 4 significant digits, unit."""
    if column not in metrics:
        return f"{column} {measured_text(value)}"
    return f"{metrics[column].label} {measured_text(value)} {metrics[column].unit}".rstrip()


def _write(draw: ImageDraw, y: int, text: str, font: FreeTypeFont, color: str) -> None:
    """Writes one line, shortened to the width of a cell."""
    shown = text
    while len(shown) > 1 and font.getlength(shown) > CELL:
        shown = shown[:-2] + "…"
    draw.text((0, y), shown, font=font, fill=color)


def _grid(cells: Sequence[Image]) -> Image:
    """Arranges cells in one row, or in two when they are many."""
    rows = 1 if len(cells) <= _SINGLE_ROW else 2
    columns = max(1, -(-len(cells) // rows))
    height = max((cell.height for cell in cells), default=CELL)
    grid, _ = _blank(columns * (CELL + GAP) - GAP, rows * (height + GAP) - GAP)
    for index, cell in enumerate(cells):
        row, column = divmod(index, columns)
        grid.paste(cell, (column * (CELL + GAP), row * (height + GAP)))
    return grid


def _overview(
    hr: Image, frame: tuple[int, int, int, int], name: str, height: int, fonts: _Fonts
) -> Image:
    """Fits the HR image into the height of the grid and marks the enlarged part."""
    from PIL.Image import Resampling

    room = height - GAP // 2 - 2 * LINE
    factor = min(room / hr.height, _OVERVIEW_WIDTH / hr.width)
    width, shown = round(hr.width * factor), round(hr.height * factor)
    image, draw = _blank(max(width, CELL), height)
    image.paste(hr.resize((width, shown), Resampling.LANCZOS), (0, 0))
    box = [round(edge * factor) for edge in frame]
    for inset, color in ((0, "white"), (1, _BOX), (2, _BOX), (3, _BOX), (4, "white")):
        draw.rectangle(
            (box[0] + inset, box[1] + inset, box[2] - inset, box[3] - inset), None, color
        )
    side = frame[2] - frame[0]
    _write(draw, shown + GAP // 2, name, fonts.bold, _INK)
    detail = f"{hr.width}x{hr.height}, box {side}x{side}"
    _write(draw, shown + GAP // 2 + LINE, detail, fonts.plain, _GREY)
    return image


def _beside(overview: Image, grid: Image) -> Image:
    width = overview.width + grid.width + 3 * GAP
    whole, _ = _blank(width, max(overview.height, grid.height) + 2 * GAP)
    whole.paste(overview, (GAP, GAP))
    whole.paste(grid, (overview.width + 2 * GAP, GAP))
    return whole


def _png(image: Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=9)
    return buffer.getvalue()
