from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageCms

from srgan_core.data.png_rows import write_png

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize(
    ("shape", "mode"),
    [((9, 7), "L"), ((9, 7, 2), "LA"), ((9, 7, 3), "RGB"), ((9, 7, 4), "RGBA"), ((1, 1, 3), "RGB")],
)
@pytest.mark.parametrize("rows", [1, 4, 9])
def test_pillow_reads_what_was_written(tmp_path, shape, mode, rows):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    path = tmp_path / "new" / "image.png"
    pieces = (pixels[top : top + rows] for top in range(0, shape[0], rows))
    write_png(path, (shape[1], shape[0]), pieces, SRGB if mode == "RGB" else None)
    with Image.open(path) as image:
        image.load()
        assert image.mode == mode
        assert image.info.get("icc_profile") == (SRGB if mode == "RGB" else None)
        assert np.array_equal(np.asarray(image), pixels)
    assert list(path.parent.iterdir()) == [path]


def test_nothing_is_left_where_the_rows_break_off(tmp_path):
    def pieces():
        yield np.zeros((1, 2), np.uint8)
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        write_png(tmp_path / "image.png", (2, 2), pieces())
    assert not list(tmp_path.iterdir())
