"""Finds places for labels where they cover no marker and no other label.

Pure geometry in pixels, y upwards. Each label brings candidate places with costs; labels are
placed one after the other and then moved again, each given all others, until nothing changes;
of several orders the one with the lowest cost counts. There are no random numbers: the same input
gives the same places.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sweep.visualization.plots.geometry import Box
from sweep.visualization.plots.obstacles import Obstacles, Place, Places, Reals

ANGLES = 24
GAPS = (3.0, 10.0, 20.0, 32.0, 46.0, 62.0, 80.0, 100.0, 125.0, 155.0, 190.0)
# A label this near to its marker needs no leader line.
LEADER_FROM = 12.0
_ROUNDS = 6
# Orders in which the labels are placed; the best result counts.
_STARTS = 8


@dataclass(frozen=True)
class _Block:
    """Places by rising standing cost, equal costs in the order of the places."""

    places: Places
    costs: Reals
    indices: list[int]
    _beside: dict[int, Reals] = field(default_factory=dict)

    def totals(self, others: Sequence[Place]) -> Reals:
        """(N,): what each place costs where others are taken; what was worked out once is kept."""
        fresh = [place for place in others if id(place) not in self._beside]
        if fresh:
            costs = self.places.costs_beside(Places(fresh))
            self._beside.update(zip(map(id, fresh), costs.T, strict=True))
        return sum((self._beside[id(place)] for place in others), start=self.costs)


class _Options:
    """Places of a label by their standing cost, which is worked out no further than it is asked.

    No place stands for less than its own cost, so those that are far away seldom matter.
    """

    def __init__(self, places: Sequence[Place], obstacles: Obstacles) -> None:
        self._places, self._obstacles = places, obstacles
        self._by_cost = sorted(range(len(places)), key=lambda index: places[index].cost)

    def __iter__(self) -> Iterator[_Block]:
        """Those that stand for less than any beyond the nearest ones may, then the rest."""
        if self._near.indices:
            yield self._near
        if len(self._near.indices) < len(self._places):
            yield self._far

    @cached_property
    def _near(self) -> _Block:
        beyond = self._by_cost[ANGLES:]
        least = self._places[beyond[0]].cost if beyond else math.inf
        return self._block(self._by_cost[:ANGLES], least)

    @cached_property
    def _far(self) -> _Block:
        known = set(self._near.indices)
        return self._block([index for index in self._by_cost if index not in known])

    def _block(self, indices: Sequence[int], below: float = math.inf) -> _Block:
        known = sorted(indices)
        costs = self._obstacles.standing_costs(Places([self._places[index] for index in known]))
        order = [row for row in np.argsort(costs, kind="stable").tolist() if costs[row] < below]
        kept = [known[row] for row in order]
        return _Block(Places([self._places[index] for index in kept]), costs[order], kept)


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
    together = Places(places)
    return total + float(np.triu(together.costs_beside(together), 1).sum()), places


def _cheapest(options: _Options, others: Sequence[Place]) -> tuple[Place, float]:
    """Finds the cheapest place, with its standing cost, in whose order the options come."""
    best: tuple[Place, float] | None = None
    best_cost = math.inf
    for block in options:
        if block.costs[0] >= best_cost:
            break
        totals = block.totals(others)
        found = int(np.argmin(totals))
        if best is None or totals[found] < best_cost:
            best = block.places.places[found], float(block.costs[found])
            best_cost = float(totals[found])
    assert best is not None, "a label has at least one place"
    return best
