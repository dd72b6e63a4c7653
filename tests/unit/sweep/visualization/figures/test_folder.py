from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from sweep.errors import StoreError
from sweep.tables.rows import ImageScore
from sweep.tables.tables import read_tables
from sweep.visualization.figures.folder import draw_comparisons


def _image_folder(folder: Path, row) -> Path:
    reference = folder / "reference" / row.dataset
    return {
        "bicubic": reference / "bicubic",
        "original": reference / "hr",
        "srresnet": folder / "shared" / row.trial / "images" / row.dataset,
        "srgan": folder / "trials" / row.trial / "images" / row.dataset,
    }[row.method]


def _save_images(folder: Path, rows, photographs: dict[str, Image.Image]) -> None:
    for row in rows:
        target = _image_folder(folder, row)
        target.mkdir(parents=True, exist_ok=True)
        for name, image in photographs.items():
            blurred = image.filter(ImageFilter.BoxBlur(row.method != "original"))
            blurred.save(target / f"{name}.png")


@pytest.fixture
def noise() -> Image.Image:
    rgb = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    return Image.fromarray(rgb)


@pytest.fixture
def filled(store, usual, noise):
    folder = store(usual.rows())
    _save_images(folder, usual.rows(), {"baby": noise})
    return folder


def test_every_test_image_gets_a_picture(filled):
    done = draw_comparisons(read_tables(filled))
    assert done.written == (filled / "figures" / "set5" / "baby.png",)
    assert done.warnings == ()
    with Image.open(done.written[0]) as image:
        assert image.width > 1000


def test_a_missing_image_is_left_out_with_a_warning(filled):
    (filled / "reference/set5/bicubic/baby.png").unlink()
    done = draw_comparisons(read_tables(filled))
    assert len(done.written) == 1
    (warning,) = done.warnings
    assert "no such image, bicubic is left out of baby" in warning


def test_without_hr_there_is_no_picture(filled):
    (filled / "reference/set5/hr/baby.png").unlink()
    done = draw_comparisons(read_tables(filled))
    assert done.written == ()
    assert "its HR image is missing" in done.warnings[-1]


def test_a_damaged_image_costs_its_picture_alone(filled):
    (filled / "reference/set5/bicubic/baby.png").write_bytes(b"damaged")
    done = draw_comparisons(read_tables(filled))
    assert done.written == ()
    assert "cannot be read as an image" in done.warnings[0]


@pytest.mark.parametrize("name", ["../../evil", "..", "a/b"])
def test_a_name_cannot_lead_out_of_the_folder(store, usual, name):
    rows = [replace(row, per_image=(ImageScore(name, row.scores),)) for row in usual.rows()]
    with pytest.raises(StoreError, match="cannot be the name of a file"):
        draw_comparisons(read_tables(store(rows)))


@pytest.mark.shared_data
def test_set5_is_drawn(store, usual, set5):
    photographs = {}
    for path in sorted(set5.glob("*.png"))[:2]:
        with Image.open(path) as image:
            photographs[path.stem] = image.convert("RGB")
    rows = [
        replace(row, per_image=tuple(ImageScore(name, row.scores) for name in photographs))
        for row in usual.rows()
    ]
    folder = store(rows)
    _save_images(folder, rows, photographs)
    done = draw_comparisons(read_tables(folder))
    assert [path.stem for path in done.written] == list(photographs)
    assert done.warnings == ()


def test_bicubic_is_called_after_the_lr_that_it_enlarges(filled):
    (filled / "reference/set5/bicubic/baby.png").unlink()
    made = {"set5": "degraded: JPEG (quality 30)"}
    done = draw_comparisons(replace(read_tables(filled), low_resolution=made))
    assert "bicubic of degraded LR is left out of baby" in done.warnings[0]


def test_the_values_of_further_axes_stand_below_the_name(store, rated, noise, monkeypatch):
    folder, drawn = store(rated), []
    _save_images(folder, rated, {"baby": noise})
    monkeypatch.setattr(
        "sweep.visualization.figures.folder.draw_comparison",
        lambda panels, *_: drawn.extend(panels),
    )
    draw_comparisons(read_tables(folder))
    trials = [panel for panel in drawn if panel.setting]
    assert {panel.setting for panel in trials} == {
        ("learning_rate=0.00005",),
        ("learning_rate=0.0001",),
    }
    assert all("learning_rate" not in panel.label for panel in drawn)
    assert {"bicubic", "HR"} <= {panel.label for panel in drawn}
