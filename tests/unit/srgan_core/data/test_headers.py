from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srgan_core.data.headers import Header, describe_reading, read_header


@pytest.fixture
def photograph() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 24, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize(
    ("name", "options", "lossy"),
    [
        ("a.png", {}, False),
        ("a.jpg", {}, True),
        ("a.webp", {"lossless": True}, False),
        ("a.webp", {"lossless": False}, True),
        ("a.webp", {"lossless": True, "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}, False),
        ("a.webp", {"lossless": False, "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}, True),
        ("a.tif", {"compression": "tiff_lzw"}, False),
        ("a.tif", {"compression": "jpeg"}, True),
    ],
)
def test_loss_is_told_by_the_kind_of_compression(
    tmp_path: Path, photograph: Image.Image, name: str, options: dict[str, object], lossy: bool
):
    photograph.save(tmp_path / name, **options)
    assert read_header(tmp_path / name) == Header("RGB", is_lossy=lossy)


@pytest.mark.parametrize("lossless", [True, False])
def test_frames_of_a_moving_webp_tell_the_same(tmp_path: Path, photograph, lossless: bool):
    other = photograph.rotate(180)
    path = tmp_path / "a.webp"
    photograph.save(path, save_all=True, append_images=[other], lossless=lossless)
    assert read_header(path) == Header("RGB", is_lossy=not lossless, is_sequence=True)


def test_an_orientation_is_told(tmp_path: Path, photograph: Image.Image):
    exif = Image.Exif()
    exif[0x0112] = 6
    photograph.save(tmp_path / "a.png", exif=exif)
    assert read_header(tmp_path / "a.png") == Header("RGB", is_turned=True)


def test_a_file_that_is_no_image_tells_nothing(tmp_path: Path):
    (tmp_path / "a.png").write_bytes(b"no image")
    assert read_header(tmp_path / "a.png") == Header()


def test_what_is_done_to_images_as_they_are_read_is_worded(tmp_path: Path, photograph):
    exif = Image.Exif()
    exif[0x0112] = 6
    photograph.save(tmp_path / "a.png", exif=exif)
    photograph.save(tmp_path / "b.tif", save_all=True, append_images=[photograph])
    photograph.save(tmp_path / "c.png")
    assert describe_reading(sorted(tmp_path.iterdir())) == [
        "1 turned upright by EXIF orientation (a.png)",
        "1 holding several images, of which the first is taken (b.tif)",
    ]
