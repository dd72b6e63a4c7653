from sweep.visualization.plots.geometry import Box
from sweep.visualization.plots.magnifier import largest_crowd, place_magnifier

PANEL = Box(0.0, 0.0, 600.0, 400.0)
CROWD = [(100.0, 300.0), (104.0, 310.0), (108.0, 295.0)]


def test_neighbours_of_neighbours_are_one_crowd():
    dots = [(0.0, 0.0), (9.0, 0.0), (300.0, 0.0), (18.0, 0.0)]
    assert largest_crowd(dots, 10.0) == [0, 1, 3]


def test_two_points_are_no_crowd():
    assert largest_crowd([(0.0, 0.0), (1.0, 0.0), (50.0, 0.0)], 10.0) == []
    assert largest_crowd([], 10.0) == []


def test_the_larger_crowd_is_taken():
    pair = [(500.0, 0.0), (501.0, 0.0), (502.0, 0.0)]
    assert largest_crowd([*pair, *CROWD, (106.0, 305.0)], 20.0) == [3, 4, 5, 6]


def test_the_place_is_free_and_shows_the_crowd_in_its_own_proportions():
    taken = [Box(300.0, 200.0, 330.0, 230.0)]
    found = place_magnifier(CROWD, 10.0, PANEL, taken, [])
    assert found is not None
    assert found.factor > 2
    assert found.place.within(PANEL)
    assert not found.place.overlaps(found.part)
    assert not any(found.place.overlaps(box) for box in taken)
    assert all(found.part.nearest(dot) == dot for dot in CROWD)
    tall = (found.place.top - found.place.bottom) / (found.part.top - found.part.bottom)
    assert abs(tall - found.factor) < 1e-9


def test_lines_are_left_uncovered_where_that_is_possible():
    line = ((0.0, 200.0), (600.0, 200.0))
    found = place_magnifier(CROWD, 10.0, PANEL, [], [line])
    assert found is not None
    assert not found.place.meets(line)


def test_without_room_or_without_use_there_is_none():
    full = [Box(x, y, x + 50.0, y + 50.0) for x in range(0, 600, 60) for y in range(0, 400, 60)]
    assert place_magnifier(CROWD, 10.0, PANEL, full, []) is None
    apart = [(0.0, 0.0), (300.0, 200.0), (599.0, 399.0)]
    assert place_magnifier(apart, 10.0, PANEL, [], []) is None
