"""Metrics that the package pyiqa computes, some with its own defaults, some with ours."""

from __future__ import annotations

from sweep.metrics.declaration import (
    BORDER_CUT,
    LUMA,
    LUMA_AS_IS,
    LUMA_ROUNDED,
    WHOLE_IMAGE,
    Metric,
)
from sweep.metrics.pyiqa_names import FromPyiqa
from sweep.metrics.weight_files import HubFile

OWN_DEFAULTS = "package pyiqa with its own defaults"
RGB = "RGB in [0, 1]"


def _on_luma(
    use: FromPyiqa,
    label: str,
    higher: bool,
    values: str,
    source: str,
    rank: int,
    symmetric: bool = True,
) -> Metric:
    """A metric that compares luma, border cut, where pyiqa's defaults are not the field's."""
    return Metric(
        column=use.name,
        group=use.name,
        label=label,
        kind="distortion",
        reference="full",
        higher_is_better=higher,
        value_range=values,
        channel=LUMA,
        border=BORDER_CUT,
        quantisation=LUMA_AS_IS if use.channel == "luma" else LUMA_ROUNDED,
        source=source,
        libraries=("pyiqa", "torch"),
        weights=(),
        symmetric=symmetric,
        pyiqa=use.name,
        load=use,
        rank=rank,
    )


def _without_reference(
    name: str, label: str, higher: bool, values: str, source: str, file: str, rank: int
) -> Metric:
    """A metric that sees the restored image alone, whole, by pyiqa's own defaults."""
    return Metric(
        column=name,
        group=name,
        label=label,
        kind="perception",
        reference="none",
        higher_is_better=higher,
        value_range=values,
        channel=RGB,
        border=WHOLE_IMAGE,
        source=f"{source}; {OWN_DEFAULTS}",
        libraries=("pyiqa", "torch"),
        weights=(HubFile(f"pyiqa/{file}"),),
        pyiqa=name,
        load=FromPyiqa(name),
        rank=rank,
    )


METRICS = (
    _on_luma(
        # The last of five scales has to hold one window of 11 px.
        FromPyiqa("ms_ssim", channel="rounded luma", cuts_border=True, smallest_side=161),
        "MS-SSIM (Y)",
        True,
        "0 to 1, 1 for equal images",
        "Wang, Simoncelli, Bovik 2003; package pyiqa, which pads odd sides with zeros as "
        "it halves them and counts negative contrast terms as 0; pyiqa's default is Y of YIQ",
        rank=8,
    ),
    _on_luma(
        FromPyiqa(
            "vif",
            channel="grey RGB",
            cuts_border=True,
            smallest_side=41,
            cpu_only=True,
            needs_texture=True,
        ),
        "VIF (Y)",
        True,
        "0 to about 1, 1 for equal images, above 1 for more contrast",
        "Sheikh, Bovik 2006, wavelet domain; package pyiqa, in float32; pyiqa's default "
        "is Y of YIQ",
        rank=9,
        symmetric=False,
    ),
    _on_luma(
        FromPyiqa(
            "fsim",
            {"chromatic": False},
            channel="luma",
            cuts_border=True,
            smallest_side=16,
        ),
        "FSIM (Y)",
        True,
        "0 to 1, 1 for equal images",
        "Zhang, Zhang, Mou, Zhang 2011, the variant without colour; package pyiqa, whose "
        "default is the one with colour (FSIMc) on YIQ",
        rank=10,
    ),
    _on_luma(
        FromPyiqa(
            "gmsd",
            {"test_y_channel": False, "channels": 1},
            channel="luma",
            cuts_border=True,
            smallest_side=6,
        ),
        "GMSD (Y)",
        False,
        "0 to about 0.35, 0 for equal images",
        "Xue, Zhang, Mou, Bovik 2014, T 170; package pyiqa, whose default is Y of YIQ",
        rank=11,
    ),
    Metric(
        column="dists",
        group="dists",
        label="DISTS",
        kind="distortion",
        reference="full",
        higher_is_better=False,
        value_range="0 to about 1, 0 for equal images",
        channel=RGB,
        border=WHOLE_IMAGE,
        source=f"Ding, Ma, Wang, Simoncelli 2020; {OWN_DEFAULTS}",
        libraries=("pyiqa", "torch"),
        weights=(
            HubFile("checkpoints/vgg16-397923af.pth"),
            HubFile("pyiqa/DISTS_weights-f5e65c96.pth"),
        ),
        pyiqa="dists",
        load=FromPyiqa("dists"),
        rank=12,
    ),
    _without_reference(
        "brisque",
        "BRISQUE",
        False,
        "0 to about 150",
        "Mittal, Moorthy, Bovik 2012",
        "brisque_svm_weights.pth",
        rank=15,
    ),
    _without_reference(
        "ilniqe",
        "IL-NIQE",
        False,
        "0 to about 100",
        "Zhang, Zhang, Bovik 2015",
        "ILNIQE_templateModel.mat",
        rank=16,
    ),
    _without_reference(
        "musiq",
        "MUSIQ",
        True,
        "0 to 100",
        "Ke, Wang, Wang, Milanfar, Yang 2021, trained on KonIQ-10k",
        "musiq_koniq_ckpt-e95806b9.pth",
        rank=17,
    ),
)
