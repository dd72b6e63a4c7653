"""Reads and writes image files; the only place that opens one."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from srgan_core.data.orientation import is_turned, upright, upright_size
from srgan_core.data.pixel_kinds import kind_of_unidentified, refused_kind
from srgan_core.errors import DataError
from srgan_core.files import write_atomically
from srgan_core.inputs import escaped, irregularity

SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".tif", ".tiff", ".webp"),
    *(".ppm", ".pgm", ".pbm", ".pnm"),
)
"""File names that count as images, in lower case."""

FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "PPM")
"""Decoders that may run; Pillow knows more, with a larger surface for hostile files."""

MAX_PIXELS = 80_000_000
"""Larger images are refused before they are decoded; Pillow itself warns from 89 million on."""

_DAMAGE = (OSError, SyntaxError, ValueError, TypeError, LookupError, OverflowError, struct.error)
"""What Pillow raises for files that are broken in one way or another."""


def read_rgb(path: Path) -> np.ndarray:
    """Reads an image as three 8-bit channels, upright as its EXIF orientation says.

    Grey becomes three equal channels, a palette is expanded, an alpha channel that is opaque
    everywhere is dropped.

    Returns:
        (H, W, 3), uint8.

    Raises:
        DataError: when the file is missing, broken, too large, transparent, deeper than 8 bits
            a channel, or in a colour space other than grey and RGB.
    """
    with open_image(path) as image:
        refuse_unfit(path, image)
        image.load()
        return np.array(_to_rgb(path, upright(image)[0]))


def read_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels of what `read_rgb` gives, from the file's header.

    Raises:
        DataError: when the header tells that `read_rgb` would refuse the file.
    """
    with open_image(path) as image:
        refuse_unfit(path, image)
        return upright_size(image)


def needs_turning(path: Path) -> bool:
    """Whether `read_rgb` turns an image upright; False for a file that is no image."""
    try:
        with open_image(path) as image:
            return is_turned(image)
    except DataError:
        return False


@contextmanager
def open_image(path: Path) -> Iterator[Image.Image]:
    """Opens an image file and words whatever goes wrong with it, inside the block too.

    Yields:
        The image, whose pixels are decoded when they are asked for.

    Raises:
        DataError: when the file is missing, no regular file, broken or too large.
    """
    shown = escaped(path)
    if problem := irregularity(path):
        raise DataError(f"{shown}: {problem}; remove or replace it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged metadata beside whole pixels
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                yield image
    except FileNotFoundError:
        raise DataError(f"{shown}: no such file") from None
    except UnidentifiedImageError:
        if kind := kind_of_unidentified(path):
            raise _refused(path, kind) from None
        raise DataError(
            f"{shown}: not an image in a known format ({', '.join(FORMATS)}); "
            "remove the file or convert it to PNG"
        ) from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise DataError(_too_large(path, "too many")) from None
    except _DAMAGE as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> DataError:
    """What Pillow itself finds wrong has no number; what the system refuses has one."""
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
        return DataError(f"{escaped(path)}: cannot be read ({reason}); remove or replace it")
    return DataError(f"{escaped(path)}: the image is damaged ({error}); replace the file")


def _too_large(path: Path, size: str) -> str:
    return (
        f"{escaped(path)}: {size} pixels, at most {MAX_PIXELS:,} are read; cut or shrink the image"
    )


def _refused(path: Path, kind: str) -> DataError:
    return DataError(f"{escaped(path)}: {kind} images are not read; convert it to 8-bit RGB")


def refuse_unfit(path: Path, image: Image.Image, accepted: Container[str] = ()) -> None:
    """Refuses pixels that three 8-bit channels cannot hold, before they are decoded.

    Args:
        path: What to name in the message.
        image: As `open_image` yields it.
        accepted: Modes out of `REFUSED_MODES` that the caller can convert.

    Raises:
        DataError: when the image is too large, too deep, or of another colour space.
    """
    if image.width * image.height > MAX_PIXELS:
        raise DataError(_too_large(path, f"{image.width} x {image.height}"))
    if kind := refused_kind(image, accepted):
        raise _refused(path, kind)


def _to_rgb(path: Path, image: Image.Image) -> Image.Image:
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        if rgba.getchannel("A").getextrema() != (255, 255):
            raise DataError(
                f"{escaped(path)}: has transparent pixels; flatten the image onto a background "
                "first"
            )
        return rgba.convert("RGB")
    return image.convert("RGB")


def write_png(path: Path, rgb: np.ndarray) -> None:
    """Writes a PNG so that it is either whole or absent.

    Args:
        path: Where to; its folder is made.
        rgb: (H, W, 3), uint8.
    """
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(buffer, "PNG", compress_level=6)
    write_atomically(path, buffer.getvalue())
