"""Whether a trial is fit to be compared: its discriminator, its colours, its pattern, its LR.

The measures are stored with the trial; the limits are applied when the tables are written, so
that a better limit needs no new measurement. How each limit was found: docs/health.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from srgan_core.training.config import TrainingSpec

SATURATED_OUTPUT = 1e-3
"""Mean D(sr) from which the loss -log(D(sr) + 1e-3) gives at most half of its gradient; the
gradient of the non-saturating loss stays whole there."""

BLIND_GAP = 0.01
"""Difference of D's mean outputs below which it does not tell the two kinds of patches apart."""

MOST_USELESS_STEPS = 0.3
"""Share of the logged steps in which D may be saturated, or blind."""

MOST_COLOUR_SHIFT = 8.0
"""Grey levels, 3% of the range."""

MOST_CHECKERBOARD = 10.0
"""Decibels: the pattern's frequencies hold ten times as much as their neighbours."""

LEAST_LR_PSNR = 28.0
"""Decibels: the restored image, made small again, is 10 grey levels (RMS) off the LR image."""

LEAST_STEPS = 25
"""Steps before which a discriminator is not judged: a fresh one tells nothing apart yet."""

LAST_SHARE = 0.1
"""Share of the steps over which D's final outputs are averaged."""

TRAINING_MEASURES = ("d_real", "d_fake", "d_saturated", "d_blind")
IMAGE_MEASURES = ("colour_shift", "checkerboard", "lr_psnr")
MEASURES = (*TRAINING_MEASURES, *IMAGE_MEASURES)
"""Columns of results.csv behind `health`."""


def training_measures(records: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Measures the discriminator from the log of a training.

    Args:
        records: Lines of `log.jsonl`; D's warm-up (step 0 and before) is passed over.

    Returns:
        `d_real` and `d_fake`, D's mean outputs on photographs and on restored patches over the
        last tenth of the steps, from 0 to 1; `d_saturated` and `d_blind`, the shares of logged
        steps in which D is sure of every restored patch, or tells nothing apart, unless the
        training was shorter than `LEAST_STEPS`. Empty for a training without an adversary.
    """
    outputs = [
        (int(record["step"]), float(record["d_real"]), float(record["d_fake"]))
        for record in records
        if record.get("step", 0) > 0 and _is_number(record.get("d_real"), record.get("d_fake"))
    ]
    if not outputs:
        return {}
    last = [output for output in outputs if output[0] > (1 - LAST_SHARE) * outputs[-1][0]]
    measures = {
        "d_real": _mean(real for _, real, _ in last),
        "d_fake": _mean(fake for _, _, fake in last),
    }
    if outputs[-1][0] < LEAST_STEPS:
        return measures
    return measures | {
        "d_saturated": _mean(fake <= SATURATED_OUTPUT for _, _, fake in outputs),
        "d_blind": _mean(abs(real - fake) <= BLIND_GAP for _, real, fake in outputs),
    }


def image_measures(
    sr_paths: Sequence[Path], lr_paths: Sequence[Path] | None, scale: int
) -> dict[str, float]:
    """Measures the restored images of a test set against the LR images they were made from.

    Args:
        sr_paths: The restored images.
        lr_paths: Their LR images; None where these are not HR made small alone but blurred, noisy
            or of another camera, which a good restoration does not keep.
        scale: Magnification.

    Returns:
        Means over the images: `colour_shift` [grey levels], the largest of the three channels'
        differences between the mean of the restored image, made small again, and that of the
        LR image; `checkerboard` [dB], see `checkerboard`; `lr_psnr` [dB], PSNR in RGB between
        those two small images, inf where they are equal. Without LR images `checkerboard` alone.

    Raises:
        DataError: when a file is no usable image.
    """
    import numpy as np

    from srgan_core.data.images import read_rgb
    from srgan_core.data.resize import downsample_uint8
    from sweep.scoring.health.checkerboard import checkerboard

    if lr_paths is None:
        patterns = [checkerboard(read_rgb(path), scale) for path in sr_paths]
        return {"checkerboard": _mean(_judged(patterns))}
    found: dict[str, list[float]] = {name: [] for name in IMAGE_MEASURES}
    for sr_path, lr_path in zip(sr_paths, lr_paths, strict=True):
        sr, lr = read_rgb(sr_path), read_rgb(lr_path).astype(float)
        difference = downsample_uint8(sr, scale).astype(float) - lr
        error = float(np.square(difference).mean())
        found["colour_shift"].append(float(np.abs(difference.mean(axis=(0, 1))).max()))
        found["checkerboard"].append(checkerboard(sr, scale))
        found["lr_psnr"].append(10 * math.log10(255**2 / error) if error else math.inf)
    return {name: _mean(_judged(values)) for name, values in found.items()}


def complaints(measures: Mapping[str, float | None], spec: TrainingSpec | None) -> str:
    """Words what is wrong with a trial: short reasons separated by `; `, empty when it is healthy.

    Args:
        measures: Column to value; what is absent, None or nan is not judged.
        spec: What it was trained by; None for a file of unknown training.
    """
    saturates = spec is None or spec.training.adversarial_loss == "offset"

    def value(name: str, otherwise: float) -> float:
        found = measures.get(name)
        return otherwise if found is None or math.isnan(found) else found

    saturated, blind = value("d_saturated", 0.0), value("d_blind", 0.0)
    shift, pattern = value("colour_shift", 0.0), value("checkerboard", 0.0)
    consistency = value("lr_psnr", math.inf)
    judged = (
        (
            saturates and saturated > MOST_USELESS_STEPS,
            f"discriminator saturated for {saturated:.0%} of steps",
        ),
        (blind > MOST_USELESS_STEPS, f"discriminator blind for {blind:.0%} of steps"),
        (shift > MOST_COLOUR_SHIFT, f"colours shifted by {shift:.1f} grey levels"),
        (pattern > MOST_CHECKERBOARD, f"checkerboard pattern of {pattern:.1f} dB"),
        (consistency < LEAST_LR_PSNR, f"LR not kept, {consistency:.1f} dB"),
    )
    return "; ".join(text for is_bad, text in judged if is_bad)


def _is_number(*values: Any) -> bool:
    return all(isinstance(value, int | float) and math.isfinite(value) for value in values)


def _judged(values: Sequence[float]) -> Sequence[float]:
    """Leaves out images on which a measure has no value, unless it has none on any."""
    return [value for value in values if not math.isnan(value)] or [math.nan]


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return math.fsum(listed) / len(listed)
