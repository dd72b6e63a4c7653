"""A test set of rendered text whose characters are known, to score how well images are read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import MappingProxyType

from srgan_core.cache import cache_dir

TEXT_LINES = "text-lines"
"""Name of the test set."""

FONTS = MappingProxyType(
    {
        "sans": "DejaVuSans.ttf",
        "serif": "DejaVuSerif.ttf",
        "mono": "DejaVuSansMono.ttf",
        "times": "STIXGeneral.ttf",
    }
)
"""Part of an image's name to a font inside the installed matplotlib."""

SIZES = (16, 20, 24)
"""Heights of an em in HR pixels: 4, 5 and 6 px in an image that was shrunk four times.

Tesseract reads the HR images almost without error, and bicubic enlargements of these between
most characters and hardly half of them; larger ones it reads in any case.
"""

LINES_PER_IMAGE = 3

_TEXT = """\
A quick brown fox jumps
over the lazy dog at noon
on the 27th of October.
Parcel 4096 was weighed,
sealed and sent to Bergen
for 18.50 on a Thursday.
The valve opens below
60 degrees and closes at
75; do not force it.
Mix flour, two eggs and
a cup of milk, then wait
for twenty minutes.
Platform 9 is reached by
the stairs behind the old
ticket office, not here.
Visitors must show a pass
and leave every bag with
the guard at gate 3.
Her letter of 1931 names
six villages, a bridge and
the mill by the river.
In case of fire break the
glass, pull the handle and
walk to the nearest exit.
Water the ferns daily, the
cactus once in 14 days and
the oleander when dry.
Our offer ends on May 31;
orders above 200 are free
of any further charge.
Turn left after the chapel
and follow the gravel road
for about 650 metres.
Bolt M8 replaces bolt M6
in all units built before
the year 2008, page 112.
"""

_INK, _PAPER = 25, 245
_LEADING = 1.45
_MARGIN = 16
_MULTIPLE = 16
"""Sides divide by every scale, so that nothing is cropped."""


def image_texts() -> dict[str, str]:
    """Lists the images and what stands in them.

    Returns:
        Name without extension (`sans-16`) to its lines, in the order of the test set.
    """
    lines = _TEXT.splitlines()
    names = [f"{font}-{size}" for font in FONTS for size in SIZES]
    starts = range(0, len(lines), LINES_PER_IMAGE)
    blocks = ["\n".join(lines[start : start + LINES_PER_IMAGE]) for start in starts]
    return dict(zip(names, blocks, strict=True))


def known_text(image: str) -> str | None:
    """Looks up what stands in an image.

    Args:
        image: File name without extension.

    Returns:
        The lines; None for an image of another test set.
    """
    return image_texts().get(image)


def text_line_files() -> tuple[Path, ...]:
    """Renders the test set into the cache, once for each version of text, fonts and renderer.

    Returns:
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
    font = ImageFont.truetype(font_file, size, layout_engine=ImageFont.Layout.BASIC)
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
