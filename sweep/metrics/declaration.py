"""What a metric is: what it says of itself and how it is loaded; imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from sweep.metrics.inputs import Rgb
    from sweep.metrics.weight_files import Weights

Aggregation = Literal["mean", "root mean square", "set"]
"""How the value of a test set comes about from its images."""

Direction = Literal["higher", "lower"]
"""Which values of a column are better."""

FROM_FILE = "8-bit RGB read back from the PNG file"
LUMA_AS_IS = f"{FROM_FILE}; luma not rounded"
LUMA_ROUNDED = f"{FROM_FILE}; luma rounded to integers"
LUMA = "BT.601 luma in [16, 235], data range 255"
BORDER_CUT = "scale px from each side"
WHOLE_IMAGE = "none, whole image"

LAST = 1000
"""Rank of what comes behind the metrics of this package."""


class Measure(Protocol):
    """Computes a value for one image."""

    # Any: a metric that compares takes an array, one that sees a single image is given None.
    def __call__(self, sr: Rgb, hr: Any, image: str) -> float:
        """Scores a restored image.

        Args:
            sr: Restored image, (H, W, 3), uint8.
            hr: Reference of the same shape; None for a metric whose `reference` is `none`.
            image: File name without its extension, to look up what is known of the image.

        Returns:
            The value.

        Raises:
            ShapeError, DataError: when this image has no such score; its cell stays empty, with
                a note.
        """


class SetMeasure(Protocol):
    """Computes one value for a whole test set."""

    def __call__(self, pairs: Sequence[tuple[Rgb, Rgb]]) -> tuple[float, tuple[str, ...]]:
        """Scores pairs of restored image and reference, each (H, W, 3), uint8.

        Returns:
            The value, nan where there is none, and sentences about that.

        Raises:
            ShapeError: when a restored image and its reference differ in size.
        """


Load = Callable[[str, int], Measure | SetMeasure]
"""Prepares the computation, once for many images, from the device (`cpu`, `cuda`) and the number
of pixels to cut from each side where the metric cuts a border. Raises WeightsError, or
MissingDependencyError where something that it needs is not installed."""


def _nothing() -> Mapping[str, str | None]:
    return {}


def merit(value: float, bound: float | None, higher_is_better: bool) -> float:
    """Makes a value comparable: nothing counts as better than HR itself.

    A metric without reference has a value for the HR images too, the bound. A restored image
    beyond it is not more natural than the photograph, so it counts as equal to it.
    """
    if bound is None:
        return value
    return min(value, bound) if higher_is_better else max(value, bound)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A score column, the protocol behind it, and how to compute it.

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
        weights: Files behind it. None where loading it is the only way to know whether it can
            run, as for a metric of another package.
        aggregation: How a test set's value comes about: the arithmetic mean over its images, the
            root of the mean of their squares, or `set` for a metric that has no value for a
            single image.
        symmetric: Whether exchanging the two images leaves the value as it is.
        pyiqa: Name of the metric in the package pyiqa; empty where it is computed otherwise.
        load: Prepares the computation; gives a `SetMeasure` where `aggregation` is `set`.
        versions: Versions of programs behind it that are no Python packages, for `metrics.json`.
        rank: Place among the columns of the tables.
        by_default: Whether it is computed when nothing is asked for.
    """

    column: str
    group: str
    label: str
    kind: Literal["distortion", "perception"]
    reference: Literal["full", "none", "set"]
    higher_is_better: bool
    unit: str = ""
    value_range: str
    channel: str
    border: str
    quantisation: str = FROM_FILE
    source: str
    libraries: tuple[str, ...]
    weights: tuple[Weights, ...] | None = None
    aggregation: Aggregation = "mean"
    symmetric: bool = True
    pyiqa: str = ""
    load: Load
    versions: Callable[[], Mapping[str, str | None]] = _nothing
    rank: int = LAST
    by_default: bool = False

    @property
    def direction(self) -> Direction:
        """Which values are better."""
        return "higher" if self.higher_is_better else "lower"

    def describe(self) -> dict[str, object]:
        """What it says of itself, as `metrics.json` has it; weights by their names."""
        hidden = ("load", "versions", "rank", "by_default")
        record = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in hidden}
        return record | {"weights": tuple(weights.name for weights in self.weights or ())}


def load_comparison(compare: Callable[[Rgb, Rgb, int], float]) -> Load:
    """The `load` of a metric that is a function of two images and the border.

    Args:
        compare: Takes the restored image, the reference, and the pixels to cut from each side.
    """

    def load(device: str, crop_border: int) -> Measure:
        return lambda sr, hr, image: compare(sr, hr, crop_border)

    return load
