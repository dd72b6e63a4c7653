"""Finds places for labels where they cover no marker and no other label.

Pure geometry in pixels, y upwards. Each label brings candidate places with costs; labels are
placed one after the other and then moved again, each given all others, until nothing changes;
of several orders the one with the lowest cost counts. There are no random numbers: the same input
gives the same places.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from sweep.visualization.plots.geometry import Box, Segment, segments_cross

# Costs in pixels of distance that a fault is worth avoiding.
COVERED = 10_000.0
# A text over a marker can be read, one that is cut off cannot.
CUT_OFF = 1_000_000.0
CROSSED_LEADER = 600.0
CROSSED_LINE = 30.0
LEADER_OVER_LINE = 10.0
ANGLES = 24
GAPS = (3.0, 10.0, 20.0, 32.0, 46.0, 62.0, 80.0, 100.0, 125.0, 155.0, 190.0)
# A label this near to its marker needs no leader line.
LEADER_FROM = 12.0
_ROUNDS = 6
# Orders in which the labels are placed; the best result counts.
_STARTS = 8
_CLEARANCE = 3.0


@dataclass(frozen=True)
class Place:
    """Where a label may stand, what that costs, and a line to its marker if they are apart."""

    box: Box
    cost: float
    leader: Segment | None = None


@dataclass(frozen=True)
class Obstacles:
    """What labels avoid.

    They stay inside the bounds, never cover boxes (markers and fixed texts), and better no lines.
    """

    bounds: Box
    boxes: Sequence[Box]
    lines: Sequence[Segment] = field(default=())


class _Options:
    """Places of a label by their standing cost, which is worked out no further than it is asked.

    No place stands for less than its own cost, so those that are far away seldom matter.
    """

    def __init__(self, places: Sequence[Place], obstacles: Obstacles) -> None:
        self._places, self._obstacles = places, obstacles
        self._sorted: list[tuple[Place, float]] = []
        self._rest = self._by_cost()

    def __iter__(self) -> Iterator[tuple[Place, float]]:
        place = 0
        while True:
            if place == len(self._sorted):
                following = next(self._rest, None)
                if following is None:
                    return
                self._sorted.append(following)
            yield self._sorted[place]
            place += 1

    def _by_cost(self) -> Iterator[tuple[Place, float]]:
        """All of them, equal costs in the order of the places."""
        open_: list[tuple[float, int]] = []
        for index in sorted(range(len(self._places)), key=lambda i: self._places[i].cost):
            while open_ and open_[0][0] < self._places[index].cost:
                cost, found = heapq.heappop(open_)
                yield self._places[found], cost
            heapq.heappush(open_, (_standing_cost(self._places[index], self._obstacles), index))
        while open_:
            cost, found = heapq.heappop(open_)
            yield self._places[found], cost


def places_around(marker: Box, width: float, height: float) -> list[Place]:
    """Lists places around a marker for a label of a size, from near to far in all directions.

    Those far from the marker carry a leader line.
    """
    x, y = marker.centre
    radius = (marker.right - marker.left) / 2
    places = []
    for gap in GAPS:
        for step in range(ANGLES):
            angle = 2 * math.pi * step / ANGLES
            across, up = math.cos(angle), math.sin(angle)
            centre = (
                x + across * (radius + gap + width / 2),
                y + up * (radius + gap + height / 2),
            )
            box = Box.around(centre, width, height)
            leader = ((x, y), box.nearest((x, y))) if gap >= LEADER_FROM else None
            places.append(Place(box, gap + 0.01 * step, leader))
    return places


def place_labels(labels: Sequence[Sequence[Place]], obstacles: Obstacles) -> list[Place]:
    """Chooses one of its places for each label, in their order."""
    options = [_Options(each, obstacles) for each in labels]
    orders = [_order(len(labels), start) for start in range(min(_STARTS, len(labels)))]
    layouts = [_settle(options, order) for order in orders]
    _, places = min(layouts, key=lambda layout: layout[0], default=(0.0, []))
    return places


def _order(count: int, start: int) -> list[int]:
    """Varies who is placed first: forwards from some label, or backwards from it."""
    first = start // 2 * count // max(1, _STARTS // 2)
    order = [(first + step) % count for step in range(count)]
    return order[::-1] if start % 2 else order


def _settle(options: Sequence[_Options], order: Sequence[int]) -> tuple[float, list[Place]]:
    """Places the labels in an order, moves them until nothing changes, and adds up the costs."""
    chosen: dict[int, tuple[Place, float]] = {}
    for _ in range(_ROUNDS):
        before = dict(chosen)
        for index in order:
            others = [place for other, (place, _) in chosen.items() if other != index]
            chosen[index] = _cheapest(options[index], others)
        if chosen == before:
            break
    places = [chosen[index][0] for index in range(len(options))]
    total = sum(chosen[index][1] for index in range(len(options)))
    total += sum(_pair_cost(*pair) for pair in combinations(places, 2))
    return total, places


def _cheapest(options: _Options, others: Sequence[Place]) -> tuple[Place, float]:
    """Finds the cheapest place, with its standing cost, in whose order the options come."""
    best, best_cost = next(iter(options)), math.inf
    for place, cost in options:
        if cost >= best_cost:
            break
        total = cost + sum(_pair_cost(place, other) for other in others)
        if total < best_cost:
            best, best_cost = (place, cost), total
    return best


def _standing_cost(place: Place, obstacles: Obstacles) -> float:
    box = place.box.grown(_CLEARANCE)
    cost = place.cost
    cost += CUT_OFF * (not place.box.within(obstacles.bounds))
    cost += COVERED * sum(box.overlaps(other) for other in obstacles.boxes)
    cost += CROSSED_LINE * sum(box.meets(line) for line in obstacles.lines)
    if place.leader is not None:
        # The marker that the leader starts from contains its first end.
        start = place.leader[0]
        foreign = [other for other in obstacles.boxes if other.nearest(start) != start]
        cost += CROSSED_LEADER * sum(other.meets(place.leader) for other in foreign)
        cost += LEADER_OVER_LINE * sum(
            segments_cross(place.leader, line) for line in obstacles.lines
        )
    return cost


def _pair_cost(place: Place, other: Place) -> float:
    cost = COVERED * place.box.grown(_CLEARANCE).overlaps(other.box)
    if place.leader is not None:
        cost += CROSSED_LEADER * other.box.grown(_CLEARANCE).meets(place.leader)
    if other.leader is not None:
        cost += CROSSED_LEADER * place.box.grown(_CLEARANCE).meets(other.leader)
    if place.leader is not None and other.leader is not None:
        cost += CROSSED_LEADER * segments_cross(place.leader, other.leader)
    return cost
