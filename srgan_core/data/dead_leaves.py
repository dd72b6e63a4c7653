"""Synthetic training images by the dead-leaves model.

Opaque leaves of random size, shape and colour fall onto a plane until nothing of the ground
shows; with radii drawn from a power law of exponent 3 the result shares the scale invariance
and the occlusion edges of photographs.

Source: Achddou, Gousseau, Ladjal, "Synthetic images as a regularity prior for image
restoration neural networks", SSVM 2021. Deviations: leaves are ellipses and polygons, a part
of the large ones carries a band-limited texture (as VibrantLeaves, 2025, does in its own way),
and colours come from a synthetic low-saturation palette, so that no photograph is needed.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw
from pydantic import Field, model_validator

from srgan_core.settings import LARGEST_SEED, Settings

SUPERSAMPLING = 2
"""Leaves are drawn at twice the size and averaged down, which antialiases their edges."""

TEXTURED_RADIUS = 12.0
"""Leaves smaller than this, in drawn pixels, are of one colour: a texture would not show."""

COVERAGE = 4.0
"""Total leaf area over image area; e^-4 = 2% of the ground would show, the last colour there."""


class DeadLeavesConfig(Settings):
    """How many synthetic images are made, and of what kind."""

    images: int = Field(32, ge=1, le=10**6, description="Number of images.")
    size: int = Field(384, ge=128, le=4096, description="Height and width in pixels.")
    smallest_radius: float = Field(3.0, gt=0, description="Radius of the smallest leaf in pixels.")
    largest_radius: float = Field(120.0, gt=0, description="Radius of the largest leaf in pixels.")
    textured: float = Field(0.5, ge=0, le=1, description="Share of large leaves with a texture.")
    seed: int = Field(
        0, ge=0, le=LARGEST_SEED, description="Seed of the images, apart from the trial's seed."
    )

    @model_validator(mode="after")
    def _ordered_radii(self) -> DeadLeavesConfig:
        if self.largest_radius < 2 * self.smallest_radius:
            raise ValueError(
                f"largest_radius to be at least twice smallest_radius {self.smallest_radius:g}, "
                f"got {self.largest_radius:g}"
            )
        return self


def dead_leaves_image(config: DeadLeavesConfig, index: int) -> np.ndarray:
    """Makes one image, the same on every machine for the same arguments.

    Returns:
        (size, size, 3), uint8.
    """
    random = np.random.Generator(np.random.Philox(key=[config.seed, index]))
    side = config.size * SUPERSAMPLING
    palette = _palette(random)
    canvas = Image.new("RGB", (side, side), tuple(int(c) for c in palette[0]))
    radii = _radii(random, config, side)
    for radius in radii:
        _drop_leaf(canvas, random, radius, palette, config.textured)
    return np.asarray(canvas.resize((config.size, config.size), Image.Resampling.BOX))


def _radii(random: np.random.Generator, config: DeadLeavesConfig, side: int) -> np.ndarray:
    """Draws radii of density r^-3 until their discs would cover the image `COVERAGE` times."""
    low = config.smallest_radius * SUPERSAMPLING
    high = config.largest_radius * SUPERSAMPLING
    mean_area = 2 * math.pi * math.log(high / low) / (low**-2 - high**-2)
    count = math.ceil(COVERAGE * side**2 / mean_area)
    uniform = random.random(count)
    radii: np.ndarray = (low**-2 - uniform * (low**-2 - high**-2)) ** -0.5
    return radii


def _palette(random: np.random.Generator, colours: int = 256) -> np.ndarray:
    """Grey levels over the whole range with a tint that is weak, as in most photographs."""
    contrast, brightness = random.uniform(0.1, 0.25), random.uniform(0.3, 0.7)
    grey = random.normal(brightness, contrast, (colours, 1))
    tint = random.normal(0, random.uniform(0.01, 0.05), (colours, 3))
    warmth = random.normal(0, 0.05) * np.array([1.0, 0.0, -1.0])
    palette: np.ndarray = ((grey + tint + warmth).clip(0, 1) * 255).round()
    return palette


def _drop_leaf(
    canvas: Image.Image,
    random: np.random.Generator,
    radius: float,
    palette: np.ndarray,
    textured: float,
) -> None:
    centre = random.random(2) * canvas.width
    outline = _outline(random, radius)
    colour = palette[random.integers(len(palette))]
    if radius < TEXTURED_RADIUS or random.random() >= textured:
        points = [tuple(point) for point in outline + centre]
        ImageDraw.Draw(canvas).polygon(points, fill=tuple(int(c) for c in colour))
        return
    extent = math.ceil(np.abs(outline).max())
    mask = Image.new("L", (2 * extent + 1, 2 * extent + 1))
    ImageDraw.Draw(mask).polygon([tuple(point) for point in outline + extent], fill=255)
    other = palette[random.integers(len(palette))]
    texture = _texture(random, mask.width, colour, other)
    corner = (round(centre[0]) - extent, round(centre[1]) - extent)
    canvas.paste(Image.fromarray(texture), corner, mask)


def _outline(random: np.random.Generator, radius: float) -> np.ndarray:
    """A turned ellipse or a polygon of 3 to 8 corners, (corners, 2), about the origin."""
    if random.random() < 0.5:
        corners, jitter = max(8, min(64, int(radius))), 0.0
    else:
        corners, jitter = int(random.integers(3, 9)), 0.6
    angles = 2 * math.pi * (np.arange(corners) + jitter * random.random(corners)) / corners
    aspect, turn = random.uniform(0.4, 1.0), random.uniform(0, 2 * math.pi)
    points = radius * np.stack([np.cos(angles), aspect * np.sin(angles)], axis=1)
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    outline: np.ndarray = points @ rotation.T
    return outline


def _texture(
    random: np.random.Generator, side: int, colour: np.ndarray, other: np.ndarray
) -> np.ndarray:
    """Blends two colours by a gradient, a grating or band-limited noise, (side, side, 3)."""
    rows, columns = np.mgrid[0:side, 0:side] / SUPERSAMPLING
    angle = random.uniform(0, math.pi)
    along = math.cos(angle) * columns + math.sin(angle) * rows
    kind = random.integers(3)
    if kind == 0:
        blend = along / max(1.0, float(np.abs(along).max()))
    elif kind == 1:
        blend = 0.5 + 0.5 * np.sin(2 * math.pi * along / random.uniform(2.5, 20))
    else:
        blend = _noise(random, side)
    strength = random.uniform(0.1, 0.9)
    mixed = colour + strength * blend[..., None] * (other - colour)
    texture: np.ndarray = mixed.clip(0, 255).round().astype(np.uint8)
    return texture


def _noise(random: np.random.Generator, side: int) -> np.ndarray:
    """Noise of a power-law spectrum, scaled to [0, 1], (side, side)."""
    frequencies = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    frequencies[0, 0] = np.inf
    spectrum = frequencies ** -random.uniform(0.5, 2.0)
    phases = np.exp(2j * math.pi * random.random(spectrum.shape))
    noise = np.fft.irfft2(spectrum * phases, s=(side, side))
    noise -= noise.min()
    scaled: np.ndarray = noise / max(1e-12, float(noise.max()))
    return scaled
