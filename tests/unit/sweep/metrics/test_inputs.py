import numpy as np
import pytest

from srgan_core.errors import ShapeError
from sweep.metrics.inputs import check_image, check_pair, cut_border, luma


def test_luma_of_black_white_and_the_primaries_is_that_of_bt601():
    colours = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]])
    expected = [16, 235, 81.481, 144.553, 40.966]
    assert luma(colours.astype(np.uint8))[0] == pytest.approx(expected, abs=1e-9)


def test_luma_is_not_rounded():
    grey = luma(np.full((1, 1, 3), 7, np.uint8))[0, 0]
    assert grey == pytest.approx(16 + 7 * 219 / 255)


def test_cutting_no_border_keeps_everything():
    image = np.zeros((5, 6, 3), np.uint8)
    assert cut_border(image, 0).shape == (5, 6, 3)
    assert cut_border(image, 2).shape == (1, 2, 3)


def test_an_image_that_fits_exactly_is_accepted():
    check_image(np.zeros((19, 30, 3), np.uint8), crop_border=4, smallest=11)


def test_the_message_says_what_was_expected_and_what_came():
    with pytest.raises(ShapeError, match=r"sr: expected at least 11 px .* 4 px .* got 30 x 18 px"):
        check_image(np.zeros((18, 30, 3), np.uint8), crop_border=4, smallest=11)


def test_a_negative_border_is_refused():
    with pytest.raises(ShapeError, match="crop_border"):
        check_image(np.zeros((18, 30, 3), np.uint8), crop_border=-1)


def test_the_pair_names_the_unfit_one():
    good = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(ShapeError, match=r"^hr: expected a uint8 array, got float64"):
        check_pair(good, good.astype(float))


def test_anything_but_an_array_is_refused():
    with pytest.raises(ShapeError, match="got list"):
        check_image([[1, 2, 3]])
