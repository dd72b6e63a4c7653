import numpy as np
import pytest

from srgan_core.errors import ShapeError
from sweep.visualization.figures.window import CELL, choose_window, window_side


def _noise(seed, height=90, width=110):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def _reference_window(hr, restored, side):
    """Sums every square by itself."""
    luma = hr.astype(np.int64) @ np.array([299, 587, 114])
    gradients = np.zeros_like(luma)
    gradients[:, :-1] += (luma[:, 1:] - luma[:, :-1]) ** 2
    gradients[:-1] += (luma[1:] - luma[:-1]) ** 2
    padded = np.pad(gradients, 4, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, (9, 9)).sum(axis=(2, 3))
    texture = np.sqrt(around).astype(np.int64)
    energy = np.minimum(texture, 2 * texture.sum() // texture.size + 1)
    if len(restored) > 1:
        lumas = np.array(
            [(r.astype(np.int64) @ np.array([299, 587, 114])) // 1000 for r in restored]
        )
        squares = len(lumas) * (lumas**2).sum(axis=0) - lumas.sum(axis=0) ** 2
        spread = np.sqrt(squares).astype(np.int64)
        energy = energy * np.minimum(spread, 2 * spread.sum() // spread.size + 1)
    margin = min(int(0.3 * side), (min(luma.shape) - side) // 2)
    rows, columns = (size - side - margin + 1 for size in luma.shape)
    sums = {
        (row, column): energy[row : row + side, column : column + side].sum()
        for row in range(margin, rows)
        for column in range(margin, columns)
    }
    return max(sums, key=lambda corner: (sums[corner], -corner[0], -corner[1]))


@pytest.mark.parametrize("count", [0, 1, 2, 4])
@pytest.mark.parametrize("seed", range(3))
def test_the_window_is_the_one_found_by_counting(seed, count):
    hr = _noise(seed, 24, 31)
    restored = [_noise(10 * seed + place, 24, 31) for place in range(1, count + 1)]
    assert choose_window(hr, restored, 8) == _reference_window(hr, restored, 8)


def test_texture_wins_over_a_plain_ground():
    rgb = np.full((60, 80, 3), 120, np.uint8)
    rgb[20:30:2, 50:60] = 255
    top, left = choose_window(rgb, [], 12)
    assert 15 <= top <= 23
    assert 45 <= left <= 53


def test_the_texture_where_restorations_differ_wins():
    hr = _noise(0)
    one, other = hr.copy(), hr.copy()
    other[50:70, 60:80] //= 2
    top, left = choose_window(hr, [one, other], 20)
    assert abs(top - 50) <= 1
    assert abs(left - 60) <= 1


def test_the_window_keeps_off_the_edge_of_the_image():
    hr = _noise(0)
    other = hr.copy()
    other[:20, :20] //= 2
    assert choose_window(hr, [hr, other], 20) == (6, 6)


def test_one_contour_does_not_win_over_texture():
    hr = np.full((90, 110, 3), 20, np.uint8)
    hr[:, 20:] = 160
    hr[40:70, 60:90] = _noise(1, 30, 30) // 3 + 100
    moved = np.roll(hr, 1, axis=1)
    top, left = choose_window(hr, [hr, moved], 20)
    assert 40 <= top <= 50
    assert 60 <= left <= 70


def test_a_plain_image_gives_its_first_window_off_the_edge():
    assert choose_window(np.zeros((50, 50, 3), np.uint8), [], 10) == (3, 3)


def test_the_whole_image_can_be_the_window():
    assert choose_window(np.zeros((10, 10, 3), np.uint8), [], 10) == (0, 0)


@pytest.mark.parametrize("shape", [(20, 20), (20, 20, 4), (8, 20, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ShapeError, match="expected an image"):
        choose_window(np.zeros(shape, np.uint8), [], 10)


@pytest.mark.parametrize(
    ("height", "width", "side"),
    [(512, 512, 80), (256, 256, 48), (228, 344, 40), (96, 96, 40), (24, 30, 24)],
)
def test_the_window_is_about_a_fifth_and_enlarges_to_whole_pixels(height, width, side):
    assert window_side(height, width) == side
    assert side < 40 or CELL % side == 0
