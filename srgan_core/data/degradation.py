"""What real LR images suffer besides shrinking: blur, noise and JPEG, in ranges to draw from.

Source: the classical model of degradation in the order of BSRGAN (Zhang et al., "Designing a
Practical Degradation Model for Deep Blind Image Super-Resolution", ICCV 2021) and Real-ESRGAN
(Wang et al., ICCV workshops 2021): blur, shrinking, noise, JPEG. Deviations: one pass in a fixed
order, shrinking by this package's own rule, Gaussian kernels and white Gaussian noise alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from srgan_core.settings import Settings

KERNEL_REACH = 3.0
"""Standard deviations from a blur kernel's centre to its edge, where 1% of the peak is left."""


def _ordered(values: tuple[float, float]) -> tuple[float, float]:
    if values[0] > values[1]:
        raise ValueError(f"the smaller end first, got [{values[0]:g}, {values[1]:g}]")
    return values


def _as_range(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Takes one number for both ends; what is wrong with it is said once."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return validate(value)
    try:
        return validate((value, value))
    except ValidationError as error:
        rule = error.errors(include_url=False)[0]["msg"].removeprefix("Input should be ")
        raise ValueError(rule if ", got " in rule else f"{rule}, got {value}") from None


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values or len({*values}) < len(values):
        raise ValueError(f"at least one kind, each once, got {list(values)}")
    return values


_RANGE = (WrapValidator(_as_range), AfterValidator(_ordered))

KernelKind = Literal["isotropic", "anisotropic"]
BlurSigma = Annotated[float, Field(ge=0.1, le=10)]
NoiseSigma = Annotated[float, Field(ge=0, le=75)]
Quality = Annotated[int, Field(ge=10, le=100)]


class BlurConfig(Settings):
    """Blur of HR by a Gaussian kernel, before it is shrunk."""

    kernels: Annotated[tuple[KernelKind, ...], AfterValidator(_distinct)] = Field(
        ("isotropic", "anisotropic"),
        description="Kinds of kernel, equally likely: round, or two widths at any angle.",
    )
    sigma: Annotated[tuple[BlurSigma, BlurSigma], *_RANGE] = Field(
        description="Range of the standard deviation in HR pixels, 0.1 to 10."
    )


class NoiseConfig(Settings):
    """White Gaussian noise on LR, independent in each channel."""

    sigma: Annotated[tuple[NoiseSigma, NoiseSigma], *_RANGE] = Field(
        description="Range of the standard deviation in grey levels of 255, 0 to 75."
    )

    @model_validator(mode="after")
    def _some(self) -> NoiseConfig:
        if self.sigma[1] == 0:
            raise ValueError("noise of a sigma above 0, got 0; leave noise out for none")
        return self


class JpegConfig(Settings):
    """Compression of LR, after the noise."""

    quality: Annotated[tuple[Quality, Quality], *_RANGE] = Field(
        description="Range of libjpeg's quality, 10 to 100; chroma is halved (4:2:0)."
    )


@dataclass(frozen=True)
class Draw:
    """What one image suffers.

    Attributes:
        kernel: (k, k), float64, sums to 1; None without blur.
        noise: Standard deviation in grey levels; 0 without noise.
        quality: Of JPEG; None without compression.
    """

    kernel: np.ndarray | None
    noise: float
    quality: int | None


class Degradation(Settings):
    """What LR suffers; a part that is left out, or null, does nothing."""

    blur: BlurConfig | None = Field(None, description="Blur of HR before it is shrunk.")
    noise: NoiseConfig | None = Field(None, description="Noise on LR.")
    jpeg: JpegConfig | None = Field(None, description="JPEG compression of LR.")

    @model_validator(mode="after")
    def _does_something(self) -> Degradation:
        if self.blur is None and self.noise is None and self.jpeg is None:
            raise ValueError(
                "at least one of blur, noise and jpeg, got none; leave degradation out for bicubic "
                "alone"
            )
        return self

    @property
    def kernel_side(self) -> int:
        """Side in pixels of every blur kernel, odd; 1 without blur."""
        return 1 if self.blur is None else 2 * math.ceil(KERNEL_REACH * self.blur.sigma[1]) + 1

    def describe_wider_than(self, side: int, setting: str) -> str:
        """Words that the blur is wider than a patch, of which it leaves nothing; else empty.

        Args:
            side: Of an HR patch, in pixels.
            setting: The key that says so.
        """
        if self.blur is None or self.kernel_side <= side:
            return ""
        most = (side - 1) // 2 / KERNEL_REACH
        return (
            f"degradation.blur.sigma of at most {math.floor(10 * most) / 10:g}, whose kernel fits "
            f"the {side} px of {setting}, got {self.blur.sigma[1]:g}, whose kernel has "
            f"{self.kernel_side} px"
        )

    def draw(self, random: np.random.Generator) -> Draw:
        """Draws for one image: six numbers, whatever parts there are."""
        kind, width, length, angle, noise, quality = random.random(6).tolist()
        return Draw(
            None if self.blur is None else self._kernel(self.blur, kind, width, length, angle),
            0.0 if self.noise is None else _between(self.noise.sigma, noise),
            None if self.jpeg is None else _whole_between(self.jpeg.quality, quality),
        )

    def _kernel(
        self, blur: BlurConfig, kind: float, width: float, length: float, angle: float
    ) -> np.ndarray:
        name = blur.kernels[int(kind * len(blur.kernels))]
        first = _between(blur.sigma, width)
        second = first if name == "isotropic" else _between(blur.sigma, length)
        return gaussian_kernel(self.kernel_side, first, second, math.pi * angle)

    def describe(self) -> str:
        """Words what it does, such as `blur (isotropic, sigma 1 to 2 px), JPEG (quality 50)`."""
        return ", ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        if self.blur is not None:
            kinds = " or ".join(self.blur.kernels)
            yield f"blur ({kinds} Gaussian, sigma {_range_text(self.blur.sigma)} px)"
        if self.noise is not None:
            yield f"noise (sigma {_range_text(self.noise.sigma)} of 255)"
        if self.jpeg is not None:
            yield f"JPEG (quality {_range_text(self.jpeg.quality)})"


def gaussian_kernel(side: int, first: float, second: float, angle: float) -> np.ndarray:
    """A Gaussian of two standard deviations.

    Args:
        side: Of the kernel in pixels, odd.
        first: Standard deviation along the first axis in pixels.
        second: The same across it.
        angle: Of the first axis to the rows, in radians.

    Returns:
        (side, side), float64, not negative, sums to 1.
    """
    offset = np.arange(side) - side // 2
    down, right = np.meshgrid(offset, offset, indexing="ij")
    along = right * math.cos(angle) + down * math.sin(angle)
    across = down * math.cos(angle) - right * math.sin(angle)
    heights = np.exp(-0.5 * ((along / first) ** 2 + (across / second) ** 2))
    kernel: np.ndarray = heights / heights.sum()
    return kernel


def _between(ends: tuple[float, float], share: float) -> float:
    return ends[0] + share * (ends[1] - ends[0])


def _whole_between(ends: tuple[int, int], share: float) -> int:
    return ends[0] + int(share * (ends[1] - ends[0] + 1))


def _range_text(ends: tuple[float, float]) -> str:
    return f"{ends[0]:g}" if ends[0] == ends[1] else f"{ends[0]:g} to {ends[1]:g}"
