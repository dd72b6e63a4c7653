"""Finds where points crowd and where in the panel there is room to show them magnified.

Pure geometry in pixels, y upwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sweep.visualization.plots.geometry import Box, Dot, Segment

FEWEST = 3
"""Points that make a crowd."""

LEAST_FACTOR = 2.0
MOST_FACTOR = 12.0
# Shares of the panel's width and height, the largest first.
_SIZES = ((0.46, 0.44), (0.40, 0.40), (0.36, 0.36), (0.31, 0.31))
_STEPS = 24
# Distance from the panel's own edges.
_EDGE = 10.0
# What a line that the inset hides and a step down in size cost, in pixels of distance.
_HIDDEN_LINE = 150.0
_SMALLER = 60.0


@dataclass(frozen=True)
class Magnifier:
    """A part of a panel, and the larger place where it is shown again.

    Both have the same ratio of sides; `factor` is that of their lengths.
    """

    part: Box
    place: Box

    @property
    def factor(self) -> float:
        """How many times as large."""
        return (self.place.right - self.place.left) / (self.part.right - self.part.left)


def largest_crowd(dots: Sequence[Dot], reach: float) -> list[int]:
    """Finds the largest group in which everyone has a neighbour within reach.

    Returns:
        Indices, ascending; of equally large groups the first; empty when fewer than `FEWEST`
        points stand together.
    """
    left, groups = set(range(len(dots))), []
    while left:
        group, fresh = set(), {min(left)}
        while fresh:
            group |= fresh
            left -= fresh
            fresh = {i for i in left if any(math.dist(dots[i], dots[j]) <= reach for j in fresh)}
        groups.append(sorted(group))
    largest = max(groups, key=len, default=[])
    return largest if len(largest) >= FEWEST else []


def place_magnifier(
    crowd: Sequence[Dot], margin: float, bounds: Box, taken: Sequence[Box], lines: Sequence[Segment]
) -> Magnifier | None:
    """Finds where to show a crowd magnified: large, near, and over as few lines as possible.

    Args:
        crowd: Points to show; all of them, with a margin in pixels around.
        margin: See above.
        bounds: The panel.
        taken: What must not be hidden.
        lines: What had better not be hidden.

    Returns:
        None when there is no room, or too little to be of use.
    """
    xs, ys = [x for x, _ in crowd], [y for _, y in crowd]
    core = Box(min(xs), min(ys), max(xs), max(ys)).grown(margin)
    best, best_cost = None, math.inf
    for rank, (across, up) in enumerate(_SIZES):
        width = across * (bounds.right - bounds.left)
        height = up * (bounds.top - bounds.bottom)
        part = _part(core, width, height)
        if part is None:
            continue
        for place in _places(bounds, width, height):
            if place.overlaps(part.grown(margin)) or any(place.overlaps(box) for box in taken):
                continue
            hidden = sum(place.meets(line) for line in lines)
            cost = math.dist(place.centre, part.centre) + _HIDDEN_LINE * hidden + _SMALLER * rank
            if cost < best_cost:
                best, best_cost = Magnifier(part, place), cost
    return best


def _part(core: Box, width: float, height: float) -> Box | None:
    """The core widened to the ratio of a place; None when the place hardly magnifies it."""
    factor = min(width / (core.right - core.left), height / (core.top - core.bottom), MOST_FACTOR)
    if factor < LEAST_FACTOR:
        return None
    return Box.around(core.centre, width / factor, height / factor)


def _places(bounds: Box, width: float, height: float) -> list[Box]:
    places = []
    bounds = bounds.grown(-_EDGE)
    for column in range(_STEPS + 1):
        for row in range(_STEPS + 1):
            left = bounds.left + column / _STEPS * (bounds.right - bounds.left - width)
            bottom = bounds.bottom + row / _STEPS * (bounds.top - bounds.bottom - height)
            places.append(Box(left, bottom, left + width, bottom + height))
    return places
