"""Distances between the patches of a test set and those of its HR images."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from srgan_core.errors import DataError
from srgan_core.wording import counted
from sweep.metrics.declaration import BORDER_CUT, Load, Metric, SetMeasure
from sweep.metrics.weight_files import NetworkWeights

if TYPE_CHECKING:
    from sweep.metrics.inputs import Rgb
    from sweep.metrics.patch_features import PatchPairs


def _kernel(patches: PatchPairs) -> float:
    from sweep.metrics.patch_distance import kernel_distance

    return kernel_distance(patches.sr, patches.hr, patches.images)


def _frechet(patches: PatchPairs) -> float:
    from sweep.metrics.patch_distance import sample_frechet_distance

    return sample_frechet_distance(patches.sr, patches.hr)


def _load(label: str, distance: Callable[[PatchPairs], float]) -> Load:
    def load(device: str, crop_border: int) -> SetMeasure:
        from sweep.metrics.patch_features import PATCH, load_paired_patches

        paired_patches = load_paired_patches(device)

        def measure(pairs: Sequence[tuple[Rgb, Rgb]]) -> tuple[float, tuple[str, ...]]:
            notes: tuple[str, ...] = ()
            try:
                patches = paired_patches(pairs, crop_border)
            except DataError as error:
                return math.nan, (str(error),)
            if patches.left_out:
                notes = (
                    f"{patches.left_out} of {counted(len(pairs), 'image')} without a patch of "
                    f"{PATCH} px, left out of the distances between sets",
                )
            try:
                return distance(patches), notes
            except DataError as error:
                return math.nan, (*notes, f"no {label}: {error}")

        return measure

    return load


def _metric(
    column: str,
    label: str,
    values: str,
    source: str,
    distance: Callable[[PatchPairs], float],
    rank: int,
) -> Metric:
    return Metric(
        column=column,
        group=column,
        label=label,
        kind="perception",
        reference="set",
        higher_is_better=False,
        value_range=values,
        channel="means of AlexNet's relu2 (192 features) over patches of 32 x 32 px, side by "
        "side; all patches of a test set against all patches of its HR images",
        border=BORDER_CUT,
        source=source,
        libraries=("torch", "torchvision", "numpy"),
        weights=(NetworkWeights("alexnet"),),
        aggregation="set",
        load=_load(label, distance),
        rank=rank,
    )


METRICS = (
    _metric(
        "kid_patches",
        "KID of patches",
        "about 0 upwards, 0 for equal images, slightly negative by chance",
        "Binkowski, Sutherland, Arbel, Gretton 2018: squared MMD with kernel (x y / 192 + 1)^3, "
        "unbiased; only pairs of patches from two different images count, as patches of one "
        "image are not independent; other features than Inception's",
        _kernel,
        rank=18,
    ),
    _metric(
        "fd_patches",
        "Frechet distance of patches",
        "0 upwards, 0 for equal images",
        "Dowson, Landau 1982; Heusel et al. 2017 with other features than Inception's; "
        "covariances shrunk as by Chen, Wiesel, Eldar, Hero 2010 (OAS); biased upwards on few "
        "patches",
        _frechet,
        rank=19,
    ),
)
