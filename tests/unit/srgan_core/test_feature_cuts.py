"""Which content losses there are."""

import pytest

from srgan_core.errors import ConfigError
from srgan_core.feature_cuts import CONTENT_LOSSES, feature_cut


def test_names_of_content_losses_are_complete():
    assert CONTENT_LOSSES == ("mse", "vgg22", "vgg54", "vgg16-22", "vgg16-53")


def test_each_name_cuts_the_network_that_it_names():
    assert feature_cut("vgg54").architecture == "vgg19"
    assert feature_cut("vgg16-53").architecture == "vgg16"
    assert feature_cut("vgg22").stop < feature_cut("vgg54").stop


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"feature space 'vgg45' is unknown: .*vgg54"):
        feature_cut("vgg45")
