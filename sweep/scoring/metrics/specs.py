"""What every score column means; tables and charts read this and never a column's name.

Imports nothing heavy, so that listing the metrics costs no start-up time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from srgan_core.errors import ConfigError, unknown_name


@dataclass(frozen=True)
class MetricSpec:
    """A score column and the protocol behind it.

    Attributes:
        column: Name in tables, thresholds and axes.
        group: Name under which it is asked for (`psnr` stands for both PSNR columns).
        label: Name for people, on axes and in headings.
        kind: `distortion` measures the distance to the reference, `perception` how natural
            an image is by itself.
        reference: `full` compares with the HR image, `none` sees the restored image alone.
        higher_is_better: Direction.
        unit: Unit of the value; empty for plain numbers.
        value_range: Values that can occur, best one named.
        channel: What of the image is compared.
        border: What is cut from each side before.
        quantisation: How the pixels were rounded before they were compared.
        source: Publication or implementation, with each deviation by name.
    """

    column: str
    group: str
    label: str
    kind: Literal["distortion", "perception"]
    reference: Literal["full", "none"]
    higher_is_better: bool
    unit: str
    value_range: str
    channel: str
    border: str
    quantisation: str
    source: str


FROM_FILE = "8-bit RGB read back from the PNG file"
BORDER_CUT = "scale px from each side"

_SPECS = (
    MetricSpec(
        column="psnr_y",
        group="psnr",
        label="PSNR (Y)",
        kind="distortion",
        reference="full",
        higher_is_better=True,
        unit="dB",
        value_range="0 to inf, inf for equal images",
        channel="BT.601 luma in [16, 235], data range 255",
        border=BORDER_CUT,
        quantisation=f"{FROM_FILE}; luma not rounded",
        source="10 log10(255^2 / MSE); ITU-R BT.601 luma as in MATLAB's rgb2ycbcr, not rounded",
    ),
    MetricSpec(
        column="ssim_y",
        group="ssim",
        label="SSIM (Y)",
        kind="distortion",
        reference="full",
        higher_is_better=True,
        unit="",
        value_range="-1 to 1, 1 for equal images",
        channel="BT.601 luma in [16, 235], data range 255",
        border=BORDER_CUT,
        quantisation=f"{FROM_FILE}; luma not rounded",
        source="Wang, Bovik, Sheikh, Simoncelli 2004; scikit-image, 11x11 Gaussian window of "
        "sigma 1.5, no sample covariance",
    ),
    MetricSpec(
        column="psnr_rgb",
        group="psnr",
        label="PSNR (RGB)",
        kind="distortion",
        reference="full",
        higher_is_better=True,
        unit="dB",
        value_range="0 to inf, inf for equal images",
        channel="RGB, one mean over the three channels, data range 255",
        border=BORDER_CUT,
        quantisation=FROM_FILE,
        source="10 log10(255^2 / MSE)",
    ),
    MetricSpec(
        column="lpips_alex",
        group="lpips",
        label="LPIPS (AlexNet)",
        kind="distortion",
        reference="full",
        higher_is_better=False,
        unit="",
        value_range="0 to about 1, 0 for equal images",
        channel="RGB in [-1, 1]",
        border="none, whole image",
        quantisation=FROM_FILE,
        source="Zhang, Isola, Efros, Shechtman, Wang 2018; package lpips, version 0.1, AlexNet",
    ),
    MetricSpec(
        column="niqe",
        group="niqe",
        label="NIQE",
        kind="perception",
        reference="none",
        higher_is_better=False,
        unit="",
        value_range="0 to about 100; below the value of the HR images is not more natural",
        channel="Y of YIQ in [0, 255], rounded, in blocks of 96 px",
        border=BORDER_CUT,
        quantisation=FROM_FILE,
        source="Mittal, Soundararajan, Bovik 2013; package pyiqa with its own defaults and the "
        "pristine model of the original release",
    ),
)

METRICS: Mapping[str, MetricSpec] = MappingProxyType({spec.column: spec for spec in _SPECS})
"""Column to spec, in the order of the tables."""

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        group: tuple(spec.column for spec in _SPECS if spec.group == group)
        for group in dict.fromkeys(spec.group for spec in _SPECS)
    }
)
"""Name to ask for, to the columns that it gives."""


def columns_for(groups: Sequence[str]) -> tuple[str, ...]:
    """Translates what was asked for into columns.

    Args:
        groups: Names out of `GROUPS`, in any order, repeats allowed.

    Returns:
        Columns in the order of the tables, each once.

    Raises:
        ConfigError: when a name is unknown or none was given.
    """
    if not groups:
        raise ConfigError(f"metrics: expected at least one of {', '.join(GROUPS)}, got none")
    for group in groups:
        if group not in GROUPS:
            raise ConfigError(unknown_name("metric", group, GROUPS))
    return tuple(column for column, spec in METRICS.items() if spec.group in groups)
