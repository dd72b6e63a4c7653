"""Metrics that are computed when they are asked for, those of the package pyiqa among them."""

from __future__ import annotations

from sweep.metrics.declaration import BORDER_CUT, FROM_FILE, WHOLE_IMAGE, MetricSpec
from sweep.metrics.standard import LUMA, LUMA_AS_IS

LUMA_ROUNDED = f"{FROM_FILE}; luma rounded to integers"
OWN_DEFAULTS = "package pyiqa with its own defaults"
RGB = "RGB in [0, 1]"
PATCHES = (
    "means of AlexNet's relu2 (192 features) over patches of 32 x 32 px, side by side; all "
    "patches of a test set against all patches of its HR images"
)

_DISTORTION = (
    MetricSpec(
        column="rmse",
        group="rmse",
        label="RMSE (Y)",
        kind="distortion",
        reference="full",
        higher_is_better=False,
        unit="",
        value_range="0 to 255, 0 for equal images",
        channel=LUMA,
        border=BORDER_CUT,
        quantisation=LUMA_ROUNDED,
        source="Blau, Mechrez, Timofte, Michaeli, Zelnik-Manor 2018 (PIRM): the root of the mean "
        "over the images of the MSE, on MATLAB's rgb2ycbcr, which rounds",
        libraries=("numpy",),
        aggregation="root mean square",
    ),
    MetricSpec(
        column="lpips_vgg",
        group="lpips_vgg",
        label="LPIPS (VGG-16)",
        kind="distortion",
        reference="full",
        higher_is_better=False,
        unit="",
        value_range="0 to about 1, 0 for equal images",
        channel="RGB in [-1, 1]",
        border=WHOLE_IMAGE,
        quantisation=FROM_FILE,
        source="Zhang, Isola, Efros, Shechtman, Wang 2018; package lpips, version 0.1, VGG-16",
        libraries=("lpips", "torch"),
        weights=("vgg16", "lpips v0.1 vgg.pth"),
    ),
    MetricSpec(
        column="ms_ssim",
        group="ms_ssim",
        label="MS-SSIM (Y)",
        kind="distortion",
        reference="full",
        higher_is_better=True,
        unit="",
        value_range="0 to 1, 1 for equal images",
        channel=LUMA,
        border=BORDER_CUT,
        quantisation=LUMA_ROUNDED,
        source="Wang, Simoncelli, Bovik 2003; package pyiqa, which pads odd sides with zeros as "
        "it halves them and counts negative contrast terms as 0; pyiqa's default is Y of YIQ",
        libraries=("pyiqa", "torch"),
        pyiqa="ms_ssim",
    ),
    MetricSpec(
        column="vif",
        group="vif",
        label="VIF (Y)",
        kind="distortion",
        reference="full",
        higher_is_better=True,
        unit="",
        value_range="0 to about 1, 1 for equal images, above 1 for more contrast",
        channel=LUMA,
        border=BORDER_CUT,
        quantisation=LUMA_ROUNDED,
        source="Sheikh, Bovik 2006, wavelet domain; package pyiqa, in float32; pyiqa's default "
        "is Y of YIQ",
        libraries=("pyiqa", "torch"),
        symmetric=False,
        pyiqa="vif",
    ),
    MetricSpec(
        column="fsim",
        group="fsim",
        label="FSIM (Y)",
        kind="distortion",
        reference="full",
        higher_is_better=True,
        unit="",
        value_range="0 to 1, 1 for equal images",
        channel=LUMA,
        border=BORDER_CUT,
        quantisation=LUMA_AS_IS,
        source="Zhang, Zhang, Mou, Zhang 2011, the variant without colour; package pyiqa, whose "
        "default is the one with colour (FSIMc) on YIQ",
        libraries=("pyiqa", "torch"),
        pyiqa="fsim",
    ),
    MetricSpec(
        column="gmsd",
        group="gmsd",
        label="GMSD (Y)",
        kind="distortion",
        reference="full",
        higher_is_better=False,
        unit="",
        value_range="0 to about 0.35, 0 for equal images",
        channel=LUMA,
        border=BORDER_CUT,
        quantisation=LUMA_AS_IS,
        source="Xue, Zhang, Mou, Bovik 2014, T 170; package pyiqa, whose default is Y of YIQ",
        libraries=("pyiqa", "torch"),
        pyiqa="gmsd",
    ),
    MetricSpec(
        column="dists",
        group="dists",
        label="DISTS",
        kind="distortion",
        reference="full",
        higher_is_better=False,
        unit="",
        value_range="0 to about 1, 0 for equal images",
        channel=RGB,
        border=WHOLE_IMAGE,
        quantisation=FROM_FILE,
        source=f"Ding, Ma, Wang, Simoncelli 2020; {OWN_DEFAULTS}",
        libraries=("pyiqa", "torch"),
        weights=("checkpoints/vgg16-397923af.pth", "pyiqa/DISTS_weights-f5e65c96.pth"),
        pyiqa="dists",
    ),
)


def _without_reference(
    column: str, label: str, higher: bool, values: str, source: str, weights: tuple[str, ...]
) -> MetricSpec:
    """A metric of pyiqa that sees the restored image alone, whole, by pyiqa's own defaults."""
    return MetricSpec(
        column=column,
        group=column,
        label=label,
        kind="perception",
        reference="none",
        higher_is_better=higher,
        unit="",
        value_range=values,
        channel=RGB,
        border=WHOLE_IMAGE,
        quantisation=FROM_FILE,
        source=f"{source}; {OWN_DEFAULTS}",
        libraries=("pyiqa", "torch"),
        weights=weights,
        pyiqa=column,
    )


def _by_pirm(
    column: str, label: str, higher: bool, values: str, source: str, weights: tuple[str, ...]
) -> MetricSpec:
    """A metric of the PIRM challenge: luma of rgb2ycbcr, border cut."""
    return MetricSpec(
        column=column,
        group=column,
        label=label,
        kind="perception",
        reference="none",
        higher_is_better=higher,
        unit="",
        value_range=values,
        channel="BT.601 luma in [16, 235]",
        border=BORDER_CUT,
        quantisation=LUMA_ROUNDED,
        source=source,
        libraries=("pyiqa", "torch"),
        weights=weights,
        pyiqa=column,
    )


_PERCEPTION = (
    _by_pirm(
        "pi",
        "PI",
        False,
        "about 2 to 10",
        "Blau, Mechrez, Timofte, Michaeli, Zelnik-Manor 2018 (PIRM): (mean NIQE + 10 - mean Ma) "
        "/ 2; NIQE and Ma of pyiqa on the luma of rgb2ycbcr, hence another NIQE than the column",
        ("niqe_original.mat", "pyiqa/NRQM_model.mat"),
    ),
    _by_pirm(
        "nrqm",
        "Ma",
        True,
        "0 to 10",
        "Ma, Yang, Yang, Yang 2017; package pyiqa on the luma of rgb2ycbcr, as in PIRM",
        ("pyiqa/NRQM_model.mat",),
    ),
    _without_reference(
        "brisque",
        "BRISQUE",
        False,
        "0 to about 150",
        "Mittal, Moorthy, Bovik 2012",
        ("pyiqa/brisque_svm_weights.pth",),
    ),
    _without_reference(
        "ilniqe",
        "IL-NIQE",
        False,
        "0 to about 100",
        "Zhang, Zhang, Bovik 2015",
        ("pyiqa/ILNIQE_templateModel.mat",),
    ),
    _without_reference(
        "musiq",
        "MUSIQ",
        True,
        "0 to 100",
        "Ke, Wang, Wang, Milanfar, Yang 2021, trained on KonIQ-10k",
        ("pyiqa/musiq_koniq_ckpt-e95806b9.pth",),
    ),
)


def _of_sets(column: str, label: str, values: str, source: str) -> MetricSpec:
    """A distance between the patches of two sets of images."""
    return MetricSpec(
        column=column,
        group=column,
        label=label,
        kind="perception",
        reference="set",
        higher_is_better=False,
        unit="",
        value_range=values,
        channel=PATCHES,
        border=BORDER_CUT,
        quantisation=FROM_FILE,
        source=source,
        libraries=("torch", "torchvision", "numpy"),
        weights=("alexnet",),
        aggregation="set",
    )


_OF_SETS = (
    _of_sets(
        "kid_patches",
        "KID of patches",
        "about 0 upwards, 0 for equal images, slightly negative by chance",
        "Binkowski, Sutherland, Arbel, Gretton 2018: squared MMD with kernel (x y / 192 + 1)^3, "
        "unbiased; only pairs of patches from two different images count, as patches of one "
        "image are not independent; other features than Inception's",
    ),
    _of_sets(
        "fd_patches",
        "Frechet distance of patches",
        "0 upwards, 0 for equal images",
        "Dowson, Landau 1982; Heusel et al. 2017 with other features than Inception's; "
        "covariances shrunk as by Chen, Wiesel, Eldar, Hero 2010 (OAS); biased upwards on few "
        "patches",
    ),
)

FURTHER = (*_DISTORTION, *_PERCEPTION, *_OF_SETS)
"""In the order of the tables."""
