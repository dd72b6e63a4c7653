"""Naturalness of a single image, without a reference."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING

from srgan_core.errors import DataError
from sweep.metrics.declaration import BORDER_CUT, Measure, Metric
from sweep.metrics.weight_files import PackagedFile

if TYPE_CHECKING:
    import torch

    from sweep.metrics.inputs import Rgb

PRISTINE_MODEL = PackagedFile("niqe_original.mat", "sweep.metrics", "assets/niqe_original.mat")
"""Mean and covariance of natural images' features, from the original release."""


BLOCK = 96
"""Side in pixels of the blocks into which NIQE divides an image; partial blocks do not count."""


def count_blocks(height: int, width: int, crop_border: int) -> int:
    """Whole blocks in an image once the border is cut; 0 means that it has no NIQE."""
    rows, columns = ((side - 2 * crop_border) // BLOCK for side in (height, width))
    return max(rows, 0) * max(columns, 0)


class Niqe:
    """pyiqa's `niqe` with its own defaults, loaded once and called per image.

    Args:
        device: Where the features are computed, in float64; a device without float64 (Apple's
            MPS) is replaced by the CPU.
        color_space: `yiq` as by pyiqa's defaults, or `ycbcr` as in the PIRM challenge.

    Source: Mittal, Soundararajan, Bovik 2013; pyiqa's port with the original pristine model.
    """

    def __init__(self, device: str | torch.device = "cpu", color_space: str = "yiq") -> None:
        from sweep.metrics.pyiqa_adapter import create_metric, double_device

        self.device = double_device(device)
        # The packaged model keeps pyiqa from downloading its own.
        self._metric = create_metric(
            "niqe",
            self.device,
            pretrained_model_path=str(PRISTINE_MODEL.path()),
            color_space=color_space,
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
        from sweep.metrics.pyiqa_adapter import to_rgb

        check_image(image, crop_border, smallest=BLOCK, name="image")
        batch = to_rgb(cut_border(image, crop_border)).to(self.device)
        try:
            with warnings.catch_warnings():
                # torch warns of a covariance over no blocks, which the error below says better.
                warnings.filterwarnings("ignore", message="cov\\(\\): degrees of freedom")
                value = float(self._metric(batch))
        except torch.linalg.LinAlgError:  # type: ignore[attr-defined]  # not in torch's stubs
            value = math.nan
        if math.isnan(value):
            raise DataError(
                "the image is flat in every 96-px block, so NIQE finds no features in it"
            )
        return value


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
        source="Mittal, Soundararajan, Bovik 2013; package pyiqa with its own defaults and the "
        "pristine model of the original release",
        libraries=("pyiqa", "torch"),
        weights=(PRISTINE_MODEL,),
        pyiqa="niqe",
        load=_load,
        rank=5,
        by_default=True,
    ),
)
