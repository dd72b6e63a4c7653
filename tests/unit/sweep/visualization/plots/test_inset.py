from itertools import combinations

import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sweep.visualization.plots.inset import draw_inset
from sweep.visualization.plots.labels import Label, panel_box
from sweep.visualization.plots.style import INK, RC

CROWD = [(0.10, 0.90), (0.11, 0.90), (0.10, 0.91)]
APART = [(0.5, 0.5), (0.9, 0.1)]


def content(axes, dots):
    for x, y in dots:
        axes.plot(x, y, marker="o", markersize=8)
    return [Label(f"{x:g}", (x, y), 8.0, INK) for x, y in dots]


@pytest.fixture
def drawn():
    """Draws points on a panel and gives its axes, what the inset covers, and the labels left."""

    def draw(dots):
        with rc_context(RC):
            figure = Figure(figsize=(6, 5), dpi=100)
            FigureCanvasAgg(figure)
            axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
            axes.set(xlim=(0, 1), ylim=(0, 1))
            labels = content(axes, dots)
            return axes, *draw_inset(axes, labels, dots, lambda inset: content(inset, dots))

    return draw


def test_a_crowd_is_magnified_with_its_labels(drawn):
    axes, reserved, left = drawn([*CROWD, *APART])
    (inset,) = axes.child_axes
    assert [label.text for label in left] == ["0.5", "0.9"]
    texts = [text.get_text() for text in inset.texts if text.get_text()]
    assert sorted(texts[:3]) == ["0.1", "0.1", "0.11"]
    assert texts[3].endswith("\N{MULTIPLICATION SIGN}")
    boxes = [text.get_window_extent() for text in inset.texts if text.get_text()]
    assert not any(first.overlaps(second) for first, second in combinations(boxes, 2))
    assert panel_box(inset).within(reserved[0].grown(0.01))


def test_the_inset_shows_the_crowd_and_nothing_of_the_rest(drawn):
    axes, _, _ = drawn([*CROWD, *APART])
    (inset,) = axes.child_axes
    (left, right), (low, high) = inset.get_xlim(), inset.get_ylim()
    assert all(left < x < right and low < y < high for x, y in CROWD)
    assert not any(left < x < right and low < y < high for x, y in APART)


@pytest.mark.parametrize("dots", [[], APART, CROWD[:2]])
def test_without_a_crowd_there_is_no_inset(drawn, dots):
    axes, reserved, left = drawn(dots)
    assert axes.child_axes == []
    assert reserved == []
    assert len(left) == len(dots)
