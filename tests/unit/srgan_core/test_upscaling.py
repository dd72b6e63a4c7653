from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from srgan_core import streaming
from srgan_core.errors import ShapeError, WeightsError
from srgan_core.inference import restore, save_generator
from srgan_core.networks import Generator
from srgan_core.upscaling import upscale, upscale_file


@pytest.fixture(scope="module")
def generator() -> Generator:
    torch.manual_seed(0)
    return Generator(2, channels=4, blocks=1).eval()


@pytest.fixture
def rgba() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (6, 9, 4), dtype=np.uint8)


def test_colour_is_what_restore_gives(generator, rgba):
    rgb = np.ascontiguousarray(rgba[:, :, :3])
    assert np.array_equal(upscale(rgb, generator), restore(generator, rgb))


def test_transparency_is_enlarged_by_bicubic(generator, rgba):
    enlarged = upscale(rgba, generator)
    alpha = Image.fromarray(rgba[:, :, 3].copy()).resize((18, 12), Image.Resampling.BICUBIC)
    assert np.array_equal(enlarged[:, :, 3], np.array(alpha))
    assert np.array_equal(enlarged[:, :, :3], restore(generator, rgba[:, :, :3]))


def test_transparency_of_a_piece_is_that_of_the_whole(monkeypatch, generator):
    image = np.random.default_rng(0).integers(0, 256, (23, 9, 4), dtype=np.uint8)
    expected = upscale(image, generator)
    monkeypatch.setattr(streaming, "PIECE", 9)
    assert np.array_equal(upscale(image, generator)[..., 3], expected[..., 3])


def test_grey_stays_grey(generator, rgba):
    enlarged = upscale(rgba[:, :, 0], generator)
    assert enlarged.shape == (12, 18)
    colour = Image.fromarray(restore(generator, np.repeat(rgba[:, :, :1], 3, axis=2)))
    assert np.array_equal(enlarged, np.array(colour.convert("L")))


def test_images_of_pillow_come_back_as_such(generator, rgba):
    image = Image.fromarray(rgba)
    enlarged = upscale(image, generator)
    assert isinstance(enlarged, Image.Image)
    assert (enlarged.mode, enlarged.size) == ("RGBA", (18, 12))


def test_a_generator_may_be_a_file_of_any_scale(tmp_path, generator, rgba):
    path = tmp_path / "g.safetensors"
    save_generator(path, generator)
    assert np.array_equal(upscale(rgba, str(path)), upscale(rgba, generator))
    with pytest.raises(WeightsError, match="no such file"):
        upscale(rgba, tmp_path / "other")


def test_the_bundled_generator_is_the_default():
    assert upscale(np.zeros((1, 2, 3), np.uint8)).shape == (4, 8, 3)


@pytest.mark.parametrize(
    "image", [np.zeros((2, 2, 2), np.uint8), np.zeros((2, 2, 3)), np.zeros((0, 2), np.uint8)]
)
def test_other_arrays_are_refused(generator, image):
    with pytest.raises(ShapeError, match="expected"):
        upscale(image, generator)


def test_a_file_is_enlarged_and_progress_reported(tmp_path, monkeypatch, generator, rgba):
    monkeypatch.setattr(streaming, "PIECE", 9)
    source, target, shares = tmp_path / "a.png", tmp_path / "out" / "b.png", []
    Image.fromarray(rgba[:, :, :3].repeat(9, axis=0)).save(source)
    assert upscale_file(source, target, generator, on_progress=shares.append) == ()
    assert shares == sorted(shares)
    assert len(shares) > 1
    assert shares[-1] == 1
    with Image.open(target) as image:
        assert image.size == (18, 108)


def test_an_image_of_pillow_is_turned_upright(generator):
    image = Image.effect_noise((6, 4), 80)
    image.getexif()[0x0112] = 6
    assert upscale(image, generator).size == (8, 12)


def test_bfloat16_is_off_by_a_few_grey_levels():
    image = np.random.default_rng(0).integers(60, 200, (3, 3, 3)).repeat(8, 0).repeat(8, 1)
    exact, fast = (
        upscale(image.astype(np.uint8), precision=precision).astype(int)
        for precision in (torch.float32, torch.bfloat16)
    )
    assert 0 < np.abs(fast - exact).max() <= 8
