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
from sweep.visualization.figures.cues import Cue, marker_image
from sweep.visualization.figures.window import CELL, choose_window, window_side

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

GAP = 14
FRAME = 5
LINE = 21
FONT_SIZE = 16
_OVERVIEW_WIDTH = 640
_SINGLE_ROW = 4
_INK = "#222222"
_GREY = "#555555"
# Okabe and Ito's vermillion between white lines: seen on any ground.
_BOX = "#D55E00"


class Panel(NamedTuple):
    """One enlarged part: a method, its image as large as HR, and scores in order of print.

    The cue, where there is one, is how the chart draws the method; `setting` has its values on
    further axes, a line each.
    """

    label: str
    path: Path
    scores: Mapping[str, float]
    cue: Cue | None = None
    setting: tuple[str, ...] = ()


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

    The enlarged part is the texture where the trials differ most (see `choose_window`). Its pixels
    are repeated, never interpolated, so that the picture shows what was scored. Trials have a frame
    and a marker as in the chart. Without metrics, which give labels and units, column names are
    printed.

    Raises:
        DataError: when an image cannot be read.
        ShapeError: when an image is not as large as HR.
    """
    import numpy as np

    hr = _read(hr_path)
    side = window_side(hr.height, hr.width)
    listed = [Panel(*panel) for panel in panels]
    images = [_restored(panel.path, hr) for panel in listed]
    trials = [i for p, i in zip(listed, images, strict=True) if p.cue and p.cue.of_trial]
    top, left = choose_window(np.asarray(hr), [np.asarray(image) for image in trials], side)
    frame = (left, top, left + side, top + side)
    fonts = _fonts()
    parts = [image.crop(frame) for image in images]
    cells = [_cell(*each, fonts, metrics or {}) for each in zip(listed, parts, strict=True)]
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


def _restored(path: Path, hr: Image) -> Image:
    """Reads an image that has to be as large as HR."""
    image = _read(path)
    if image.size != hr.size:
        raise ShapeError(
            f"{path}: expected {hr.width}x{hr.height} pixels as HR has, "
            f"got {image.width}x{image.height}; run the sweep again to restore it"
        )
    return image


def _cell(panel: Panel, part: Image, fonts: _Fonts, metrics: Mapping[str, MetricColumn]) -> Image:
    from PIL.Image import Resampling

    zoomed = part.width * max(1, CELL // part.width)
    cell, draw = _blank(CELL + 2 * FRAME, CELL + 2 * FRAME + GAP // 2 + LINE * _lines(panel))
    place = (FRAME + (CELL - zoomed) // 2, FRAME + CELL - zoomed)
    ends = (place[0] + zoomed, place[1] + zoomed)
    if panel.cue is not None and panel.cue.of_trial:
        around = (place[0] - FRAME, place[1] - FRAME, ends[0] + FRAME - 1, ends[1] + FRAME - 1)
        draw.rectangle(around, panel.cue.color)
    cell.paste(part.resize((zoomed, zoomed), Resampling.NEAREST), place)
    top, indent = CELL + 2 * FRAME + GAP // 2, 0
    if panel.cue is not None:
        cell.paste(marker_image(panel.cue, FONT_SIZE), (0, top + 2))
        indent = FONT_SIZE + GAP // 2
    _write(draw, top, panel.label, fonts.bold, _INK, indent)
    scores = (score_text(column, value, metrics) for column, value in panel.scores.items())
    for number, line in enumerate((*panel.setting, *scores), start=1):
        _write(draw, top + number * LINE, line, fonts.plain, _GREY)
    return cell


def _lines(panel: Panel) -> int:
    return 1 + len(panel.setting) + len(panel.scores)


def score_text(column: str, value: float, metrics: Mapping[str, MetricColumn]) -> str:
    """Writes a score as one line: label, value with 4 significant digits, unit."""
    if column not in metrics:
        return f"{column} {measured_text(value)}"
    return f"{metrics[column].label} {measured_text(value)} {metrics[column].unit}".rstrip()


def _write(
    draw: ImageDraw, y: int, text: str, font: FreeTypeFont, color: str, indent: int = 0
) -> None:
    """Writes one line, shortened to the width of a cell."""
    shown = text
    while len(shown) > 1 and font.getlength(shown) > CELL - indent:
        shown = shown[:-2] + "…"
    draw.text((indent, y), shown, font=font, fill=color)


def _grid(cells: Sequence[Image]) -> Image:
    """Arranges cells in one row, or in two full ones when they are many."""
    rows = 2 if len(cells) > _SINGLE_ROW and len(cells) % 2 == 0 else 1
    columns = max(1, len(cells) // rows)
    width = max((cell.width for cell in cells), default=CELL)
    height = max((cell.height for cell in cells), default=CELL)
    grid, _ = _blank(columns * (width + GAP) - GAP, rows * (height + GAP) - GAP)
    for index, cell in enumerate(cells):
        row, column = divmod(index, columns)
        grid.paste(cell, (column * (width + GAP), row * (height + GAP)))
    return grid


def _overview(
    hr: Image, frame: tuple[int, int, int, int], name: str, height: int, fonts: _Fonts
) -> Image:
    """Fits the HR image into the height of the grid and marks the enlarged part."""
    from PIL.Image import Resampling

    room = height - GAP // 2 - 3 * LINE
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
    _write(draw, shown + GAP // 2 + 2 * LINE, "signs as in the chart", fonts.plain, _GREY)
    return image


def _beside(overview: Image, grid: Image) -> Image:
    width = overview.width + grid.width + 3 * GAP
    whole, _ = _blank(width, max(overview.height, grid.height) + 2 * GAP)
    whole.paste(overview, (GAP, GAP))
    whole.paste(grid, (overview.width + 2 * GAP, GAP))
    return whole


def _png(image: Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()
