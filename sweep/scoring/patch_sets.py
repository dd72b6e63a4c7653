"""Scores a test set as a whole: its patches against those of its HR images."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from srgan_core.errors import DataError, ShapeError
from srgan_core.wording import counted
from sweep.metrics.inputs import Rgb, check_pair
from sweep.metrics.patch_distance import Matrix, kernel_distance, sample_frechet_distance
from sweep.metrics.patch_features import PATCH, PatchFeatures
from sweep.metrics.specs import find_spec


class SetScorer:
    """Computes the columns that compare two sets of images; features are shared by them.

    Args:
        columns: Out of `kid_patches` and `fd_patches`.
        crop_border: Pixels cut from each side of every image.
        device: Where the network runs.

    Raises:
        WeightsError: when AlexNet's weights can be had from nowhere.
    """

    def __init__(self, columns: Sequence[str], crop_border: int, device: str) -> None:
        self.columns = tuple(columns)
        self.crop_border = crop_border
        self._features = PatchFeatures(device)

    def score(self, pairs: Sequence[tuple[Rgb, Rgb]]) -> tuple[dict[str, float], list[str]]:
        """Scores restored images against their references.

        Args:
            pairs: Restored image and reference, each (H, W, 3), uint8; images in which no whole
                patch is left are passed over.

        Returns:
            Column to value, nan where there is none, and sentences about that.

        Raises:
            ShapeError: when a restored image and its reference differ in size.
        """
        try:
            x, y, images = self._describe(pairs)
        except DataError as error:
            return dict.fromkeys(self.columns, math.nan), [str(error)]
        sentences = []
        used = len(np.unique(images))
        if used < len(pairs):
            sentences.append(
                f"{len(pairs) - used} of {counted(len(pairs), 'image')} without a patch of "
                f"{PATCH} px, left out of the distances between sets"
            )
        scores = {}
        for column in self.columns:
            try:
                scores[column] = DISTANCES[column](x, y, images)
            except DataError as error:
                scores[column] = math.nan
                sentences.append(f"no {find_spec(column).label}: {error}")
        return scores, sentences

    def _describe(
        self, pairs: Sequence[tuple[Rgb, Rgb]]
    ) -> tuple[Matrix, Matrix, np.typing.NDArray[np.intp]]:
        """Features of all patches of both sides, and the image that each row comes from."""
        x, y, images = [], [], []
        for index, (sr, hr) in enumerate(pairs):
            check_pair(sr, hr, self.crop_border)
            try:
                x.append(self._features(sr, self.crop_border))
                y.append(self._features(hr, self.crop_border))
            except ShapeError:
                continue
            images.append(np.full(len(x[-1]), index, np.intp))
        if not images:
            raise DataError(
                f"distances between sets: expected an image of {PATCH} px or more on each side, "
                "got none; use larger images"
            )
        return np.concatenate(x), np.concatenate(y), np.concatenate(images)


DISTANCES: dict[str, Callable[[Matrix, Matrix, np.typing.NDArray[np.intp]], float]] = {
    "kid_patches": kernel_distance,
    "fd_patches": lambda x, y, images: sample_frechet_distance(x, y),
}
"""Column to its function of both samples and the image of each row."""
