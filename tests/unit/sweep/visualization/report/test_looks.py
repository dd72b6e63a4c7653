"""The page's curves look like those of the drawn charts."""

from sweep.visualization.plots.style import line_styles
from sweep.visualization.report.looks import curve_looks


def test_both_ends_share_colour_and_marker_and_differ_in_dashes():
    faithful, realistic = curve_looks(["mse/srresnet", "mse/srgan"])
    assert faithful["loss"] == realistic["loss"] == "mse"
    for part in ("light", "dark", "marker"):
        assert faithful[part] == realistic[part]
    assert faithful["light"] == line_styles(["mse"])["mse"].color
    # Dots as long as the line is wide.
    assert (faithful["dashes"], realistic["dashes"]) == ("1.8 7.2", "")


def test_every_content_loss_has_its_own_dashes():
    looks = curve_looks(["mse", "vgg22", "vgg54", "vgg16-22", "vgg16-53", "mine"])
    assert len({look["dashes"] for look in looks}) == 6
