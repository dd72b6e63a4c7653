from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.visualization.plots.geometry import Box
from sweep.visualization.plots.placement import Obstacles, Place, place_labels, places_around

BOUNDS = Box(0, 0, 600, 400)
dots = st.lists(
    st.tuples(st.floats(min_value=40, max_value=560), st.floats(min_value=40, max_value=360)),
    min_size=1,
    max_size=8,
)


def _place(markers: list[Box], lines=()) -> list[Place]:
    options = [places_around(marker, 50, 18) for marker in markers]
    return place_labels(options, Obstacles(BOUNDS, markers, lines))


def _markers(dots) -> list[Box]:
    return [Box.around(dot, 16, 16) for dot in dots]


@settings(max_examples=15, deadline=None)
@given(dots)
def test_labels_cover_no_marker_and_no_label_and_stay_inside(centres):
    markers = _markers(centres)
    boxes = [place.box for place in _place(markers)]
    assert not any(first.overlaps(second) for first, second in combinations(boxes, 2))
    assert not any(box.overlaps(marker) for box in boxes for marker in markers)
    assert all(box.within(BOUNDS) for box in boxes)


def test_points_in_one_place_get_labels_around_it():
    boxes = [place.box for place in _place(_markers([(300.0, 200.0)] * 6))]
    assert not any(first.overlaps(second) for first, second in combinations(boxes, 2))


def test_the_same_input_gives_the_same_places():
    markers = _markers([(100.0, 100.0), (110.0, 104.0), (104.0, 96.0)])
    assert _place(markers) == _place(markers)


def test_a_lonely_label_stands_beside_its_marker_without_a_leader():
    (place,) = _place(_markers([(300.0, 200.0)]))
    assert place.leader is None
    assert place.box.nearest((300.0, 200.0))[0] - 300.0 < 16


def test_a_label_avoids_a_line_where_it_can():
    line = ((300.0, 200.0), (600.0, 200.0))
    (place,) = _place(_markers([(300.0, 200.0)]), [line])
    assert not place.box.meets(line)


def test_a_label_that_moved_away_has_a_leader_to_its_marker():
    marker = Box.around((300.0, 200.0), 16, 16)
    wall = [marker, Box(200, 150, 290, 250), Box(310, 150, 400, 250)]
    wall += [Box(200, 210, 400, 250), Box(200, 150, 400, 190)]
    (place,) = place_labels([places_around(marker, 50, 18)], Obstacles(BOUNDS, wall))
    assert place.leader is not None
    assert place.leader[0] == (300.0, 200.0)
    assert not any(place.box.overlaps(box) for box in wall)


def test_no_labels_need_no_places():
    assert place_labels([], Obstacles(BOUNDS, [])) == []


def test_a_label_rather_covers_a_marker_than_be_cut_off():
    marker = Box.around((BOUNDS.right - 10, BOUNDS.top / 2), 8, 8)
    crowd = [
        Box.around((x, y), 8, 8)
        for x in range(0, int(BOUNDS.right), 12)
        for y in range(0, int(BOUNDS.top), 12)
    ]
    (place,) = place_labels([places_around(marker, 60, 18)], Obstacles(BOUNDS, [marker, *crowd]))
    assert place.box.within(BOUNDS)
