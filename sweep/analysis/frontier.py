"""Pareto front, dominated area and knee of scored points; pure Python, no arrays.

A point is a sequence of finite or infinite numbers, one per objective; a direction says for
each objective whether a higher or a lower number is better. Every function raises ConfigError when
a direction is unknown or a coordinate is not a number, and ShapeError when something has another
number of objectives than there are directions, which for an area and a knee are two.

Where points have intervals, a point is certainly dominated when another one, at the bad ends of
its intervals, still dominates it at the good ends of its own. Without intervals that is plain
dominance.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate, islice

from srgan_core.errors import ConfigError, ShapeError, unknown_name
from sweep.metrics.declaration import Direction

Point = Sequence[float]

_SIGN = {"higher": -1.0, "lower": 1.0}
# Depth below the chord, as a share of the front's range, that is more than rounding.
_FLAT = 1e-9


def dominates(first: Point, second: Point, directions: Sequence[Direction]) -> bool:
    """Tells whether one point is at least as good everywhere as another and better somewhere.

    An equal point is not dominated.
    """
    one, other = _costs([first, second], directions)
    return _dominates(one, other)


def pareto_front(points: Sequence[Point], directions: Sequence[Direction]) -> list[int]:
    """Finds the points that no other point dominates: their indices, ascending.

    Equal points do not dominate each other, so all copies of a front point are on the front.
    """
    costs = _costs(points, directions)
    front: list[int] = []
    # Whatever dominates a point comes before it, and of two objectives the last has the least.
    latest = slice(-1, None) if len(directions) == 2 else slice(None)
    for index in sorted(range(len(costs)), key=costs.__getitem__):
        if not any(_dominates(costs[other], costs[index]) for other in front[latest]):
            front.append(index)
    return sorted(front)


def first_dominating(
    others: Sequence[Point], points: Sequence[Point], directions: Sequence[Direction]
) -> list[int | None]:
    """Finds for each point which of others, in their order, is the first that dominates it.

    Args:
        others: Points of two objectives.
        points: Points of two objectives.
        directions: Two directions.

    Returns:
        Indices into `others`; None where none dominates.
    """
    rivals = _costs(others, directions)
    stairs = sorted(rivals)
    lowest = list(accumulate((y for _, y in stairs), min))

    def first(cost: tuple[float, ...]) -> int | None:
        x, y = cost
        as_near, nearer = bisect_right(stairs, (x, math.inf)), bisect_left(stairs, (x, -math.inf))
        below = as_near > 0 and lowest[as_near - 1] < y
        beside = nearer > 0 and lowest[nearer - 1] <= y
        if not (below or beside):
            return None
        return next(index for index, rival in enumerate(rivals) if _dominates(rival, cost))

    return [first(cost) for cost in _costs(points, directions)]


def interval_ends(
    point: Point, half_widths: Point, directions: Sequence[Direction]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Finds the worst and the best point that a point's intervals allow.

    Args:
        point: Centres of the intervals.
        half_widths: Half widths, 0 or more, one per objective.
        directions: One direction per objective.
    """
    _costs([point, half_widths], directions)
    worse = [_SIGN[d] * half for d, half in zip(directions, half_widths, strict=True)]
    ends = list(zip(point, worse, strict=True))
    return tuple(value + step for value, step in ends), tuple(value - step for value, step in ends)


def hypervolume_2d(
    points: Sequence[Point],
    reference: Point,
    directions: Sequence[Direction] = ("lower", "lower"),
) -> float:
    """Measures the area that the points dominate, up to a reference point.

    Args:
        points: Points of two objectives; those not better than the reference in both add
            nothing.
        reference: Corner that bounds the area, worse than the points of interest.
        directions: Two directions.

    Returns:
        Area in the product of both units, 0 without points, larger is better.

    Source: Zitzler and Thiele 1998, the sweep over the sorted front.
    """
    if len(directions) != 2:
        raise ShapeError(f"hypervolume_2d: expected 2 directions, got {len(directions)}")
    *costs, corner = _costs([*points, reference], directions)
    return _swept(sorted(costs), corner, 0.0, corner[1])


def _swept(
    costs: Iterable[tuple[float, ...]], corner: tuple[float, ...], area: float, ceiling: float
) -> float:
    """Adds what sorted points dominate below a ceiling to an area."""
    for x, y in costs:
        if x < corner[0] and y < ceiling:
            area += (corner[0] - x) * (ceiling - y)
            ceiling = y
    return area


def contributions_2d(
    points: Sequence[Point],
    reference: Point,
    directions: Sequence[Direction] = ("lower", "lower"),
) -> list[float]:
    """Measures for each point the area up to the reference that it alone dominates.

    That is the area that would be lost without it: 0 for dominated points and for points that
    have an equal one.
    """
    whole = hypervolume_2d(points, reference, directions)
    *costs, corner = _costs([*points, reference], directions)
    order = sorted(range(len(costs)), key=costs.__getitem__)
    ordered = [costs[index] for index in order]
    alone, area, ceiling = [0.0] * len(costs), 0.0, corner[1]
    for place, (x, y) in enumerate(ordered):
        if x < corner[0] and y < ceiling:
            without = _swept(islice(ordered, place + 1, None), corner, area, ceiling)
            alone[order[place]] = max(0.0, whole - without)
            area, ceiling = _swept([(x, y)], corner, area, ceiling), y
    return alone


def knee(
    points: Sequence[Point],
    directions: Sequence[Direction],
    eligible: Collection[int] | None = None,
) -> int | None:
    """Finds the point of the front where giving up one objective stops paying in the other.

    Both axes are scaled to the range of the front, so that its ends lie at (0, 1) and (1, 0)
    and the chord between them is x + y = 1. The knee is the front point farthest from the
    chord on the side of the better values; of several, the first along the front, best in the
    first objective.

    Args:
        points: Points of two objectives.
        directions: Two directions.
        eligible: Indices of the points that may be the knee; all of them if None. The others
            still shape the front and its ends.

    Returns:
        Index into `points`; None when the front has fewer than three different finite points or
        nowhere bulges towards the better values at an eligible one.

    Source: the distance to the line through the extremes, Das 1999.
    """
    if len(directions) != 2:
        raise ShapeError(f"knee: expected 2 directions, got {len(directions)}")
    costs = _costs(points, directions)
    front = [i for i in pareto_front(points, directions) if all(map(math.isfinite, costs[i]))]
    front.sort(key=lambda index: costs[index])
    if len({costs[index] for index in front}) < 3:
        return None
    (left, top), (right, bottom) = costs[front[0]], costs[front[-1]]

    def depth(index: int) -> float:
        x, y = costs[index]
        return 1 - (x - left) / (right - left) - (y - bottom) / (top - bottom)

    deepest = max((i for i in front if eligible is None or i in eligible), key=depth, default=None)
    return deepest if deepest is not None and depth(deepest) > _FLAT else None


def _dominates(first: tuple[float, ...], second: tuple[float, ...]) -> bool:
    """Compares two points whose objectives are all to be lowered."""
    return first != second and all(a <= b for a, b in zip(first, second, strict=True))


def _costs(points: Sequence[Point], directions: Sequence[Direction]) -> list[tuple[float, ...]]:
    """Turns every objective into one to be lowered, and refuses what cannot be compared."""
    for direction in directions:
        if direction not in _SIGN:
            raise ConfigError(unknown_name("direction", str(direction), _SIGN))
    signs = [_SIGN[direction] for direction in directions]
    costs = []
    for index, point in enumerate(points):
        if len(point) != len(signs):
            raise ShapeError(
                f"point {index}: expected {len(signs)} objectives, one per direction, "
                f"got {len(point)}"
            )
        if any(math.isnan(value) for value in point):
            raise ConfigError(f"point {index}: expected numbers, got nan; leave the point out")
        costs.append(tuple(sign * value for sign, value in zip(signs, point, strict=True)))
    return costs
