import numpy as np
import pytest

from srgan_core.overlap import MARGIN, TILE, Box, OverlappingTiles, tile_side

IMAGE = np.random.default_rng(0).integers(0, 256, (37, 50, 3), dtype=np.uint8)


def blurred(lr: np.ndarray) -> np.ndarray:
    """Doubles the size; a pixel depends on those within 3 of it, zeros beyond the border."""
    padded = np.pad(lr.astype(int), ((3, 3), (3, 3), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (7, 7), axis=(0, 1))
    means = (windows.sum(axis=(-1, -2)) // 49).astype(np.uint8)
    return means.repeat(2, axis=0).repeat(2, axis=1)


@pytest.mark.parametrize("side", [1, 8, 13, 36, 100, None])
def test_tiles_with_the_networks_reach_as_margin_are_those_of_the_whole(side):
    tiles = OverlappingTiles(2, blurred, margin=3, side=side)
    assert np.array_equal(tiles.whole(IMAGE), blurred(IMAGE))


def test_a_margin_that_is_too_small_shows():
    tiles = OverlappingTiles(2, blurred, margin=1, side=8)
    assert not np.array_equal(tiles.whole(IMAGE), blurred(IMAGE))


def test_no_window_is_larger_than_a_tile_and_its_margins():
    seen = []

    def restore(window: np.ndarray) -> np.ndarray:
        seen.append(window.shape)
        return window.repeat(2, axis=0).repeat(2, axis=1)

    tiles = OverlappingTiles(2, restore, margin=4, side=16)
    shares: list[float] = []
    bands = list(tiles.bands(IMAGE, shares.append))
    assert [band.shape for band in bands] == [(32, 100, 3), (32, 100, 3), (10, 100, 3)]
    assert shares == [number / 12 for number in range(1, 13)]
    assert len(seen) == 12
    assert max(max(shape[:2]) for shape in seen) == 16 + 2 * 4


def test_a_result_of_x8_is_cut_as_fine_as_one_of_x4():
    assert tile_side(4) * 4 == tile_side(8) * 8 == 4 * TILE
    assert tile_side(2) == TILE
    assert all(tile_side(scale) % MARGIN == 0 for scale in (2, 3, 4, 8))


def test_boxes_split_without_gaps():
    boxes = Box(0, 0, 5, 7).split(3)
    assert sum((b.bottom - b.top) * (b.right - b.left) for b in boxes) == 35
    assert boxes[-1] == Box(3, 6, 5, 7)
