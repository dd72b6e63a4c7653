import pytest

from sweep.visualization.plots.style import darkened, faded, line_styles, mixed

LOSSES = ("mse", "vgg22", "vgg54", "vgg16-22", "vgg16-53")


def test_losses_differ_in_colour_marker_and_line():
    styles = line_styles([*LOSSES, "other"])
    for looks in zip(*((s.color, s.marker, s.dashes) for s in styles.values()), strict=True):
        assert len(set(looks)) == len(styles)


def test_a_loss_looks_the_same_whatever_stands_beside_it():
    assert line_styles(["vgg54"])["vgg54"] == line_styles(LOSSES)["vgg54"]


def test_unknown_losses_take_free_styles_first():
    styles = line_styles(["mse", "a", "b"])
    assert len({style.color for style in styles.values()}) == 3


def test_more_losses_than_styles_are_drawn_all_the_same():
    assert len(line_styles([*LOSSES, *"abcdef"])) == 11


@pytest.mark.parametrize(("share", "color"), [(0, "#102030"), (1, "#ffffff"), (0.5, "#889098")])
def test_colours_mix(share, color):
    assert mixed("#102030", "#ffffff", share) == color


def test_pale_is_lighter_and_dark_is_darker():
    assert darkened("#808080") < "#808080" < faded("#808080")
