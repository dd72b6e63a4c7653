import pytest
from matplotlib.figure import Figure

from sweep.analysis.fronts import Axes, Point
from sweep.tables.metric_file import MetricColumn
from sweep.visualization.plots.labels import Label
from sweep.visualization.plots.limits import Limits
from sweep.visualization.plots.references import draw_hr, draw_reference, share_places, value_text

PSNR = MetricColumn("psnr_y", "PSNR (Y)", "distortion", "full", True, "dB")
NIQE = MetricColumn("niqe", "NIQE", "perception", "none", False, "")
LIMITS = (Limits(28.0, 31.0), Limits(6.0, 9.0))


@pytest.fixture
def axes():
    axes = Figure().add_subplot()
    axes.set(xlim=(31.0, 28.0), ylim=(6.0, 9.0))
    return axes


def reference(axes, x, y, cost=""):
    point = Point("bicubic", "bicubic", "bicubic", None, (), x, y, cost=cost)
    return draw_reference(axes, Axes(PSNR, NIQE, None, None), point, ("X", "bicubic"), LIMITS, 8.0)


def test_a_reference_within_the_axes_stands_at_its_place(axes):
    assert reference(axes, 29.0, 8.0).at == (29.0, 8.0)
    assert [line.get_xydata().tolist() for line in axes.get_lines()] == [[[29.0, 8.0]]]
    assert not axes.texts


@pytest.mark.parametrize(
    ("x", "y", "text"),
    [
        (29.0, 12.0, "bicubic\nNIQE 12.00"),
        (20.0, 8.0, "bicubic\n20.00 dB"),
        (20.0, 12.0, "bicubic\n20.00 dB\nNIQE 12.00"),
    ],
)
def test_one_beyond_them_stands_at_the_edge_with_an_arrow_and_its_value(axes, x, y, text):
    label = reference(axes, x, y)
    assert label.text == text
    assert LIMITS[0].contains(label.at[0])
    assert LIMITS[1].contains(label.at[1])
    assert [arrow.arrow_patch is not None for arrow in axes.texts] == [True]


def test_those_at_one_place_of_the_edge_share_a_label():
    labels = [
        Label(f"{name}\n{value} dB", at, 8.0, "#222222")
        for name, value, at in (("a", 9, (1, 2)), ("b", 8, (1, 2)), ("c", 7, (3, 2)))
    ]
    assert [label.text for label in share_places(labels)] == ["a, 9 dB\nb, 8 dB", "c\n7 dB"]


def test_what_a_generator_costs_stands_below_its_name(axes):
    assert reference(axes, 29.0, 8.0, "16.7 M, 2.3 s/MP").text == "bicubic\n16.7 M, 2.3 s/MP"
    # At the edge its value stands there.
    assert reference(axes, 29.0, 12.0, "16.7 M").text == "bicubic\nNIQE 12.00"


@pytest.mark.parametrize(
    ("hr", "label"),
    [
        (None, None),
        (7.0, (7.0, "HR 7.000")),
        (5.0, (6.0, "HR 5.000, below this panel")),
        (9.5, (9.0, "HR 9.500, above this panel")),
    ],
)
def test_hr_has_a_line_or_a_word_at_the_edge(axes, hr, label):
    assert draw_hr(axes, Axes(PSNR, NIQE, None, hr), LIMITS[1]) == label
    assert len(axes.get_lines()) == (label == (7.0, "HR 7.000"))


def test_a_value_has_its_unit_or_its_name():
    assert value_text(PSNR, 28.43) == "28.43 dB"
    assert value_text(NIQE, 8.48) == "NIQE 8.480"
    assert value_text(NIQE, 8.48, with_label=False) == "8.480"
