"""Enlarges photographs of any size with a generator; colour, grey, transparency, profile kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from PIL import Image

from srgan_core.data.orientation import upright
from srgan_core.data.photographs import Photograph, from_pillow, read_photograph
from srgan_core.data.png_rows import write_png
from srgan_core.errors import ShapeError
from srgan_core.inference import load_generator
from srgan_core.networks import Generator
from srgan_core.overlap import OverlappingTiles
from srgan_core.streaming import restore_rows

Picture = TypeVar("Picture", np.ndarray, Image.Image)

Progress = Callable[[float], None]
"""Called with the share of an image that is done, rising to 1."""


def upscale(
    image: Picture,
    generator: Generator | Path | str | None = None,
    precision: torch.dtype = torch.float32,
) -> Picture:
    """Enlarges an image by the generator's scale.

    Colour is restored by the generator; grey stays grey; transparency is enlarged by bicubic
    interpolation.

    Args:
        image: (H, W), (H, W, 3) or (H, W, 4), uint8; or an image of Pillow, which is turned
            upright as its EXIF orientation says, since the result holds no EXIF data.
        generator: In evaluation mode, or the file of one; None for the SRResNet x4 that comes
            with the package.
        precision: Type of the convolutions; bfloat16 is off by a few grey levels, and faster on
            some processors.

    Returns:
        What was given, at `scale` times its size: an array with the same channels, or an image
        of Pillow in mode L, LA, RGB or RGBA with the same ICC profile.

    Raises:
        ShapeError: when the array has another shape or type, or no pixel.
        WeightsError: when the file is no generator.

    Example:
        >>> import numpy as np
        >>> from srgan_core import upscale
        >>> upscale(np.zeros((2, 3, 3), np.uint8)).shape
        (8, 12, 3)
    """
    if not isinstance(generator, Generator):
        path = None if generator is None else Path(generator)
        generator = load_generator(path, scale=None)
    if isinstance(image, np.ndarray):
        return np.concatenate(list(enlarge(from_array(image), generator, precision)))
    photograph = from_pillow(upright(image)[0])
    canvas = Image.fromarray(np.concatenate(list(enlarge(photograph, generator, precision))))
    if photograph.profile:
        canvas.info["icc_profile"] = photograph.profile
    return canvas


def upscale_file(
    source: Path,
    target: Path,
    generator: Generator | OverlappingTiles,
    precision: torch.dtype = torch.float32,
    on_progress: Progress | None = None,
) -> tuple[str, ...]:
    """Enlarges an image file into a PNG file.

    Args:
        source: PNG, JPEG, BMP, TIFF, WebP or PPM, 8 bits a channel.
        target: The PNG; whole or absent.
        generator: In evaluation mode; or anyone's network, with tiles of its own.
        precision: As in `upscale`; others' networks are run in float32.
        on_progress: Called after each piece.

    Returns:
        What was changed besides the size, in words for the user.

    Raises:
        DataError: when the source is missing, broken, or of a kind that is not read.
    """
    photograph = read_photograph(source)
    height, width = photograph.rgb.shape[:2]
    size = (width * generator.scale, height * generator.scale)
    pieces = enlarge(photograph, generator, precision, on_progress)
    write_png(target, size, pieces, photograph.profile)
    return photograph.notes


def enlarge(
    photograph: Photograph,
    generator: Generator | OverlappingTiles,
    precision: torch.dtype = torch.float32,
    on_progress: Progress | None = None,
) -> Iterator[np.ndarray]:
    """Enlarges a photograph from top to bottom.

    Yields:
        Pieces of the result, uint8, together its height: (rows, W) where the photograph is grey,
        (rows, W, 3) where it is not, and with one channel more where it has transparency.
    """
    if isinstance(generator, OverlappingTiles):
        pieces = generator.bands(photograph.rgb, on_progress)
    else:
        pieces = _told(restore_rows(generator, photograph.rgb, precision), photograph, on_progress)
    alpha = _enlarged_alpha(photograph, generator.scale)
    top = 0
    for piece in pieces:
        if photograph.grey:
            piece = np.asarray(Image.fromarray(piece).convert("L"))
        if alpha is not None:
            piece = np.dstack((piece, alpha[top : top + len(piece)]))
        yield piece
        top += len(piece)


def _enlarged_alpha(photograph: Photograph, scale: int) -> np.ndarray | None:
    if photograph.alpha is None:
        return None
    height, width = photograph.alpha.shape
    size = (width * scale, height * scale)
    return np.asarray(Image.fromarray(photograph.alpha).resize(size, Image.Resampling.BICUBIC))


def _told(
    pieces: Iterator[np.ndarray], photograph: Photograph, on_progress: Progress | None
) -> Iterator[np.ndarray]:
    """Tells of each piece after it was used."""
    height, width = photograph.rgb.shape[:2]
    done = 0
    for piece in pieces:
        yield piece
        done += len(piece)
        if on_progress is not None:
            on_progress(done * width / piece.shape[1] / height)


def from_array(image: np.ndarray) -> Photograph:
    """Takes a photograph out of an array.

    Args:
        image: (H, W), (H, W, 3) or (H, W, 4), uint8.

    Returns:
        The photograph.

    Raises:
        ShapeError: when the array has another shape or type, or no pixel.
    """
    if image.dtype == np.uint8 and image.size:
        if image.ndim == 2:
            return Photograph(np.repeat(image[:, :, None], 3, axis=2), grey=True)
        if image.ndim == 3 and image.shape[2] in (3, 4):
            alpha = np.ascontiguousarray(image[:, :, 3]) if image.shape[2] == 4 else None
            return Photograph(np.ascontiguousarray(image[:, :, :3]), alpha)
    raise ShapeError(
        f"image: expected (H, W), (H, W, 3) or (H, W, 4) of uint8, got {image.shape} of "
        f"{image.dtype}; scale to 0..255 and round first"
    )
