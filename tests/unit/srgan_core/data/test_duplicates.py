from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srgan_core.data.duplicates import refuse_test_images
from srgan_core.data.images import read_rgb
from srgan_core.data.sources import FileSource, skimage_files
from srgan_core.data.store import open_packed
from srgan_core.errors import DataError

TEST_NAMES = ("chelsea.png", "coffee.png", "rocket.jpg")


@pytest.fixture
def check(tmp_path: Path, own_cache: Path) -> Callable[[Image.Image], None]:
    """Trains on one image, tests on the photographs of scikit-image."""

    def compare(image: Image.Image) -> None:
        path = tmp_path / "training.png"
        image.save(path)
        refuse_test_images([open_packed(FileSource("x", (path,)))], skimage_files(TEST_NAMES))

    return compare


@pytest.fixture(scope="module")
def coffee() -> Image.Image:
    return Image.fromarray(read_rgb(skimage_files(["coffee.png"])[0]))


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image,
        lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        lambda image: image.transpose(Image.Transpose.ROTATE_90),
        lambda image: image.resize((300, 200)),
        lambda image: image.convert("L"),
        lambda image: image.point(lambda level: level // 2 + 40),
        lambda image: image.crop((4, 4, image.width - 4, image.height - 4)),
    ],
    ids=["copy", "flip", "turn", "size", "grey", "contrast", "crop"],
)
def test_changed_copy_of_a_test_image_is_refused(check, coffee: Image.Image, change):
    with pytest.raises(DataError, match=r"training\.png: is nearly the same image as coffee\.png"):
        check(change(coffee))


def test_all_copies_are_named_at_once(tmp_path: Path, own_cache: Path):
    tests = skimage_files(TEST_NAMES)
    with pytest.raises(DataError, match="data source x: 2 of 2 images cannot be used") as raised:
        refuse_test_images([open_packed(FileSource("x", tests[:2]))], tests)
    assert "chelsea.png of the test set" in str(raised.value)
    assert "coffee.png of the test set" in str(raised.value)


def test_training_photographs_of_scikit_image_pass(check):
    for path in skimage_files(["astronaut.png", "grass.png", "camera.png"]):
        check(Image.open(path))


@pytest.mark.parametrize("level", [0, 128])
def test_image_of_one_colour_passes(check, level: int):
    check(Image.new("RGB", (64, 64), (level, level, level)))


def test_half_of_a_test_image_passes(check, coffee: Image.Image):
    check(coffee.crop((0, 0, coffee.width // 2, coffee.height)))


def test_nothing_to_compare_with_passes(tmp_path: Path, own_cache: Path):
    path = tmp_path / "a.png"
    Image.fromarray(np.zeros((8, 8, 3), dtype=np.uint8)).save(path)
    refuse_test_images([open_packed(FileSource("x", (path,)))], [])
