"""Naturalness of a single image, without a reference."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from srgan_core.errors import DataError
from sweep.metrics.declaration import BORDER_CUT, Measure, Metric
from sweep.metrics.weight_files import PackagedFile

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from sweep.metrics.inputs import Rgb

PRISTINE_MODEL = PackagedFile("niqe_original.mat", "sweep.metrics", "assets/niqe_original.mat")
"""Mean and covariance of natural images' features, from the original release."""

BLOCK = 96
"""Side in pixels of the blocks into which NIQE divides an image; partial blocks do not count."""

ColorSpace = Literal["yiq", "ycbcr"]

LUMAS: Mapping[ColorSpace, tuple[tuple[float, float, float], float, float]] = MappingProxyType(
    {
        "yiq": ((0.299, 0.587, 0.114), 0.0, 1.0),
        "ycbcr": ((65.481, 128.553, 24.966), 16.0, 255.0),
    }
)
"""Weights of red, green and blue in [0, 1], what is added, and the value that 255 stands for."""


def count_blocks(height: int, width: int, crop_border: int) -> int:
    """Whole blocks in an image once the border is cut; 0 means that it has no NIQE."""
    rows, columns = ((side - 2 * crop_border) // BLOCK for side in (height, width))
    return max(rows, 0) * max(columns, 0)


class Niqe:
    """NIQE with the defaults of the package pyiqa, loaded once and called per image.

    Args:
        device: Where the features are computed, in float64; a device without float64 (Apple's
            MPS) is replaced by the CPU.
        color_space: Which luma is looked at: that of `yiq` as by pyiqa's defaults, or of `ycbcr`
            as in the PIRM challenge.

    Source: Mittal, Soundararajan, Bovik 2013, with the original pristine model; values are those
    of pyiqa 0.1.16.
    """

    def __init__(self, device: str | torch.device = "cpu", color_space: ColorSpace = "yiq") -> None:
        import scipy.io
        import torch

        from sweep.metrics.pyiqa_adapter import double_device

        self.device = double_device(device)
        self._luma_of = LUMAS[color_space]
        model = scipy.io.loadmat(PRISTINE_MODEL.path())
        self._mean, self._covariance = (
            torch.tensor(model[key], device=self.device)
            for key in ("mu_prisparam", "cov_prisparam")
        )

    def __call__(self, image: Rgb, crop_border: int) -> float:
        """Distance of the features of an image, (H, W, 3), uint8, from those of natural images.

        Lower is more natural, down to about the value of the HR image.

        Raises:
            ShapeError: when less than one block of 96 px is left after the cut.
            DataError: when no block has any texture, so that there are no features.
        """
        import torch

        from sweep.metrics.inputs import check_image, cut_border
        from sweep.metrics.niqe_features import block_features

        check_image(image, crop_border, smallest=BLOCK, name="image")
        features = block_features(self._luma(cut_border(image, crop_border)))
        textured = features[~features.isnan().any(dim=1)]
        if len(textured) == 0:
            raise DataError(
                "the image is flat in every 96-px block, so NIQE finds no features in it"
            )
        covariance = torch.cov(textured.T, correction=min(1, len(textured) - 1))
        inverse = torch.linalg.pinv((self._covariance + covariance) / 2)
        difference = self._mean - features.nanmean(dim=0)
        return float((difference @ inverse @ difference.T).sqrt())

    def _luma(self, image: Rgb) -> Tensor:
        """(H, W), float64, whole numbers in [0, 255]; float32 decides where a half goes."""
        import torch

        from sweep.metrics.pyiqa_adapter import to_rgb

        weights, offset, span = self._luma_of
        pixels = to_rgb(image).to(self.device)[0].permute(1, 2, 0)
        luma = pixels @ torch.tensor(weights, device=self.device) + offset
        return (luma / span * 255).round().double()


def _load(device: str, crop_border: int) -> Measure:
    niqe = Niqe(device)
    return lambda sr, hr, image: niqe(sr, crop_border)


METRICS = (
    Metric(
        column="niqe",
        group="niqe",
        label="NIQE",
        kind="perception",
        reference="none",
        higher_is_better=False,
        value_range="0 to about 100; below the value of the HR images is not more natural",
        channel="Y of YIQ in [0, 255], rounded, in blocks of 96 px",
        border=BORDER_CUT,
        source="Mittal, Soundararajan, Bovik 2013; values of the package pyiqa with its own "
        "defaults, and the pristine model of the original release",
        libraries=("torch",),
        weights=(PRISTINE_MODEL,),
        load=_load,
        rank=5,
        by_default=True,
    ),
)
