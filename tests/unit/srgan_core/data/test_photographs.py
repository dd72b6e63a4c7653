from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from srgan_core.data.photographs import from_pillow, read_photograph
from srgan_core.errors import DataError, ShapeError

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, 7, 4), dtype=np.uint8)


def saved(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def test_a_plain_image_is_read_as_it_is(tmp_path, pixels):
    path = saved(tmp_path / "a.png", Image.fromarray(pixels[:, :, :3]))
    photograph = read_photograph(path)
    assert np.array_equal(photograph.rgb, pixels[:, :, :3])
    assert (photograph.grey, photograph.alpha, photograph.profile) == (False, None, None)
    assert photograph.notes == ()


def test_grey_and_transparency_are_known(tmp_path, pixels):
    grey = read_photograph(saved(tmp_path / "l.png", Image.fromarray(pixels[:, :, 0])))
    assert grey.grey
    assert grey.alpha is None
    assert np.array_equal(grey.rgb[:, :, 1], pixels[:, :, 0])
    both = Image.fromarray(pixels[:, :, 0])
    both.putalpha(Image.fromarray(pixels[:, :, 3]))
    read = read_photograph(saved(tmp_path / "la.png", both))
    assert read.grey
    assert np.array_equal(read.alpha, pixels[:, :, 3])
    rgba = read_photograph(saved(tmp_path / "rgba.png", Image.fromarray(pixels)))
    assert not rgba.grey
    # Colours below full transparency are kept, not made black.
    assert np.array_equal(rgba.rgb, pixels[:, :, :3])


def test_a_palette_with_a_transparent_colour_becomes_rgba(tmp_path, pixels):
    image = Image.fromarray(pixels[:, :, :3]).quantize(8)
    photograph = read_photograph(saved(tmp_path / "p.png", image, transparency=0))
    assert not photograph.grey
    assert set(np.unique(photograph.alpha)) == {0, 255}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path, orientation):
    image = Image.new("RGB", (16, 8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    photograph = read_photograph(saved(tmp_path / "o.jpg", image, exif=exif))
    assert photograph.rgb.shape[:2] == ((8, 16) if orientation < 5 else (16, 8))
    assert bool(photograph.notes) == (orientation > 1)


def test_a_profile_is_kept_where_it_describes_the_pixels(tmp_path, pixels):
    rgb = Image.fromarray(pixels[:, :, :3])
    assert read_photograph(saved(tmp_path / "a.png", rgb, icc_profile=SRGB)).profile == SRGB
    grey = read_photograph(saved(tmp_path / "g.png", rgb.convert("L"), icc_profile=SRGB))
    assert grey.profile is None
    assert "left out" in grey.notes[0]
    broken = read_photograph(saved(tmp_path / "b.png", rgb, icc_profile=b"nothing"))
    assert broken.profile is None
    assert "damaged" in broken.notes[0]


def test_cmyk_is_converted_and_said(tmp_path, pixels):
    image = Image.fromarray(pixels[:, :, :3]).convert("CMYK")
    photograph = read_photograph(saved(tmp_path / "c.jpg", image))
    assert (photograph.grey, photograph.alpha) == (False, None)
    assert "CMYK" in photograph.notes[0]


def test_the_first_of_several_images_is_taken_and_said(tmp_path, pixels):
    first, second = Image.fromarray(pixels[:, :, :3]), Image.new("RGB", (7, 5))
    path = saved(tmp_path / "many.tiff", first, save_all=True, append_images=[second])
    photograph = read_photograph(path)
    assert np.array_equal(photograph.rgb, pixels[:, :, :3])
    assert "holds 2 images" in photograph.notes[0]


@pytest.mark.parametrize("kind", ["16-bit", "damaged", "text", "missing"])
def test_what_cannot_be_read_is_refused_by_name(tmp_path, pixels, kind):
    path = tmp_path / "x.png"
    if kind == "16-bit":
        Image.fromarray(pixels[:, :, 0].astype(np.uint16) * 257).save(path)
    elif kind == "damaged":
        Image.effect_noise((80, 80), 60).save(path)
        path.write_bytes(path.read_bytes()[:3000])
    elif kind == "text":
        path.write_text("no image")
    with pytest.raises(DataError, match=r"x\.png"):
        read_photograph(path)


def test_images_of_pillow_without_8_bit_channels_are_refused():
    with pytest.raises(ShapeError, match="'F'"):
        from_pillow(Image.new("F", (2, 2)))
