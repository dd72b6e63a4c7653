from __future__ import annotations

import numpy as np

from srgan_core.data.images import read_rgb
from srgan_core.networks import SCALES
from sweep.config.names import TEST_SETS
from sweep.metrics.known_text import FONTS, SIZES, TEXT_LINES, image_texts, known_text
from sweep.scoring.sets.test_sets import resolve_test_set


def test_every_image_has_text_of_its_own():
    texts = image_texts()
    assert len(texts) == len(FONTS) * len(SIZES) == len(set(texts.values()))
    assert all(len(text.splitlines()) == 3 and text.isascii() for text in texts.values())
    assert known_text("sans-16") == texts["sans-16"]
    assert known_text("baby") is None


def test_it_is_a_test_set_whose_images_are_made_once(own_cache):
    assert TEXT_LINES in TEST_SETS
    found = resolve_test_set(TEXT_LINES, scale=4)
    assert [path.stem for path in found.hr] == list(image_texts())
    first = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in found.hr}
    assert all(own_cache in path.parents for path in found.hr)
    again = resolve_test_set(TEXT_LINES, scale=4).hr
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in again} == first


def test_images_hold_dark_text_on_light_paper_and_divide_by_every_scale(own_cache):
    for path in resolve_test_set(TEXT_LINES, scale=4).hr:
        image = read_rgb(path)
        assert all(side % scale == 0 for side in image.shape[:2] for scale in SCALES)
        assert np.median(image) == 245
        assert image.min() < 60
        # No text touches the border.
        assert (image[:8] == 245).all()
        assert (image[:, -8:] == 245).all()
        assert (image[-8:] == 245).all()
