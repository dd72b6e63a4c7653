"""The images of a training: opened in the order of their config, and held to what they were."""

import numpy as np
import pytest

from srgan_core.data.images import write_png
from srgan_core.errors import DataError
from srgan_core.training.config import DataConfig
from srgan_core.training.packed_data import open_data, require_same_data


@pytest.fixture
def data(tmp_path, own_cache) -> DataConfig:
    """Two folders of one image each, the second drawn from more often; one image is narrow."""
    for folder, side in (("a", 16), ("b", 40)):
        write_png(tmp_path / folder / "whole.png", np.zeros((40, 40, 3), np.uint8))
        write_png(tmp_path / folder / "other.png", np.ones((40, side, 3), np.uint8))
    return DataConfig(sources={f"folder:{tmp_path}/a": 1.0, f"folder:{tmp_path}/b": 3.0})


def test_sources_come_with_their_shares_in_the_order_of_the_config(data):
    opened = open_data(data, patch_size=32)
    assert [(images.name, share) for images, share in opened] == list(data.sources.items())
    assert [len(images) for images, _ in opened] == [2, 2]


def test_what_is_smaller_than_a_patch_is_left_out_where_that_is_allowed(data):
    allowed = data.model_copy(update={"skip_unfit": True})
    assert [len(images) for images, _ in open_data(allowed, patch_size=32)] == [2, 1]


def test_other_images_than_those_of_the_beginning_are_refused(data):
    packed = [images for images, _ in open_data(data, patch_size=32)]
    keys = {images.name: images.key for images in packed}
    require_same_data(packed, keys)
    require_same_data(packed, {})
    with pytest.raises(DataError, match=r"folder:.*/b: expected the images that .* began with"):
        require_same_data(packed, {**keys, packed[0].name: "0" * 64})
