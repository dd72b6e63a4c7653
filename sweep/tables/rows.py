"""What one row of a result table holds, before it becomes a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sweep.config.axis_names import AxisValue
from sweep.store.states import State


@dataclass(frozen=True)
class ImageScore:
    """Scores of one image.

    Attributes:
        image: File name without its extension.
        scores: Metric column to value.
    """

    image: str
    scores: dict[str, float]


@dataclass(frozen=True)
class ResultRow:
    """Scores of one method on one test set, and how its generator came about.

    Attributes:
        trial: Folder name of the trial; the method where there is no trial.
        method: `bicubic`, `srresnet`, `srgan`, `original`, or the name of external images.
        dataset: Name of the test set, never a path.
        images: Number of images in the test set.
        scale: Magnification.
        status: State of the trial: `done`, `diverged`, `failed`, ...
        content: Content loss; None where there is none to name.
        adv: Adversarial coefficient; None where it does not apply.
        seed: Seed of the trial; None where it does not apply.
        start: `srresnet` or `srgan`, the end that the trial set out from; None likewise.
        scores: Metric column to mean over the images; empty when nothing was scored.
        niqe_minus_hr: NIQE less the value of the HR images themselves.
        steps: Training steps of the phase that made the generator.
        train_seconds: Wall-clock seconds of that phase.
        pixel_weight: Weight of the pixel term.
        content_weight: Weight of the content term.
        grad_pixel: Median norm of the weighted pixel term's gradient at the output.
        grad_content: The same of the weighted content term.
        grad_adv: The same of the weighted adversarial term.
        generator_sha256: Hash of the generator's file.
        parameters: Number of a scored generator's weights.
        megapixel_seconds: Seconds in which a scored generator made a million pixels.
        per_image: Scores of the single images.
        health: What makes the trial unfit for comparison, reasons separated by `; `; empty for
            a healthy one.
        measures: What `health` was judged by, column to value.
        axes: Key of each further axis that applies to the trial, to its value there.
    """

    trial: str
    method: str
    dataset: str
    images: int
    scale: int
    status: str = State.DONE
    content: str | None = None
    adv: float | None = None
    seed: int | None = None
    start: str | None = None
    scores: dict[str, float] = field(default_factory=dict)
    niqe_minus_hr: float | None = None
    steps: int | None = None
    train_seconds: float | None = None
    pixel_weight: float | None = None
    content_weight: float | None = None
    grad_pixel: float | None = None
    grad_content: float | None = None
    grad_adv: float | None = None
    generator_sha256: str | None = None
    parameters: int | None = None
    megapixel_seconds: float | None = None
    per_image: tuple[ImageScore, ...] = ()
    health: str = ""
    measures: dict[str, float] = field(default_factory=dict)
    axes: Mapping[str, AxisValue] = field(default_factory=dict)
