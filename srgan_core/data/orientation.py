"""Turns photographs upright: cameras write pixels as they lie, and beside them how to turn them."""

from __future__ import annotations

import struct

from PIL import Image
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

_TAG = 0x0112

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""Value of the tag to what makes an image upright; 1 is upright, others mean nothing."""

_ON_THEIR_SIDE = range(5, 9)

_PNG_SIGNATURE = 8


def upright(image: Image.Image) -> tuple[Image.Image, str]:
    """Turns an image as its EXIF orientation says.

    Args:
        image: With its pixels loaded.

    Returns:
        The image, and what was done, in words for the user; empty where nothing was.
    """
    try:
        found = _orientation(image)
    except Exception:  # Damaged EXIF data raise nearly anything.
        return image, "its EXIF data are damaged, so it is taken as it lies"
    if found not in _TURNS:
        return image, ""
    return image.transpose(_TURNS[found]), f"turned upright (EXIF orientation {found})"


def is_turned(image: Image.Image) -> bool:
    """Whether `upright` turns an image, from its header."""
    return _known_orientation(image) in _TURNS


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Width and height in pixels that an image has once it is upright, from its header."""
    on_its_side = _known_orientation(image) in _ON_THEIR_SIDE
    return (image.height, image.width) if on_its_side else image.size


def _known_orientation(image: Image.Image) -> int:
    try:
        return _orientation(image)
    except Exception:  # As in `upright`, which takes such an image as it lies.
        return 1


def _orientation(image: Image.Image) -> int:
    # Pillow turns TIFF itself, its size at once and its pixels as it loads them.
    if isinstance(image, TiffImageFile):
        return 1
    # Of a PNG it decodes all pixels to see what may stand behind them.
    is_plain = isinstance(image, PngImageFile) and not _goes_on_behind_pixels(image)
    exif = Image.Image.getexif(image) if is_plain else image.getexif()
    found = exif.get(_TAG, 1)
    return found if isinstance(found, int) else 1


def _goes_on_behind_pixels(image: PngImageFile) -> bool:
    """Whether a PNG holds chunks between its pixels and its end, where some tools put EXIF."""
    file = image.fp
    if file is None:
        return True
    position, was_pixels = file.tell(), False
    file.seek(_PNG_SIGNATURE)
    try:
        while len(header := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", header)
            if was_pixels and kind not in (b"IDAT", b"IEND"):
                return True
            was_pixels = was_pixels or kind == b"IDAT"
            file.seek(length + 4, 1)
        return False
    finally:
        file.seek(position)
