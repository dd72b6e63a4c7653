"""What a metric says of itself; imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Aggregation = Literal["mean", "root mean square", "set"]
"""How the value of a test set comes about from its images."""

Direction = Literal["higher", "lower"]
"""Which values of a column are better."""

FROM_FILE = "8-bit RGB read back from the PNG file"
BORDER_CUT = "scale px from each side"
WHOLE_IMAGE = "none, whole image"


@dataclass(frozen=True)
class MetricSpec:
    """A score column and the protocol behind it.

    Attributes:
        column: Name in tables, thresholds and axes.
        group: Name under which it is asked for (`psnr` stands for both PSNR columns).
        label: Name for people, on axes and in headings.
        kind: `distortion` measures the distance to the reference, `perception` how natural
            the images are.
        reference: `full` compares each image with its HR image, `none` sees the restored image
            alone, `set` compares the restored images of a test set with its HR images.
        higher_is_better: Direction.
        unit: Unit of the value; empty for plain numbers.
        value_range: Values that can occur, best one named.
        channel: What of the image is compared.
        border: What is cut from each side before.
        quantisation: How the pixels were rounded before they were compared.
        source: Publication or implementation, with each deviation by name.
        libraries: Installed packages that decide the value.
        weights: Names of the weights behind it, as `sweep.metrics.weight_files` knows them; None
            where pyiqa alone knows them.
        aggregation: How a test set's value comes about: the arithmetic mean over its images, the
            root of the mean of their squares, or `set` for a metric that has no value for a
            single image.
        symmetric: Whether exchanging the two images leaves the value as it is.
        pyiqa: Name of the metric in the package pyiqa; empty where it is computed otherwise.
    """

    column: str
    group: str
    label: str
    kind: Literal["distortion", "perception"]
    reference: Literal["full", "none", "set"]
    higher_is_better: bool
    unit: str
    value_range: str
    channel: str
    border: str
    quantisation: str
    source: str
    libraries: tuple[str, ...]
    weights: tuple[str, ...] | None = ()
    aggregation: Aggregation = "mean"
    symmetric: bool = True
    pyiqa: str = ""
