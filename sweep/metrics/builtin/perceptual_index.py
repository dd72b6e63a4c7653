"""The perceptual index of the PIRM challenge, and Ma's score in it."""

from __future__ import annotations

from sweep.metrics.builtin.niqe import PRISTINE_MODEL, Niqe
from sweep.metrics.declaration import BORDER_CUT, LUMA_ROUNDED, Measure, Metric
from sweep.metrics.pyiqa_names import FromPyiqa
from sweep.metrics.weight_files import HubFile

MA = FromPyiqa("nrqm", {"color_space": "ycbcr"}, cuts_border=True, smallest_side=32)
MA_MODEL = HubFile("pyiqa/NRQM_model.mat")
CHANNEL = "BT.601 luma in [16, 235]"


def combine(niqe: float, ma: float) -> float:
    """PI out of NIQE (lower is better) and Ma (0 to 10, higher is better).

    Source: Blau, Mechrez, Timofte, Michaeli, Zelnik-Manor 2018.
    """
    return (niqe + 10 - ma) / 2


def _load(device: str, crop_border: int) -> Measure:
    """PI of one image; the mean over images is (mean NIQE + 10 - mean Ma) / 2."""
    # Ma first: its weights are the ones that may be missing.
    ma = MA(device, crop_border)
    niqe = Niqe(device, color_space="ycbcr")
    return lambda sr, hr, image: combine(niqe(sr, crop_border), ma(sr, None, image))


METRICS = (
    Metric(
        column="pi",
        group="pi",
        label="PI",
        kind="perception",
        reference="none",
        higher_is_better=False,
        value_range="about 2 to 10",
        channel=CHANNEL,
        border=BORDER_CUT,
        quantisation=LUMA_ROUNDED,
        source="Blau, Mechrez, Timofte, Michaeli, Zelnik-Manor 2018 (PIRM): (mean NIQE + 10 - "
        "mean Ma) / 2; NIQE and Ma of pyiqa on the luma of rgb2ycbcr, hence another NIQE than "
        "the column",
        libraries=("pyiqa", "torch"),
        weights=(PRISTINE_MODEL, MA_MODEL),
        pyiqa="pi",
        load=_load,
        rank=13,
    ),
    Metric(
        column="nrqm",
        group="nrqm",
        label="Ma",
        kind="perception",
        reference="none",
        higher_is_better=True,
        value_range="0 to 10",
        channel=CHANNEL,
        border=BORDER_CUT,
        quantisation=LUMA_ROUNDED,
        source="Ma, Yang, Yang, Yang 2017; package pyiqa on the luma of rgb2ycbcr, as in PIRM",
        libraries=("pyiqa", "torch"),
        weights=(MA_MODEL,),
        pyiqa="nrqm",
        load=MA,
        rank=14,
    ),
)
