from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.visualization.plots.geometry import Box, segments_cross
from sweep.visualization.plots.obstacles import (
    CLEARANCE,
    COVERED,
    CROSSED_LEADER,
    CROSSED_LINE,
    CUT_OFF,
    LEADER_OVER_LINE,
    Obstacles,
    Places,
)
from sweep.visualization.plots.placement import places_around

BOUNDS = Box(0, 0, 600, 400)
dots = st.tuples(st.integers(0, 60).map(lambda x: 10.0 * x), st.integers(0, 40).map(float))


def _standing(place, obstacles):
    box, boxes, lines = place.box.grown(CLEARANCE), obstacles.boxes, obstacles.lines
    cost = place.cost + CUT_OFF * (not place.box.within(obstacles.bounds))
    cost += COVERED * sum(map(box.overlaps, boxes))
    cost += CROSSED_LINE * sum(map(box.meets, lines))
    if place.leader is not None:
        start = place.leader[0]
        foreign = [other for other in boxes if other.nearest(start) != start]
        cost += CROSSED_LEADER * sum(other.meets(place.leader) for other in foreign)
        cost += LEADER_OVER_LINE * sum(segments_cross(place.leader, line) for line in lines)
    return cost


def _beside(place, other):
    cost = COVERED * place.box.grown(CLEARANCE).overlaps(other.box)
    if place.leader is not None:
        cost += CROSSED_LEADER * other.box.grown(CLEARANCE).meets(place.leader)
    if other.leader is not None:
        cost += CROSSED_LEADER * place.box.grown(CLEARANCE).meets(other.leader)
    if place.leader is not None and other.leader is not None:
        cost += CROSSED_LEADER * segments_cross(place.leader, other.leader)
    return cost


@settings(max_examples=15, deadline=None)
@given(st.lists(dots, min_size=1, max_size=12))
def test_many_places_cost_what_each_alone_does(centres):
    markers = [Box.around(dot, 16, 16) for dot in centres]
    obstacles = Obstacles(BOUNDS, markers, list(pairwise(centres)))
    places = places_around(markers[0], 50, 18)
    expected = [_standing(place, obstacles) for place in places]
    assert obstacles.standing_costs(Places(places)).tolist() == expected


@settings(max_examples=5, deadline=None)
@given(dots, dots)
def test_two_labels_cost_what_their_places_do_beside_each_other(first, second):
    some, others = (places_around(Box.around(dot, 16, 16), 50, 18) for dot in (first, second))
    expected = [[_beside(place, other) for other in others[::29]] for place in some[::7]]
    assert Places(some[::7]).costs_beside(Places(others[::29])).tolist() == expected


@pytest.mark.parametrize("lines", [(), [((0.0, 0.0), (0.0, 0.0))]])
def test_nothing_costs_nothing(lines):
    places = places_around(Box.around((300.0, 200.0), 16, 16), 50, 18)
    costs = Obstacles(BOUNDS.grown(1000), [], lines).standing_costs(Places(places))
    assert costs.tolist() == [place.cost for place in places]
