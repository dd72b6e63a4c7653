"""Tells which pixels three 8-bit channels cannot hold, by their true name."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from PIL import Image, ImageFile, PpmImagePlugin, TiffImagePlugin

REFUSED_MODES = {
    "CMYK": "CMYK",
    "I": "32-bit integer",
    "F": "floating-point",
    "LAB": "CIE Lab",
    "HSV": "HSV",
}
"""Pillow's modes with words for them."""

_TIFF_BEGINNINGS = (b"II*\0", b"MM\0*")

_BITS_PER_SAMPLE, _SAMPLE_FORMAT, _FLOATING_POINT = 258, 339, 3


def refused_kind(image: Image.Image, accepted: Container[str] = ()) -> str:
    """Words what is refused about the pixels of an image, from its header.

    Args:
        image: As it was opened.
        accepted: Modes out of `REFUSED_MODES` that the caller can convert.

    Returns:
        Such as `16-bit` and `floating-point`; empty for pixels that are read.
    """
    bits = _bits_per_channel(image)
    # Pillow calls grey of 16 bits one or the other.
    if image.mode.startswith("I;16") or (image.mode == "I" and bits == 16):
        return "16-bit"
    if image.mode in REFUSED_MODES and image.mode not in accepted:
        return REFUSED_MODES[image.mode]
    return f"{bits}-bit" if bits > 8 else ""


def kind_of_unidentified(path: Path) -> str:
    """The same for a file that Pillow does not open; empty where nothing is known of it.

    Of TIFF it opens no floating-point colour and no half-precision numbers.
    """
    with path.open("rb") as file:
        header = file.read(8)
        if header[:4] not in _TIFF_BEGINNINGS:
            return ""
        directory = TiffImagePlugin.ImageFileDirectory_v2(header)
        try:
            file.seek(directory.next)
            directory.load(file)
            formats = directory.get(_SAMPLE_FORMAT, (1,))
            bits = int(max(directory.get(_BITS_PER_SAMPLE, (1,))))
        except Exception:  # Damaged directories raise nearly anything.
            return ""
    if _FLOATING_POINT in formats:
        return REFUSED_MODES["F"]
    return f"{bits}-bit" if bits > 8 else ""


def _bits_per_channel(image: Image.Image) -> int:
    """Pillow silently reduces deeper colour images to 8 bits, so look at what it read."""
    if isinstance(image, ImageFile.ImageFile) and image.format == "PNG" and image.fp is not None:
        position = image.fp.tell()
        image.fp.seek(24)
        (depth,) = image.fp.read(1)
        image.fp.seek(position)
        return int(depth)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return int(max(image.tag_v2.get(_BITS_PER_SAMPLE, (8,))))
    if isinstance(image, PpmImagePlugin.PpmImageFile):
        arguments = image.tile[0][3]
        largest = arguments[-1] if isinstance(arguments, tuple) else 255
        return 16 if largest > 255 or image.mode == "I" else 8
    return 8
