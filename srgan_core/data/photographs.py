"""Reads photographs as they come: turned, transparent, grey, with colour profiles."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from srgan_core.data.images import open_image, refuse_unfit
from srgan_core.data.orientation import upright
from srgan_core.errors import ShapeError

GREY_MODES = ("1", "L", "LA", "La")
"""Pillow's modes of images without colour."""

CMYK = "CMYK"


@dataclass(frozen=True)
class Photograph:
    """An image and what has to survive with it.

    Attributes:
        rgb: (H, W, 3), uint8; three equal channels where the image is grey.
        alpha: (H, W), uint8; None where there is no transparency.
        grey: Whether the file has one channel of colour.
        profile: ICC profile of the pixels; None where the file has none.
        notes: What was changed while reading, in words for the user.
    """

    rgb: np.ndarray
    alpha: np.ndarray | None = None
    grey: bool = False
    profile: bytes | None = None
    notes: tuple[str, ...] = ()


def read_photograph(path: Path) -> Photograph:
    """Reads an image upright, with transparency and profile.

    CMYK becomes sRGB; a file of several images gives its first. Both are said in `notes`.

    Returns:
        The photograph.

    Raises:
        DataError: when the file is missing, broken, too large, deeper than 8 bits a channel, or
            in a colour space other than grey, RGB and CMYK.
    """
    with open_image(path) as image:
        refuse_unfit(path, image, accepted=(CMYK,))
        image.load()
        notes = []
        frames = getattr(image, "n_frames", 1)
        if frames > 1:
            notes.append(f"holds {frames} images, the first one is taken")
        turned, note = upright(image)
        return from_pillow(turned, [*notes, note] if note else notes)


def from_pillow(image: Image.Image, notes: list[str] | None = None) -> Photograph:
    """Takes a photograph out of an image of Pillow.

    Args:
        image: Of 8 bits a channel or less.
        notes: Those of the photograph begin with them.

    Returns:
        The photograph.

    Raises:
        ShapeError: when the mode is one that has no 8-bit grey or RGB.
    """
    notes = list(notes or ())
    profile = image.info.get("icc_profile")
    if image.mode == CMYK:
        image, profile = _from_cmyk(image, profile, notes)
    if image.mode not in (*GREY_MODES, "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "YCbCr"):
        raise ShapeError(f"image: expected grey or RGB of 8 bits, got mode {image.mode!r}")
    grey = image.mode in GREY_MODES
    transparent = image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info
    alpha = np.array(image.convert("RGBA").getchannel("A")) if transparent else None
    rgb = np.array(image.convert("RGBA").convert("RGB") if transparent else image.convert("RGB"))
    return Photograph(rgb, alpha, grey, _fitting(profile, grey, notes), tuple(notes))


def _from_cmyk(
    image: Image.Image, profile: bytes | None, notes: list[str]
) -> tuple[Image.Image, bytes | None]:
    """Converts to sRGB, by the image's own profile where it has a usable one."""
    srgb = ImageCms.createProfile("sRGB")
    if profile is not None:
        try:
            converted = ImageCms.profileToProfile(
                image, io.BytesIO(profile), srgb, outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            notes.append("CMYK converted to sRGB by its ICC profile")
            return converted, ImageCms.ImageCmsProfile(srgb).tobytes()
    notes.append("CMYK without a usable ICC profile converted to RGB by the plain formula")
    return image.convert("RGB"), None


def _fitting(profile: bytes | None, grey: bool, notes: list[str]) -> bytes | None:
    """Keeps a profile that describes the pixels to be written, and says when it does not."""
    if not profile:
        return None
    try:
        space = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space.strip()
    except (ImageCms.PyCMSError, OSError, ValueError):
        notes.append("its ICC profile is damaged and left out")
        return None
    expected = "GRAY" if grey else "RGB"
    if space != expected:
        notes.append(f"its ICC profile is for {space}, not {expected}, and left out")
        return None
    return profile
