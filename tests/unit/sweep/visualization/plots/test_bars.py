import pytest
from matplotlib.figure import Figure

from sweep.analysis.fronts import Point
from sweep.visualization.plots.bars import DOWN, LEFT, RIGHT, UP, draw_bars
from sweep.visualization.plots.limits import Limits

LIMITS = (Limits(0.0, 10.0), Limits(0.0, 4.0))


def drawn(x_half, y_half, across=(0.0, 10.0)):
    """Heads by marker, and the ends of the bars."""
    axes = Figure().add_subplot()
    axes.set(xlim=across, ylim=(0.0, 4.0))
    point = Point("a", "srgan", "a", 0.1, (), 5.0, 2.0, x_half=x_half, y_half=y_half)
    draw_bars(axes, point, "#000000", LIMITS)
    lines = [(line.get_marker(), line.get_xydata()) for line in axes.get_lines()]
    heads = {marker: tuple(dots[0]) for marker, dots in lines if len(dots) == 1}
    return heads, [dots.tolist() for _, dots in lines if len(dots) == 2]


def test_a_bar_within_the_panel_has_no_head():
    heads, bars = drawn(1.0, 0.5)
    assert heads == {}
    assert bars == [[[4.0, 2.0], [6.0, 2.0]], [[5.0, 1.5], [5.0, 2.5]]]


def test_a_bar_that_goes_on_ends_at_the_edge_in_a_head():
    heads, bars = drawn(7.0, 3.0)
    assert heads == {LEFT: (0, 2), RIGHT: (10, 2), DOWN: (5, 0), UP: (5, 4)}
    assert bars == [[[0.0, 2.0], [10.0, 2.0]], [[5.0, 0.0], [5.0, 4.0]]]


@pytest.mark.parametrize("across", [(0.0, 10.0), (10.0, 0.0)])
def test_heads_point_outwards_on_a_turned_axis_too(across):
    heads, _ = drawn(7.0, None, across)
    assert heads == {LEFT: (across[0], 2), RIGHT: (across[1], 2)}


def test_one_seed_has_no_bar():
    assert drawn(None, None) == ({}, [])
