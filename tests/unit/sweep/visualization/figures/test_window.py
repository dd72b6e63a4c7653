import numpy as np
import pytest

from srgan_core.errors import ShapeError
from sweep.visualization.figures.window import CELL, busiest_window, window_side


def _reference_window(rgb: np.ndarray, side: int) -> tuple[int, int]:
    """Sums every square by itself."""
    luma = rgb.astype(np.int64) @ np.array([299, 587, 114])
    energy = np.zeros_like(luma)
    energy[:, :-1] += (luma[:, 1:] - luma[:, :-1]) ** 2
    energy[:-1] += (luma[1:] - luma[:-1]) ** 2
    rows, columns = (size - side + 1 for size in luma.shape)
    sums = {
        (row, column): energy[row : row + side, column : column + side].sum()
        for row in range(rows)
        for column in range(columns)
    }
    return max(sums, key=lambda corner: (sums[corner], -corner[0], -corner[1]))


@pytest.mark.parametrize("seed", range(5))
def test_the_window_is_the_one_found_by_counting(seed):
    rgb = np.random.default_rng(seed).integers(0, 256, (14, 17, 3), dtype=np.uint8)
    assert busiest_window(rgb, 5) == _reference_window(rgb, 5)


def test_texture_wins_over_a_plain_ground():
    rgb = np.full((60, 80, 3), 120, np.uint8)
    rgb[20:30:2, 50:60] = 255
    top, left = busiest_window(rgb, 12)
    assert 17 <= top <= 19
    assert 48 <= left <= 49


def test_a_plain_image_gives_its_first_window():
    assert busiest_window(np.zeros((50, 50, 3), np.uint8), 10) == (0, 0)


def test_the_whole_image_can_be_the_window():
    assert busiest_window(np.zeros((10, 10, 3), np.uint8), 10) == (0, 0)


@pytest.mark.parametrize("shape", [(20, 20), (20, 20, 4), (8, 20, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ShapeError, match="expected an image"):
        busiest_window(np.zeros(shape, np.uint8), 10)


@pytest.mark.parametrize(
    ("height", "width", "side"),
    [(512, 512, 80), (256, 256, 48), (228, 344, 40), (96, 96, 40), (24, 30, 24)],
)
def test_the_window_is_about_a_fifth_and_enlarges_to_whole_pixels(height, width, side):
    assert window_side(height, width) == side
    assert side < 40 or CELL % side == 0
