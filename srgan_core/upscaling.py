"""Enlarges photographs of any size with a generator; colour, grey, transparency, profile kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from PIL import Image

from srgan_core.data.orientation import upright
from srgan_core.data.photographs import Photograph, from_pillow, read_photograph, write_canvas
from srgan_core.errors import ShapeError
from srgan_core.inference import load_generator
from srgan_core.networks import Generator
from srgan_core.overlap import OverlappingTiles
from srgan_core.tiling import TILE, count_parts, restore_tiles

Picture = TypeVar("Picture", np.ndarray, Image.Image)

Progress = Callable[[float], None]
"""Called with the share of an image that is done, rising to 1."""


def upscale(
    image: Picture,
    generator: Generator | Path | str | None = None,
    tile: int = TILE,
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
        tile: Side of the pieces of the input that are computed at once, in pixels; decides about
            memory, not about the result.
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
        return np.array(enlarge(from_array(image), generator, tile, precision))
    photograph = from_pillow(upright(image)[0])
    canvas = enlarge(photograph, generator, tile, precision)
    if photograph.profile:
        canvas.info["icc_profile"] = photograph.profile
    return canvas


def upscale_file(
    source: Path,
    target: Path,
    generator: Generator | OverlappingTiles,
    tile: int = TILE,
    precision: torch.dtype = torch.float32,
    on_progress: Progress | None = None,
) -> tuple[str, ...]:
    """Enlarges an image file into a PNG file.

    Args:
        source: PNG, JPEG, BMP, TIFF, WebP or PPM, 8 bits a channel.
        target: The PNG; whole or absent.
        generator: In evaluation mode; or anyone's network, with tiles of its own.
        tile: As in `upscale`.
        precision: As in `upscale`; others' networks are run in float32.
        on_progress: Called after each piece.

    Returns:
        What was changed besides the size, in words for the user.

    Raises:
        DataError: when the source is missing, broken, or of a kind that is not read.
    """
    photograph = read_photograph(source)
    canvas = enlarge(photograph, generator, tile, precision, on_progress)
    write_canvas(target, canvas, photograph.profile)
    return photograph.notes


def enlarge(
    photograph: Photograph,
    generator: Generator | OverlappingTiles,
    tile: int = TILE,
    precision: torch.dtype = torch.float32,
    on_progress: Progress | None = None,
) -> Image.Image:
    """Enlarges a photograph.

    The result is put together in Pillow's own memory, four bytes a pixel, one for grey.

    Returns:
        The enlarged image in the photograph's mode.
    """
    height, width = photograph.rgb.shape[:2]
    size = (width * generator.scale, height * generator.scale)
    canvas = Image.new(photograph.mode, size)
    alpha = None
    if photograph.alpha is not None:
        alpha = Image.fromarray(photograph.alpha).resize(size, Image.Resampling.BICUBIC)
    if isinstance(generator, OverlappingTiles):
        total, parts = generator.count(height, width), generator.parts(photograph.rgb)
    else:
        total = count_parts(height, width, tile)
        parts = restore_tiles(generator, photograph.rgb, tile, precision)
    for number, (place, part) in enumerate(parts, start=1):
        piece = Image.fromarray(part)
        if photograph.grey:
            piece = piece.convert("L")
        if alpha is not None:
            piece.putalpha(alpha.crop((place.left, place.top, place.right, place.bottom)))
        canvas.paste(piece, (place.left, place.top))
        if on_progress is not None:
            on_progress(number / total)
    return canvas


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
