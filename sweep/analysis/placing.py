"""Places coefficients in the largest gaps of curves, towards equal spacing. Pure: reads no file.

A curve is what the trials of one start and content loss draw in the plane of two metrics, in the
order of their coefficients. Both axes are scaled to the front of all curves and of what they set
out from, its ideal at 0 and its nadir at 1, so that a gap means the same on every curve. A gap is
the way between the seed means of two neighbours. It is left alone where
- a coefficient inside or at an end of it has no scores, since it failed or is still to be trained;
- it lies beyond a coefficient that diverged, in one seed or more;
- the coefficients are within a factor of 1.56 of each other, or what would be placed between the
  control and its neighbour is below a ten-thousandth of the curve's largest coefficient;
- its ends are within noise: on both axes the mean over the seeds of their difference, seed by
  seed, is within its 95% interval. One seed alone knows no noise.
Nothing is placed beyond the largest coefficient: that is where the curve was asked to end.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from operator import attrgetter
from statistics import fmean

from sweep.analysis.frontier import pareto_front
from sweep.analysis.statistics.intervals import mean_half_width
from sweep.config.grid import Curve
from sweep.metrics.declaration import Direction

Place = tuple[float, float]

LEAST_FACTOR = 1.25
"""A coefficient is placed no nearer to a neighbour than by about this factor."""

HALF_DECADE = math.sqrt(10)
"""Factor from the smallest coefficient down to one that is placed between it and the control."""

LEAST_SHARE = 1e-4
"""Of a curve's largest coefficient: below it, the control is as good as reached."""


@dataclass(frozen=True)
class CurvePoint:
    """One coefficient of a curve, or what the curve sets out from.

    Attributes:
        adv: The coefficient; 0 for what a curve sets out from.
        places: Seed to values on both axes; empty where a seed has none.
        diverged: Whether the trial of a seed diverged.
        healthy: Whether it may be on the front.
    """

    adv: float
    places: Mapping[int, Place]
    diverged: bool = False
    healthy: bool = True

    @property
    def mean(self) -> Place:
        """Mean over the seeds, of which there is at least one."""
        x, y = zip(*self.places.values(), strict=True)
        return fmean(x), fmean(y)


Curves = Mapping[Curve, Sequence[CurvePoint]]
"""Curves with their points by rising coefficient."""


@dataclass(frozen=True)
class Frame:
    """The front's ideal and nadir: the best and the worst of it on each axis."""

    ideal: Place
    nadir: Place

    def distance(self, first: Place, second: Place) -> float:
        """Way between two places in widths of the front; an axis without width does not count."""
        widths = [abs(worst - best) for best, worst in zip(self.ideal, self.nadir, strict=True)]
        return math.hypot(
            *((a - b) / w for a, b, w in zip(first, second, widths, strict=True) if w > 0)
        )


@dataclass(frozen=True)
class Gap:
    """Two neighbours on a curve.

    Attributes:
        curve: The curve.
        low: Coefficient of the lower one.
        high: Coefficient of the upper one.
        length: Way between them in the plane.
        least: Coefficient below which nothing is placed.
    """

    curve: Curve
    low: float
    high: float
    length: float
    least: float

    @property
    def adv(self) -> float:
        """The coefficient to place: the geometric mean of the ends, to two digits."""
        middle = math.sqrt(self.low * self.high) if self.low else self.high / HALF_DECADE
        return float(f"{middle:.1e}")

    @property
    def is_wide(self) -> bool:
        """Whether the coefficient to place is far enough from both ends."""
        if self.low == 0:
            return self.least <= self.adv < self.high
        return self.low < self.adv < self.high and self.high / self.low >= LEAST_FACTOR**2

    def halves(self) -> tuple[Gap, Gap]:
        """Both sides of what is placed in it, as if the curve were straight there."""
        shorter = replace(self, length=self.length / 2)
        return replace(shorter, high=self.adv), replace(shorter, low=self.adv)


def frame_of(points: Iterable[CurvePoint], directions: tuple[Direction, Direction]) -> Frame | None:
    """Scales the plane to the front of all healthy points; None where nothing is scored.

    Where the front has no width on an axis, the range of all points stands for it.
    """
    scored = [point for point in points if point.places]
    if not scored:
        return None
    places = [point.mean for point in scored]
    healthy = [point.mean for point in scored if point.healthy] or places
    front = [healthy[index] for index in pareto_front(healthy, directions)]
    x, y = (_ends(axis, front, places, directions[axis]) for axis in (0, 1))
    return Frame((x[0], y[0]), (x[1], y[1]))


def _ends(
    axis: int, front: Sequence[Place], places: Sequence[Place], direction: Direction
) -> tuple[float, float]:
    """The best and the worst value of the front on an axis."""
    values = {place[axis] for place in front}
    if len(values) == 1:
        values = {place[axis] for place in places}
    ordered = sorted(values, reverse=direction == "higher")
    return ordered[0], ordered[-1]


def open_gaps(name: Curve, curve: Sequence[CurvePoint], frame: Frame) -> list[Gap]:
    """Lists the gaps of a curve in which a coefficient may be placed."""
    reached = list(takewhile(lambda point: not point.diverged, curve))
    least = LEAST_SHARE * max((point.adv for point in reached), default=0.0)
    gaps = []
    for low, high in pairwise(reached):
        if low.places and high.places and not is_noise(low, high):
            length = frame.distance(low.mean, high.mean)
            gaps.append(Gap(name, low.adv, high.adv, length, least))
    return [gap for gap in gaps if gap.is_wide and gap.length > 0]


def is_noise(first: CurvePoint, second: CurvePoint) -> bool:
    """Whether the seeds do not tell two points apart, on neither axis."""
    seeds = first.places.keys() & second.places.keys()
    return len(seeds) > 1 and all(
        _is_within_interval([first.places[s][axis] - second.places[s][axis] for s in sorted(seeds)])
        for axis in (0, 1)
    )


def _is_within_interval(differences: Sequence[float]) -> bool:
    half = mean_half_width(differences)
    return half is not None and abs(fmean(differences)) <= half


def place(curves: Curves, frame: Frame, count: int) -> list[Gap]:
    """Chooses the gaps to place a coefficient in, the largest first.

    Of several that are placed at once none knows the scores of the others: what is placed counts as
    being in the middle of its gap, so that the next one may go into one of the halves.

    Returns:
        At most `count` gaps, each of which has its coefficient in `adv`; fewer where no more are
        open.
    """
    gaps = [gap for name, curve in curves.items() for gap in open_gaps(name, curve, frame)]
    chosen: list[Gap] = []
    while gaps and len(chosen) < count:
        largest = max(gaps, key=attrgetter("length"))
        gaps.remove(largest)
        chosen.append(largest)
        gaps += [half for half in largest.halves() if half.is_wide]
    return chosen
