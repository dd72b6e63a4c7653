"""Finds places for labels where they cover no marker and no other label.

Pure geometry in pixels, y upwards. Each label brings candidate places with costs; labels are
placed one after the other and then moved again, each given all others, until nothing changes.
No random numbers: the same input gives the same places.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

Dot = tuple[float, float]
Segment = tuple[Dot, Dot]

# Costs in pixels of distance that a fault is worth avoiding.
COVERED = 10_000.0
CROSSED_LEADER = 600.0
CROSSED_LINE = 40.0
ANGLES = 24
GAPS = (3.0, 10.0, 20.0, 32.0, 46.0, 62.0, 80.0, 100.0, 125.0, 155.0, 190.0)
# A label this near to its marker needs no leader line.
LEADER_FROM = 12.0
_ROUNDS = 6
_CLEARANCE = 3.0


@dataclass(frozen=True)
class Box:
    """Axis-parallel rectangle."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def around(cls, centre: Dot, width: float, height: float) -> Box:
        """Makes the rectangle with a given centre and size."""
        x, y = centre
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    @property
    def centre(self) -> Dot:
        """Middle of the rectangle."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def grown(self, margin: float) -> Box:
        """Moves all sides outwards."""
        return Box(self.left - margin, self.bottom - margin, self.right + margin, self.top + margin)

    def overlaps(self, other: Box) -> bool:
        """Tells whether both share an area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def within(self, other: Box) -> bool:
        """Tells whether this rectangle lies inside another one."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.bottom >= other.bottom
            and self.top <= other.top
        )

    def nearest(self, dot: Dot) -> Dot:
        """Point of the rectangle that is nearest to a dot."""
        x = min(max(dot[0], self.left), self.right)
        y = min(max(dot[1], self.bottom), self.top)
        return x, y

    def meets(self, segment: Segment) -> bool:
        """Tells whether a segment runs through the rectangle (Liang and Barsky's clipping)."""
        (x0, y0), (x1, y1) = segment
        dx, dy = x1 - x0, y1 - y0
        start, end = 0.0, 1.0
        for slope, room in (
            (-dx, x0 - self.left),
            (dx, self.right - x0),
            (-dy, y0 - self.bottom),
            (dy, self.top - y0),
        ):
            if slope == 0:
                if room < 0:
                    return False
            elif slope < 0:
                start = max(start, room / slope)
            else:
                end = min(end, room / slope)
        return start <= end


@dataclass(frozen=True)
class Place:
    """Where a label may stand.

    Attributes:
        box: The label's rectangle.
        cost: What this place costs by itself.
        leader: Line from the marker to the label, if they are apart.
    """

    box: Box
    cost: float
    leader: Segment | None = None


@dataclass(frozen=True)
class Obstacles:
    """What labels avoid.

    Attributes:
        bounds: Labels stay inside.
        boxes: Never to be covered: markers and fixed texts.
        lines: Better not covered.
    """

    bounds: Box
    boxes: Sequence[Box]
    lines: Sequence[Segment] = field(default=())


def places_around(marker: Box, width: float, height: float) -> list[Place]:
    """Lists places around a marker, from near to far in all directions.

    Args:
        marker: The marker's rectangle.
        width: Width of the label.
        height: Height of the label.

    Returns:
        Places; those far from the marker carry a leader line.
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
    """Chooses one place per label.

    Args:
        labels: Candidate places per label, at least one each.
        obstacles: What to avoid.

    Returns:
        The chosen places in the order of the labels.
    """
    standing = [[(place, _standing_cost(place, obstacles)) for place in each] for each in labels]
    chosen: dict[int, Place] = {}
    for _ in range(_ROUNDS):
        before = dict(chosen)
        for index, options in enumerate(standing):
            others = [place for other, place in chosen.items() if other != index]
            chosen[index] = _cheapest(options, others)
        if chosen == before:
            break
    return [chosen[index] for index in range(len(labels))]


def _cheapest(options: Sequence[tuple[Place, float]], others: Sequence[Place]) -> Place:
    best, best_cost = options[0][0], math.inf
    for place, cost in options:
        if cost >= best_cost:
            continue
        total = cost + sum(_pair_cost(place, other) for other in others)
        if total < best_cost:
            best, best_cost = place, total
    return best


def _standing_cost(place: Place, obstacles: Obstacles) -> float:
    box = place.box.grown(_CLEARANCE)
    cost = place.cost
    cost += COVERED * (not place.box.within(obstacles.bounds))
    cost += COVERED * sum(box.overlaps(other) for other in obstacles.boxes)
    cost += CROSSED_LINE * sum(box.meets(line) for line in obstacles.lines)
    if place.leader is not None:
        # The marker that the leader starts from contains its first end.
        start = place.leader[0]
        foreign = [other for other in obstacles.boxes if other.nearest(start) != start]
        cost += CROSSED_LEADER * sum(other.meets(place.leader) for other in foreign)
    return cost


def _pair_cost(place: Place, other: Place) -> float:
    cost = COVERED * place.box.grown(_CLEARANCE).overlaps(other.box)
    if place.leader is not None:
        cost += CROSSED_LEADER * other.box.grown(_CLEARANCE).meets(place.leader)
    if other.leader is not None:
        cost += CROSSED_LEADER * place.box.grown(_CLEARANCE).meets(other.leader)
    if place.leader is not None and other.leader is not None:
        cost += CROSSED_LEADER * _cross(place.leader, other.leader)
    return cost


def _cross(first: Segment, second: Segment) -> bool:
    def side(line: Segment, dot: Dot) -> float:
        (x0, y0), (x1, y1) = line
        return (x1 - x0) * (dot[1] - y0) - (y1 - y0) * (dot[0] - x0)

    return (
        side(first, second[0]) * side(first, second[1]) < 0
        and side(second, first[0]) * side(second, first[1]) < 0
    )
