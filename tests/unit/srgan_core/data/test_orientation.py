from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngImageFile

from srgan_core.data.images import needs_turning, read_rgb, read_size


@pytest.fixture
def rgb() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (9, 14, 3), dtype=np.uint8)


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    def save(image: np.ndarray | bytes, name: str = "image.png", **options: object) -> Path:
        path = tmp_path / name
        if isinstance(image, bytes):
            path.write_bytes(image)
        else:
            Image.fromarray(image).save(path, **options)
        return path

    return save


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_images_are_read_upright_and_measured_so(put, rgb: np.ndarray, name: str, orientation: int):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = put(rgb, name, exif=exif, **({"lossless": True} if name == "a.webp" else {}))
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    assert np.array_equal(read_rgb(path), expected)
    assert read_size(path) == expected.shape[1::-1]


def test_orientation_behind_the_pixels_of_a_png_counts_too(put, rgb: np.ndarray):
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    content = buffer.getvalue()
    end = content.index(b"IEND") - 4
    body = exif.tobytes().removeprefix(b"Exif\0\0")
    checksum = struct.pack(">I", zlib.crc32(b"eXIf" + body))
    chunk = struct.pack(">I", len(body)) + b"eXIf" + body + checksum
    path = put(content[:end] + chunk + content[end:])
    assert np.array_equal(read_rgb(path), np.rot90(rgb, -1))
    assert read_size(path) == (9, 14)


def test_the_size_of_an_ordinary_png_is_read_without_decoding_it(put, rgb, monkeypatch):
    path = put(rgb)
    monkeypatch.setattr(PngImageFile, "load", lambda *_: pytest.fail("decoded"))
    assert read_size(path) == (14, 9)


@pytest.mark.parametrize("value", [0, 9, 300])
def test_an_orientation_that_means_nothing_is_none(put, rgb: np.ndarray, value: int):
    exif = Image.Exif()
    exif[0x0112] = value
    assert np.array_equal(read_rgb(put(rgb, exif=exif)), rgb)


def test_an_orientation_counts_where_other_exif_data_are_damaged(put, rgb: np.ndarray):
    # A description that is a number, which Pillow reads and cannot write again.
    entries = struct.pack(">HHI4sHHI4s", 0x010E, 12, 1, bytes(4), 0x0112, 3, 1, b"\0\x08\0\0")
    broken = b"Exif\0\0MM\0*\0\0\0\x08\0\x02" + entries + bytes(4)
    path = put(rgb, "a.jpg", exif=broken)
    assert read_size(path) == (9, 14)
    assert read_rgb(path).shape == (14, 9, 3)


def test_only_what_pillow_does_not_turn_itself_needs_turning(put, rgb: np.ndarray):
    """A packed copy of TIFF files that older versions made is as good as a new one."""
    exif = Image.Exif()
    exif[0x0112] = 6
    assert needs_turning(put(rgb, "a.png", exif=exif))
    assert not needs_turning(put(rgb, "b.png"))
    assert not needs_turning(put(rgb, "c.tif", exif=exif))
    assert not needs_turning(put(b"no image", "d.png"))
