"""The perceptual index of the PIRM challenge."""

from __future__ import annotations

import torch

from sweep.metrics.inputs import Rgb
from sweep.metrics.niqe import Niqe
from sweep.metrics.pyiqa_adapter import PyiqaMetric


class PerceptualIndex:
    """PI of one image; the mean over images is (mean NIQE + 10 - mean Ma) / 2.

    Args:
        device: Where the features are computed.

    Raises:
        WeightsError: when Ma's model can be had from nowhere.

    Source: Blau, Mechrez, Timofte, Michaeli, Zelnik-Manor 2018; NIQE and Ma of pyiqa on the luma
        of MATLAB's rgb2ycbcr.
    """

    def __init__(self, device: str | torch.device = "cpu") -> None:
        # Ma first: its weights are the ones that may be missing.
        self._ma = PyiqaMetric("nrqm", device)
        self._niqe = Niqe(device, color_space="ycbcr")

    def __call__(self, image: Rgb, crop_border: int) -> float:
        """Scores one image.

        Args:
            image: (H, W, 3), uint8.
            crop_border: Pixels cut from each side.

        Returns:
            PI, lower is more natural.

        Raises:
            ShapeError: when less than one block of NIQE is left after the cut.
            DataError: when NIQE or Ma has no value for the image.
        """
        niqe = self._niqe(image, crop_border)
        return combine(niqe, self._ma(image, None, crop_border))


def combine(niqe: float, ma: float) -> float:
    """PI out of NIQE (lower is better) and Ma (0 to 10, higher is better)."""
    return (niqe + 10 - ma) / 2
