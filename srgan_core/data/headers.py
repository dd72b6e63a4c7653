"""What the header of an image file tells beyond its size: loss, frames, orientation."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from srgan_core.data.images import open_image
from srgan_core.data.orientation import is_turned
from srgan_core.errors import DataError
from srgan_core.wording import first_names

LOSSY_TIFF = ("jpeg", "tiff_jpeg", "webp")
"""Pillow's names for compressions of TIFF that lose something."""


@dataclass(frozen=True)
class Header:
    """What is known of an image before it is decoded; nothing of a file that is none.

    Attributes:
        mode: Pillow's mode.
        is_lossy: Whether its pixels were compressed with loss.
        is_sequence: Whether it holds several images.
        is_turned: Whether it is turned upright when it is read.
    """

    mode: str = ""
    is_lossy: bool = False
    is_sequence: bool = False
    is_turned: bool = False


def read_header(path: Path) -> Header:
    """Reads what a file tells; a file that cannot be read tells nothing."""
    try:
        with open_image(path) as image:
            turned = is_turned(image)
            frames = getattr(image, "n_frames", 1)
            return Header(image.mode, _is_lossy(path, image), frames > 1, turned)
    except DataError:
        return Header()


def describe_reading(paths: Iterable[Path]) -> list[str]:
    """Words what is done to images as they are read: turned upright, or one taken of several."""
    headers = [(path.name, read_header(path)) for path in paths]
    turned = [name for name, header in headers if header.is_turned]
    several = [name for name, header in headers if header.is_sequence]
    words = []
    if turned:
        words.append(f"{len(turned)} turned upright by EXIF orientation ({first_names(turned)})")
    if several:
        words.append(
            f"{len(several)} holding several images, of which the first is taken "
            f"({first_names(several)})"
        )
    return words


def _is_lossy(path: Path, image: Image.Image) -> bool:
    if image.format == "WEBP":
        return not _is_lossless_webp(path)
    return image.format == "JPEG" or image.info.get("compression") in LOSSY_TIFF


def _is_lossless_webp(path: Path) -> bool:
    """Whether the pixels of a WebP are in chunks of its lossless kind alone.

    Source: WebP container specification, https://developers.google.com/speed/webp/docs/riff_container
    """
    with path.open("rb") as file:
        file.seek(12)
        while len(head := file.read(8)) == 8:
            kind, length = struct.unpack("<4sI", head)
            if kind in (b"VP8L", b"VP8 "):
                return bool(kind == b"VP8L")
            # The chunks of a frame stand behind its 16 bytes.
            file.seek(16 if kind == b"ANMF" else length + length % 2, 1)
    return False
