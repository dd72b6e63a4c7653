from hypothesis import given
from hypothesis import strategies as st

from sweep.visualization.plots.geometry import Box, segments_cross

numbers = st.integers(-20, 20).map(float)
dots = st.tuples(numbers, numbers)


def test_a_segment_meets_a_box_that_it_crosses_touches_or_lies_in():
    box = Box(0, 0, 10, 10)
    assert box.meets(((-5, 5), (15, 5)))
    assert box.meets(((2, 2), (3, 3)))
    assert box.meets(((5, -5), (5, 15)))
    assert not box.meets(((-5, 12), (15, 12)))
    assert not box.meets(((-9, 0), (0, 19)))


@given(dots, dots)
def test_a_segment_that_meets_a_box_has_a_point_in_it(start, end):
    box = Box(-5, -5, 5, 5)
    along = [
        (start[0] + share / 400 * (end[0] - start[0]), start[1] + share / 400 * (end[1] - start[1]))
        for share in range(401)
    ]
    if any(box.nearest(dot) == dot for dot in along):
        assert box.meets((start, end))
    if not box.grown(0.2).meets((start, end)):
        assert all(box.nearest(dot) != dot for dot in along)


def test_boxes_that_only_touch_do_not_overlap():
    assert not Box(0, 0, 1, 1).overlaps(Box(1, 0, 2, 1))
    assert Box(0, 0, 1, 1).overlaps(Box(0.9, 0.9, 2, 2))
    assert Box(0, 0, 1, 1).within(Box(0, 0, 1, 1))


def test_segments_cross_in_their_inner_parts_alone():
    assert segments_cross(((0, 0), (2, 2)), ((0, 2), (2, 0)))
    assert not segments_cross(((0, 0), (2, 2)), ((2, 2), (3, 0)))
    assert not segments_cross(((0, 0), (1, 1)), ((0, 3), (3, 0)))
