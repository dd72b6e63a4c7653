"""What a label may stand on and what it had better not: costs of places, many at once.

In pixels, y upwards. The counts are those of `Box` and `segments_cross`, on arrays of places by
obstacles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sweep.visualization.plots.geometry import Box, Segment

# Costs in pixels of distance that a fault is worth avoiding.
COVERED = 10_000.0
# A text over a marker can be read, one that is cut off cannot.
CUT_OFF = 1_000_000.0
CROSSED_LEADER = 600.0
CROSSED_LINE = 30.0
LEADER_OVER_LINE = 10.0
CLEARANCE = 3.0
# Places that are held against the same part of the obstacles.
_SECTOR = 32

_NO_LEADER: Segment = ((math.nan, math.nan), (math.nan, math.nan))
"""It meets nothing and crosses nothing."""

Reals = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True)
class Place:
    """Where a label may stand, what that costs, and a line to its marker if they are apart."""

    box: Box
    cost: float
    leader: Segment | None = None


class Places:
    """Many places, and where they are as arrays.

    Args:
        places: The places, in their order.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places
        self.corners = _corners([place.box for place in places])
        outwards = CLEARANCE * np.array([[-1.0], [-1.0], [1.0], [1.0]])
        self.grown = self.corners + outwards
        self.leaders = _ends([place.leader or _NO_LEADER for place in places])

    def sectors(self) -> list[NDArray[np.intp]]:
        """Groups of rows whose places lie in one direction from the middle of all of them."""
        x, y = (self.corners[:2] + self.corners[2:]) / 2
        around = np.argsort(np.arctan2(y - y.mean(), x - x.mean()), kind="stable")
        return np.array_split(around, range(_SECTOR, len(around), _SECTOR))

    def costs_beside(self, others: Places) -> Reals:
        """(N, K): what each of these places costs where each of others is taken."""
        grown, leaders = self.grown[:, :, None], self.leaders[:, :, None]
        grown_others, their_leaders = others.grown[:, None], others.leaders[:, None]
        costs = COVERED * _overlap(grown, others.corners[:, None])
        costs += CROSSED_LEADER * _meet(grown_others, leaders)
        costs += CROSSED_LEADER * _meet(grown, their_leaders)
        costs += CROSSED_LEADER * _cross(leaders, their_leaders)
        return np.asarray(costs)


@dataclass(frozen=True)
class Obstacles:
    """What labels avoid.

    They stay inside the bounds, never cover boxes (markers and fixed texts), and better no lines.
    """

    bounds: Box
    boxes: Sequence[Box]
    lines: Sequence[Segment] = ()

    def standing_costs(self, places: Places) -> Reals:
        """(N,): what each place costs, whatever the other labels do."""
        cut_off = [not place.box.within(self.bounds) for place in places.places]
        costs = np.array([place.cost for place in places.places], dtype=np.float64)
        costs += CUT_OFF * np.array(cut_off, dtype=np.float64)
        for rows in places.sectors():
            grown, leaders = places.grown[:, rows, None], places.leaders[:, rows, None]
            corners, ends = self._near(grown, leaders)
            # The marker that a leader starts from contains its first end.
            met = _meet(corners, leaders) & ~_contain(corners, leaders)
            costs[rows] += COVERED * _overlap(grown, corners).sum(axis=1)
            costs[rows] += CROSSED_LINE * _meet(grown, ends).sum(axis=1)
            costs[rows] += CROSSED_LEADER * met.sum(axis=1)
            costs[rows] += LEADER_OVER_LINE * _cross(leaders, ends).sum(axis=1)
        return costs

    def _near(self, grown: Reals, leaders: Reals) -> tuple[Reals, Reals]:
        """The boxes and lines that reach to where some places are."""
        low, high = grown[:2].min(axis=(1, 2)), grown[2:].max(axis=(1, 2))
        # A leader that is none counts for nothing.
        for side in (leaders[:2], leaders[2:]):
            low, high = np.fmin(low, _least(side)), np.fmax(high, -_least(-side))
        found = [
            reaching[:, None, ((first <= high[:, None]) & (second >= low[:, None])).all(axis=0)]
            for reaching, first, second in (
                (self._corners, self._corners[:2], self._corners[2:]),
                (self._ends, *_ordered(self._ends)),
            )
        ]
        return found[0], found[1]

    @cached_property
    def _corners(self) -> Reals:
        return _corners(self.boxes)

    @cached_property
    def _ends(self) -> Reals:
        return _ends(self.lines)


def _least(ends: Reals) -> Reals:
    """(2,): the lowest x and y, nan where there are none."""
    return np.asarray(np.fmin.reduce(ends.reshape(2, -1), axis=1))


def _ordered(ends: Reals) -> tuple[Reals, Reals]:
    return np.minimum(ends[:2], ends[2:]), np.maximum(ends[:2], ends[2:])


def _corners(boxes: Sequence[Box]) -> Reals:
    """(4, N): left, bottom, right, top."""
    sides = [(box.left, box.bottom, box.right, box.top) for box in boxes]
    return np.array(sides, dtype=np.float64).reshape(-1, 4).T


def _ends(segments: Sequence[Segment]) -> Reals:
    """(4, N): x and y of the first end, then of the second."""
    return np.array(segments, dtype=np.float64).reshape(-1, 4).T


def _overlap(first: Reals, second: Reals) -> Truths:
    return np.asarray(
        (first[0] < second[2])
        & (second[0] < first[2])
        & (first[1] < second[3])
        & (second[1] < first[3])
    )


def _contain(boxes: Reals, segments: Reals) -> Truths:
    """Whether the boxes contain the first ends of the segments."""
    x, y = segments[:2]
    left, bottom, right, top = boxes
    return np.asarray((left <= x) & (x <= right) & (bottom <= y) & (y <= top))


def _meet(boxes: Reals, segments: Reals) -> Truths:
    """As `Box.meets`."""
    (left, bottom, right, top), (x0, y0, x1, y1) = boxes, segments
    met = (np.maximum(x0, x1) >= left) & (np.minimum(x0, x1) <= right)
    start, end = np.zeros(met.shape), np.ones(met.shape)
    dx, dy = x1 - x0, y1 - y0
    sides = ((-dx, x0 - left), (dx, right - x0), (-dy, y0 - bottom), (dy, top - y0))
    for slope, room in sides:
        with np.errstate(divide="ignore", invalid="ignore"):
            share = room / slope
        met &= (slope != 0) | (room >= 0)
        start = np.where(slope < 0, np.maximum(start, share), start)
        end = np.where(slope > 0, np.minimum(end, share), end)
    return np.asarray(met & (start <= end))


def _cross(first: Reals, second: Reals) -> Truths:
    """As `segments_cross`."""
    crossing = _side(first, second[:2]) * _side(first, second[2:]) < 0
    return np.asarray(crossing & (_side(second, first[:2]) * _side(second, first[2:]) < 0))


def _side(line: Reals, dots: Reals) -> Reals:
    (x0, y0, x1, y1), (x, y) = line, dots
    return np.asarray((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0))
