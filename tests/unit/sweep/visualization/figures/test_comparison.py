import numpy as np
import pytest
from PIL import Image, ImageFilter

from srgan_core.errors import DataError, ShapeError
from sweep.tables.metric_file import read_metrics
from sweep.visualization.figures.comparison import CELL, FRAME, GAP, Panel, draw_comparison
from sweep.visualization.figures.cues import Cue
from sweep.visualization.figures.window import choose_window


@pytest.fixture
def hr(tmp_path):
    rgb = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    path = tmp_path / "noise.png"
    Image.fromarray(rgb).filter(ImageFilter.GaussianBlur(2)).save(path)
    return path


def _drawn(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _contains(picture: np.ndarray, part: np.ndarray) -> bool:
    height, width = part.shape[:2]
    rows, columns = np.nonzero((picture == part[0, 0]).all(axis=2))
    return any(
        np.array_equal(picture[row : row + height, column : column + width], part)
        for row, column in zip(rows, columns, strict=True)
    )


def test_the_part_is_enlarged_by_repeating_pixels(hr, tmp_path):
    out = tmp_path / "out.png"
    draw_comparison([("HR", hr, {})], hr, out)
    rgb = _drawn(hr)
    top, left = choose_window(rgb, [], 40)
    part = rgb[top : top + 40, left : left + 40].repeat(6, axis=0).repeat(6, axis=1)
    assert _contains(_drawn(out), part)


def test_the_same_images_give_the_same_bytes(hr, tmp_path):
    for name in ("a.png", "b.png"):
        draw_comparison([Panel("bicubic", hr, {"niqe": 8.478})], hr, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (4, 4), (5, 5), (6, 3), (7, 7), (8, 4)])
def test_many_parts_fill_one_row_or_two(hr, tmp_path, count, columns):
    out = tmp_path / "out.png"
    scores = {"psnr_y": 28.43, "lpips_alex": 0.3407, "niqe": 8.478}
    draw_comparison([Panel("method", hr, scores)] * count, hr, out)
    width = _drawn(out).shape[1]
    grid = columns * (CELL + 2 * FRAME + GAP) - GAP
    assert grid + CELL <= width <= grid + 640 + 3 * GAP


def test_no_cell_is_empty(hr, tmp_path):
    out = tmp_path / "out.png"
    for count in range(1, 9):
        draw_comparison([Panel("method", hr, {})] * count, hr, out)
        last = _drawn(out)[-CELL:, -CELL:]
        assert (last != 255).any(axis=2).mean() > 0.5


def test_a_trial_has_the_frame_and_marker_of_its_curve_and_a_reference_has_none(hr, tmp_path):
    out = tmp_path / "out.png"
    color = np.array([0, 0x72, 0xB2])

    def pixels(cue):
        draw_comparison([Panel("mse", hr, {}, cue)], hr, out)
        return int((_drawn(out) == color).all(axis=2).sum())

    framed = pixels(Cue("#0072B2", "o", of_trial=True))
    assert framed > 4 * FRAME * CELL
    assert 0 < pixels(Cue("#0072B2", "o")) < framed - 4 * FRAME * CELL + 10
    assert pixels(None) == 0


def test_scores_are_printed_with_label_and_unit(tmp_path, describe):
    from sweep.visualization.figures.comparison import score_text

    describe(tmp_path)
    metrics = read_metrics(tmp_path)
    assert score_text("psnr_y", 28.4301, metrics) == "PSNR (Y) 28.43 dB"
    assert score_text("lpips_alex", 0.3407, metrics) == "LPIPS (AlexNet) 0.3407"
    assert score_text("unheard_of", 0.2, metrics) == "unheard_of 0.2000"


def test_long_names_and_tiny_images_fit(tmp_path):
    path = tmp_path / "tiny.png"
    Image.new("RGB", (20, 12), "red").save(path)
    out = tmp_path / "out.png"
    draw_comparison(
        [Panel("a name that is much longer than any cell is wide", path, {})], path, out
    )
    assert (_drawn(out)[-1] == 255).all()


def test_another_size_is_refused(hr, tmp_path):
    small = tmp_path / "small.png"
    Image.new("RGB", (80, 60)).save(small)
    with pytest.raises(ShapeError, match=r"small\.png: expected 160x120 pixels as HR has"):
        draw_comparison([("SRResNet", small, {})], hr, tmp_path / "out.png")


def test_a_damaged_image_is_named(hr, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"bad\.png: cannot be read as an image"):
        draw_comparison([("SRResNet", tmp_path / "bad.png", {})], hr, tmp_path / "out.png")
