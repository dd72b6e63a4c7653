"""The generators that come with the package."""

import pytest

from srgan_core.bundled import BUNDLED_SCALES, bundled_generator
from srgan_core.errors import ConfigError
from srgan_core.inference import load_generator


def test_bundled_generators_are_whole_and_of_the_articles_size():
    for scale in BUNDLED_SCALES:
        network = load_generator(None, scale)
        assert sum(p.numel() for p in network.parameters()) == 1_549_335


def test_a_scale_without_one_names_those_with_one():
    with pytest.raises(ConfigError, match=r"no SRResNet for scale 8 .*\(there is one for 4\)"):
        bundled_generator(8)
