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


def test_settings_of_one_loss_differ_in_colour_marker_and_line():
    curves = [f"mse/learning_rate={rate}" for rate in (1, 2, 3)]
    styles = line_styles([*curves, f"{curves[0]}/srresnet"])
    looks = [styles[curve] for curve in curves]
    assert len({look.color for look in looks}) == len({look.marker for look in looks}) == 3
    assert styles[f"{curves[0]}/srresnet"].color == looks[0].color


def test_of_many_settings_no_two_look_alike():
    curves = [f"{loss}/channels={n}" for loss in LOSSES for n in range(10)]
    looks = [(style.color, style.marker) for style in line_styles(curves).values()]
    assert len(set(looks)) == len(curves)
    same_loss = {style.marker for curve, style in line_styles(curves).items() if "=3" in curve}
    assert len(same_loss) == 1
