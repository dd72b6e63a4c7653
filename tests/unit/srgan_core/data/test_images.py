from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srgan_core.data import images
from srgan_core.data.images import read_rgb, read_size, write_png
from srgan_core.errors import DataError


@pytest.fixture
def rgb() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (9, 14, 3), dtype=np.uint8)


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    def save(image: Image.Image | np.ndarray | bytes, name: str = "image.png", **options) -> Path:
        path = tmp_path / name
        if isinstance(image, bytes):
            path.write_bytes(image)
        else:
            image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
            image.save(path, **options)
        return path

    return save


def encoded(rgb: np.ndarray, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif", "a.ppm", "a.webp"])
def test_lossless_formats_come_back_exactly(put, rgb: np.ndarray, name: str):
    path = put(rgb, name, **({"lossless": True} if name == "a.webp" else {}))
    read = read_rgb(path)
    assert np.array_equal(read, rgb)
    assert (read.dtype, read.flags.writeable, read.flags.c_contiguous) == (np.uint8, True, True)


def test_jpeg_comes_back_closely(put):
    smooth = np.tile(np.arange(0, 240, 5, dtype=np.uint8)[:, None, None], (1, 40, 3))
    assert np.abs(read_rgb(put(smooth, "a.JPG", quality=95)).astype(int) - smooth).max() <= 4


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_becomes_three_equal_channels(put, rgb: np.ndarray, mode: str):
    grey = Image.fromarray(rgb).convert(mode)
    expected = np.asarray(grey.convert("L"))
    assert np.array_equal(read_rgb(put(grey)), np.stack([expected] * 3, axis=-1))


def test_palette_is_expanded(put, rgb: np.ndarray):
    palette = Image.fromarray(rgb).convert("P", palette=Image.Palette.ADAPTIVE, colors=16)
    assert np.array_equal(read_rgb(put(palette)), np.asarray(palette.convert("RGB")))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_opaque_alpha_is_dropped(put, rgb: np.ndarray, mode: str):
    image = Image.fromarray(rgb).convert(mode)
    assert np.array_equal(read_rgb(put(image)), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_are_refused(put, rgb: np.ndarray, mode: str):
    image = Image.fromarray(rgb).convert(mode)
    image.putalpha(254)
    path = put(image)
    with pytest.raises(DataError, match=r"image\.png: has transparent pixels; flatten"):
        read_rgb(path)


def test_transparent_palette_entries_are_refused_where_they_are_used(put, rgb: np.ndarray):
    palette = Image.fromarray(rgb).convert("P", palette=Image.Palette.ADAPTIVE, colors=16)
    used = int(np.asarray(palette)[0, 0])
    with pytest.raises(DataError, match="transparent"):
        read_rgb(put(palette, "used.png", transparency=used))
    assert read_rgb(put(palette, "unused.png", transparency=200)).shape == rgb.shape


def test_transparent_colour_is_refused_where_it_is_used(put, rgb: np.ndarray):
    with pytest.raises(DataError, match="transparent"):
        read_rgb(put(rgb, "used.png", transparency=tuple(rgb[0, 0].tolist())))


def sixteen_bit_png(channels: int) -> bytes:
    """A 16-bit PNG of 4 x 4 mid-grey pixels, which Pillow itself cannot write in colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", 4, 4, 16, 2 if channels == 3 else 0, 0, 0, 0)
    rows = (b"\0" + b"\x80\x01" * 4 * channels) * 4
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("channels", [1, 3])
def test_sixteen_bit_png_is_refused(put, channels: int):
    path = put(sixteen_bit_png(channels))
    with pytest.raises(DataError, match="16-bit images are not read; convert it to 8-bit RGB"):
        read_rgb(path)


@pytest.mark.parametrize("header", [b"P6 2 2 65535\n", b"P6 2 2 300\n", b"P5 2 2 65535\n"])
def test_sixteen_bit_ppm_is_refused(put, header: bytes):
    with pytest.raises(DataError, match="16-bit images are not read; convert it to 8-bit RGB"):
        read_rgb(put(header + bytes(24), "deep.ppm"))


@pytest.mark.parametrize("content", [b"P3 2 1 255\n9 8 7 6 5 4\n", b"P6 2 1 255\n\t\x08\7\6\5\4"])
def test_eight_bit_ppm_is_read_as_text_and_as_bytes(put, content: bytes):
    assert read_rgb(put(content, "plain.ppm")).ravel().tolist() == [9, 8, 7, 6, 5, 4]


def test_cmyk_is_refused(put, rgb: np.ndarray):
    path = put(Image.fromarray(rgb).convert("CMYK"), "print.jpg")
    with pytest.raises(DataError, match=r"print\.jpg: CMYK images are not read"):
        read_rgb(path)


def test_floating_point_is_refused(put):
    path = put(Image.fromarray(np.zeros((4, 4), dtype=np.float32)), "float.tif")
    with pytest.raises(DataError, match="convert it to 8-bit RGB"):
        read_rgb(path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "WEBP", "PPM", "TIFF"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_truncated_file_is_refused(put, rgb: np.ndarray, kind: str, share: float):
    content = encoded(np.tile(rgb, (8, 8, 1)), kind)
    path = put(content[: int(share * len(content))], "short.img")
    with pytest.raises(DataError, match=r"short\.img: "):
        read_rgb(path)


def test_flipped_byte_of_a_png_is_noticed(put, rgb: np.ndarray):
    content = bytearray(encoded(rgb, "PNG"))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(DataError, match=r"the image is damaged \(.*\); replace the file"):
        read_rgb(put(bytes(content)))


@pytest.mark.parametrize("content", [b"", b"hello, I am text\n", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n"])
def test_file_of_another_kind_is_refused(put, content: bytes):
    with pytest.raises(DataError, match=r"image\.png: not an image in a known format"):
        read_rgb(put(content))


def test_formats_that_are_not_listed_are_refused(put, rgb: np.ndarray):
    with pytest.raises(DataError, match="not an image in a known format"):
        read_rgb(put(encoded(rgb, "GIF")))


def test_missing_file_and_folder_are_refused(tmp_path: Path):
    with pytest.raises(DataError, match=r"none\.png: no such file"):
        read_rgb(tmp_path / "none.png")
    with pytest.raises(DataError, match=str(tmp_path)):
        read_rgb(tmp_path)


def test_huge_image_is_refused_before_it_is_decoded(put, rgb: np.ndarray, monkeypatch):
    path = put(rgb)
    monkeypatch.setattr(images, "MAX_PIXELS", 100)
    monkeypatch.setattr(images, "_to_rgb", lambda *_: pytest.fail("decoded"))
    with pytest.raises(DataError, match="14 x 9 pixels, at most 100 are read; cut or shrink"):
        read_rgb(path)


@pytest.mark.parametrize("limit", [50, 100])
def test_pillows_own_limit_is_worded_as_one_of_size(put, rgb, monkeypatch, limit: int):
    """Pillow warns from its limit on and raises from twice the limit on."""
    path = put(rgb)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(DataError, match="too many pixels, at most 80,000,000 are read"):
        read_rgb(path)


def test_own_limit_lies_below_pillows():
    assert images.MAX_PIXELS < Image.MAX_IMAGE_PIXELS


def test_damaged_metadata_beside_whole_pixels_warns_nobody(put, rgb: np.ndarray):
    content = encoded(rgb, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x02broken")
    assert read_rgb(put(content, "a.jpg")).shape == rgb.shape


def png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(header))
    pixels = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + checksum + pixels


@pytest.mark.parametrize("read", [read_rgb, read_size])
@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (9_000, 9_000)])
def test_a_header_of_too_many_pixels_is_refused(put, read, width: int, height: int):
    with pytest.raises(DataError, match="pixels, at most 80,000,000 are read"):
        read(put(png_header(width, height)))


@pytest.mark.parametrize("read", [read_rgb, read_size])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, read):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(DataError, match=r"pipe\.png: not a regular file but a FIFO"):
        read(tmp_path / "pipe.png")
    with pytest.raises(DataError, match="/dev/zero: not a regular file but a device"):
        read(Path("/dev/zero"))


def test_what_the_system_refuses_is_not_called_damage(put, rgb, monkeypatch):
    path = put(rgb)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Image, "open", refuse)
    with pytest.raises(DataError, match=r"image\.png: cannot be read \(Permission denied\)"):
        read_rgb(path)


def test_written_png_comes_back_and_replaces_the_old_one(tmp_path: Path, rgb: np.ndarray):
    path = tmp_path / "deep" / "folder" / "a.png"
    write_png(path, rgb)
    write_png(path, rgb[:, ::-1])
    assert np.array_equal(read_rgb(path), rgb[:, ::-1])
    assert [p.name for p in path.parent.iterdir()] == ["a.png"]


def test_written_png_is_the_same_bytes_every_time(tmp_path: Path, rgb: np.ndarray):
    write_png(tmp_path / "a.png", rgb)
    write_png(tmp_path / "b.png", rgb)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
