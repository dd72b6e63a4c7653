"""A test set of rendered text whose characters are known, to score how well images are read."""

from __future__ import annotations

import hashlib
from pathlib import Path

from srgan_core.cache import cache_dir
from sweep.metrics.known_text import FONTS, TEXT_LINES, image_texts

_INK, _PAPER = 25, 245
_LEADING = 1.45
_MARGIN = 16
_MULTIPLE = 16
"""Sides divide by every scale, so that nothing is cropped."""


def text_line_files() -> tuple[Path, ...]:
    """Renders the test set into the cache, once for each version of text, fonts and renderer.

    PNG files, grey text without subpixel colours, sides that divide by 16.
    """
    import PIL

    recipe = repr((image_texts(), _INK, _PAPER, _LEADING, _MARGIN, PIL.__version__))
    fonts = {name: _font_file(file).read_bytes() for name, file in FONTS.items()}
    digest = hashlib.sha256(recipe.encode() + b"".join(fonts.values())).hexdigest()[:12]
    folder = cache_dir() / TEXT_LINES / digest
    paths = []
    for name, text in image_texts().items():
        path = folder / f"{name}.png"
        if not path.is_file():
            font, _, size = name.partition("-")
            _render(path, text, _font_file(FONTS[font]), int(size))
        paths.append(path)
    return tuple(paths)


def _font_file(name: str) -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name


def _render(path: Path, text: str, font_file: Path, size: int) -> None:
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    from srgan_core.data.images import write_png

    # The basic layout does not depend on libraries that may or may not be there.
    font = ImageFont.truetype(str(font_file), size, layout_engine=ImageFont.Layout.BASIC)
    lines = text.splitlines()
    width = round(max(font.getlength(line) for line in lines)) + 2 * _MARGIN
    height = round(len(lines) * size * _LEADING) + 2 * _MARGIN
    page = Image.new("L", (_rounded(width), _rounded(height)), _PAPER)
    draw = ImageDraw.Draw(page)
    for row, line in enumerate(lines):
        top = _MARGIN + round(row * size * _LEADING)
        draw.text((_MARGIN, top), line, fill=_INK, font=font)
    write_png(path, np.array(page.convert("RGB")))


def _rounded(length: int) -> int:
    return -(-length // _MULTIPLE) * _MULTIPLE
