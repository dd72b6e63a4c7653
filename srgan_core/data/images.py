"""Reads and writes image files; the only place that opens one."""

from __future__ import annotations

import io
import warnings
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, PpmImagePlugin, TiffImagePlugin, UnidentifiedImageError

from srgan_core.errors import DataError
from srgan_core.files import write_atomically

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".ppm")
"""File names that count as images, in lower case."""

FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "PPM")
"""Decoders that may run; Pillow knows more, with a larger surface for hostile files."""

MAX_PIXELS = 80_000_000
"""Larger images are refused before they are decoded; Pillow itself warns from 89 million on."""

REFUSED_MODES = {
    "CMYK": "CMYK",
    "I": "32-bit integer",
    "F": "floating point",
    "LAB": "CIE Lab",
    "HSV": "HSV",
}


def list_images(folder: Path) -> list[Path]:
    """Finds the images below a folder.

    Args:
        folder: Where to look, at any depth; names that begin with a dot are passed over.

    Returns:
        Paths, sorted by their position relative to the folder.

    Raises:
        DataError: when the folder does not exist or holds no image.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: expected a folder of images, found none; check the path")
    found = [
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and not path.is_dir()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if not found:
        raise DataError(f"{folder}: holds no image; known endings: {', '.join(SUFFIXES)}")
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def read_rgb(path: Path) -> np.ndarray:
    """Reads an image as three 8-bit channels.

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
        return np.array(_to_rgb(path, image))


@contextmanager
def open_image(path: Path) -> Iterator[Image.Image]:
    """Opens an image file and words whatever goes wrong with it, inside the block too.

    Yields:
        The image, whose pixels are decoded when they are asked for.

    Raises:
        DataError: when the file is missing, broken or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged metadata beside whole pixels
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                yield image
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except UnidentifiedImageError:
        raise DataError(
            f"{path}: not an image in a known format ({', '.join(FORMATS)}); "
            "remove the file or convert it to PNG"
        ) from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise DataError(_too_large(path, "too many")) from None
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{path}: the image is damaged ({error}); replace the file") from None


def _too_large(path: Path, size: str) -> str:
    return f"{path}: {size} pixels, at most {MAX_PIXELS:,} are read; cut or shrink the image"


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
    mode = None if image.mode in accepted else REFUSED_MODES.get(image.mode)
    if image.mode.startswith("I;16") or _bits_per_channel(image) > 8:
        mode = "16-bit"
    if mode:
        raise DataError(f"{path}: {mode} images are not read; convert it to 8-bit RGB")


def _bits_per_channel(image: Image.Image) -> int:
    """Pillow silently reduces deeper colour images to 8 bits, so look at what it read."""
    if isinstance(image, ImageFile.ImageFile) and image.format == "PNG" and image.fp is not None:
        position = image.fp.tell()
        image.fp.seek(24)
        (depth,) = image.fp.read(1)
        image.fp.seek(position)
        return int(depth)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return int(max(image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, (8,))))
    if isinstance(image, PpmImagePlugin.PpmImageFile):
        arguments = image.tile[0][3]
        largest = arguments[-1] if isinstance(arguments, tuple) else 255
        return 16 if largest > 255 else 8
    return 8


def _to_rgb(path: Path, image: Image.Image) -> Image.Image:
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        if rgba.getchannel("A").getextrema() != (255, 255):
            raise DataError(
                f"{path}: has transparent pixels; flatten the image onto a background first"
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
