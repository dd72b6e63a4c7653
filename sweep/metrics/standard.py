"""The metrics of every sweep that asks for nothing else: PSNR, SSIM, LPIPS, NIQE."""

from __future__ import annotations

from sweep.metrics.declaration import BORDER_CUT, FROM_FILE, WHOLE_IMAGE, MetricSpec

LUMA = "BT.601 luma in [16, 235], data range 255"
LUMA_AS_IS = f"{FROM_FILE}; luma not rounded"

STANDARD = (
    MetricSpec(
        column="psnr_y",
        group="psnr",
        label="PSNR (Y)",
        kind="distortion",
        reference="full",
        higher_is_better=True,
        unit="dB",
        value_range="0 to inf, inf for equal images",
        channel=LUMA,
        border=BORDER_CUT,
        quantisation=LUMA_AS_IS,
        source="10 log10(255^2 / MSE); ITU-R BT.601 luma as in MATLAB's rgb2ycbcr, not rounded",
        libraries=("numpy",),
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
        channel=LUMA,
        border=BORDER_CUT,
        quantisation=LUMA_AS_IS,
        source="Wang, Bovik, Sheikh, Simoncelli 2004; scikit-image, 11x11 Gaussian window of "
        "sigma 1.5, no sample covariance",
        libraries=("scikit-image", "numpy"),
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
        libraries=("numpy",),
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
        border=WHOLE_IMAGE,
        quantisation=FROM_FILE,
        source="Zhang, Isola, Efros, Shechtman, Wang 2018; package lpips, version 0.1, AlexNet",
        libraries=("lpips", "torch"),
        weights=("alexnet", "lpips v0.1 alex.pth"),
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
        libraries=("pyiqa", "torch"),
        weights=("niqe_original.mat",),
        pyiqa="niqe",
    ),
)
"""In the order of the tables."""
