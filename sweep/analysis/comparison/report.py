"""What a comparison found."""

from __future__ import annotations

from dataclasses import dataclass

from sweep.analysis.comparison.operands import Operand
from sweep.analysis.statistics.bootstrap import LEAST_IMAGES, RESAMPLES, Difference
from sweep.analysis.statistics.intervals import CONFIDENCE
from sweep.tables.curve_names import shown_point
from sweep.tables.metric_file import MetricColumn


@dataclass(frozen=True)
class Resampling:
    """How the bootstrap is done: number of resamples, seed of the draws, confidence."""

    resamples: int = RESAMPLES
    seed: int = 0
    confidence: float = CONFIDENCE


@dataclass(frozen=True)
class Along:
    """Where two curves were compared: at equal values of a metric, from low to high."""

    metric: MetricColumn
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Two methods, or two curves, in one metric on one data set.

    Attributes:
        point: Grid point or method; empty where two single methods are compared.
        images: Number of images that both have finite values for.
        seeds: Number of seeds of either side; 0 for a method without seeds.
        paired: Whether both sides have the same seeds.
        along: Of curves, where; their values are means over it. None for methods.
    """

    dataset: str
    scale: int
    point: str
    metric: MetricColumn
    images: int
    seeds: tuple[int, int]
    paired: bool
    result: Difference
    along: Along | None = None

    @property
    def name(self) -> str:
        """What was compared, beside the data set: `mse@0: niqe`, `psnr_y at equal niqe`."""
        point = f"{shown_point(self.point)}: " if self.point else ""
        at = f" at equal {self.along.metric.column}" if self.along else ""
        return f"{point}{self.metric.column}{at}"


@dataclass(frozen=True)
class Report:
    """Everything that a comparison of a first side with a second found.

    There is a comparison for each data set, grid point or axis of two curves, and metric; notes
    say what was left out.
    """

    first: Operand
    second: Operand
    comparisons: tuple[Comparison, ...]
    resampling: Resampling
    notes: tuple[str, ...] = ()

    @property
    def worse(self) -> list[Comparison]:
        """Comparisons that the first side loses."""
        return [found for found in self.comparisons if found.result.verdict == "worse"]

    @property
    def too_small(self) -> list[str]:
        """Data sets without a verdict."""
        small = [c.dataset for c in self.comparisons if c.images < LEAST_IMAGES]
        return list(dict.fromkeys(small))
