import numpy as np
import pytest

from sweep.visualization.figures.cues import Cue, marker_image
from sweep.visualization.plots.style import INK, line_styles

MARKERS = [style.marker for style in line_styles("abcdef").values()]


def test_a_trial_has_the_look_of_its_curve_and_is_hollow_without_adversary():
    style = line_styles(["mse"])["mse"]
    assert Cue.of_point(style, 0.01) == Cue(style.color, style.marker, of_trial=True)
    assert Cue.of_point(style, 0.0) == Cue(style.color, style.marker, hollow=True, of_trial=True)


def test_a_reference_is_dark_and_no_trial():
    assert Cue.of_reference("bicubic") == Cue(INK, "X")
    assert Cue.of_reference("srresnet") == Cue(INK, "*")


@pytest.mark.parametrize("marker", [*MARKERS, "X", "*", "h"])
@pytest.mark.parametrize("hollow", [False, True])
def test_every_marker_is_drawn_within_its_square(marker, hollow):
    drawn = np.asarray(marker_image(Cue("#0072B2", marker, hollow), 16))
    assert drawn.shape == (16, 16, 3)
    inked = (drawn.sum(axis=2) < 600).mean()
    assert inked > (0.1 if hollow else 0.2)
    assert drawn[0, 0].tolist() == [255, 255, 255]


def test_the_middle_of_a_hollow_marker_is_white():
    filled, hollow = (marker_image(Cue("#000000", "o", h), 16) for h in (False, True))
    assert filled.getpixel((8, 8)) == (0, 0, 0)
    assert hollow.getpixel((8, 8)) == (255, 255, 255)


def test_a_triangle_points_as_in_the_chart():
    up, down = (np.asarray(marker_image(Cue("#000000", m), 16))[..., 0] < 128 for m in "^v")
    assert up[:8].sum() < up[8:].sum()
    assert down[:8].sum() > down[8:].sum()
