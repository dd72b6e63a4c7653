from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srgan_core.data.images import write_png
from srgan_core.errors import ConfigError, DataError
from sweep.config.loading import load_config
from sweep.planning.image_checks import check_images
from sweep.planning.plan import Plan, plan_sweep
from sweep.store.folder import SweepStore


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for name in ("a.png", "b.png", "c.png"):
        write_png(tmp_path / "photos" / name, random.integers(0, 256, (99, 98, 3), dtype=np.uint8))
    return tmp_path / "photos"


@pytest.fixture
def store(tmp_path: Path, own_cache: Path) -> SweepStore:
    return SweepStore(tmp_path / "results")


@pytest.fixture
def plan(store: SweepStore, photos: Path):
    def make(**changes: object) -> Plan:
        overrides = {
            "device": "cpu",
            "eval.metrics": ["psnr"],
            "data.sources": {f"folder:{photos}": 1},
            **{key.replace("__", "."): value for key, value in changes.items()},
        }
        return plan_sweep(store, load_config("smoke", overrides), frozenset())

    return make


def damage(*files: Path) -> None:
    for path in files:
        path.write_bytes(b"no image")


def test_images_are_counted_and_what_is_left_out_is_said(store, plan, photos):
    (photos / "list.txt").touch()
    checked = check_images(store, plan())
    skipped = "3 images, 1 skipped: list.txt (no image by its ending)"
    assert checked.notes == (
        f"training images: folder:{photos}: {skipped}",
        "test images: skimage3: 2 images, 0 skipped",
    )
    record = checked.sources[f"folder:{photos}"]
    assert (record.images, record.skipped) == (3, {"list.txt": "no image by its ending"})


def test_images_that_are_turned_upright_are_said(store, plan, photos):
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(photos / "a.png") as image:
        image.save(photos / "a.png", exif=exif)
    note = check_images(store, plan()).notes[0]
    assert note.endswith("3 images, 0 skipped; 1 turned upright by EXIF orientation (a.png)")


@pytest.mark.parametrize("fetch", [True, False])
def test_damaged_images_are_refused_all_at_once_before_and_by_a_run(store, plan, photos, fetch):
    damage(photos / "a.png", photos / "b.png")
    with pytest.raises(DataError, match="2 of 3 images cannot be used") as raised:
        check_images(store, plan(), fetch)
    assert "a.png" in str(raised.value)
    assert "b.png" in str(raised.value)


def test_damaged_and_small_images_are_left_out_and_recorded_where_that_is_asked_for(
    store, plan, photos
):
    write_png(photos / "b.png", np.zeros((20, 99, 3), np.uint8))
    with pytest.raises(ConfigError, match=r"b\.png: 99 x 20 px, smaller than a patch"):
        check_images(store, plan())
    damage(photos / "a.png")
    checked = check_images(store, plan(data__skip_unfit=True))
    record = checked.sources[f"folder:{photos}"]
    assert record.images == 1
    assert list(record.skipped) == ["a.png", "b.png"]
    assert record.skipped["b.png"].startswith("smaller than a patch of")


def test_damaged_images_of_several_sources_are_told_together(store, plan, photos, tmp_path):
    write_png(tmp_path / "more" / "d.png", np.zeros((99, 99, 3), np.uint8))
    damage(photos / "a.png", tmp_path / "more" / "d.png")
    sources = {f"folder:{photos}": 1, f"folder:{tmp_path / 'more'}": 1}
    with pytest.raises(DataError) as raised:
        check_images(store, plan(data__sources=sources))
    assert "a.png: not an image" in str(raised.value)
    assert "d.png: not an image" in str(raised.value)


def test_a_missing_folder_is_refused_before_a_run(store, plan, tmp_path):
    sources = {f"folder:{tmp_path / 'nowhere'}": 1}
    with pytest.raises(DataError, match=r"no such folder .*nowhere"):
        check_images(store, plan(data__sources=sources), fetch=False)


def test_test_images_are_decoded_before_anything_is_trained(store, plan, photos, tmp_path):
    tests = tmp_path / "tests"
    for name in ("a.png", "b.png", "c.png"):
        write_png(tests / name, np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8))
    for name in ("a.png", "b.png"):
        (tests / name).write_bytes((tests / name).read_bytes()[:-200])
    made = plan(eval__sets=[f"folder:{tests}"])
    with pytest.raises(DataError, match="test set tests: 2 of 3 images cannot be used"):
        check_images(store, made, fetch=False)


def test_a_fifo_among_training_images_is_refused_at_once(store, plan, photos):
    os.mkfifo(photos / "pipe.png")
    with pytest.raises(DataError, match=r"pipe\.png: not a regular file but a FIFO"):
        check_images(store, plan())


def test_what_would_be_downloaded_or_made_is_left_to_the_run(store, plan, tmp_path, monkeypatch):
    monkeypatch.setenv("SWEEP_DATA", str(tmp_path / "nowhere"))
    made = plan(data__sources={"voc2012": 1, "dead-leaves": 1})
    leaves, voc, _ = check_images(store, made, fetch=False).notes
    assert "voc2012: not on this machine; `sweep run` downloads" in voc
    assert leaves.endswith("made when training begins")
    small = plan(data__sources={"dead-leaves": 1}, adversarial__patch_size=1600)
    with pytest.raises(ConfigError, match=r"px on a side, patches have 1600; set a smaller"):
        check_images(store, small, fetch=False)


@pytest.fixture
def pairs(tmp_path: Path) -> str:
    random = np.random.default_rng(1)
    for name in ("a.png", "b.png"):
        for side, folder in ((64, "hr"), (16, "lr")):
            pixels = random.integers(0, 256, (side, side, 3), dtype=np.uint8)
            write_png(tmp_path / "own" / folder / name, pixels)
    return f"pairs:{tmp_path}/own/lr,{tmp_path}/own/hr"


def test_pairs_are_counted_with_their_scale_and_their_lr_is_named(store, plan, pairs):
    checked = check_images(store, plan(data__sources={pairs: 1}))
    assert f"training images: {pairs}: 2 images, 0 skipped; 2 pairs of scale 4" in checked.notes
    tested = check_images(store, plan(eval__sets=[pairs])).notes[-1]
    assert tested.startswith("test images: own-from-lr: 2 images, 0 skipped; LR given: ")


def test_pairs_of_another_scale_than_the_config_are_refused(store, plan, pairs):
    lr = Path(pairs.removeprefix("pairs:").partition(",")[0])
    for image in lr.iterdir():
        write_png(image, np.zeros((32, 32, 3), np.uint8))
    with pytest.raises(ConfigError, match=r"expected pairs of scale 4, got scale 2; .*--scale 2"):
        check_images(store, plan(data__sources={pairs: 1}))


def test_a_broken_lr_image_of_a_test_set_is_refused(store, plan, pairs, tmp_path):
    made = plan(eval__sets=[pairs])
    content = (tmp_path / "own/lr/a.png").read_bytes()
    (tmp_path / "own/lr/a.png").write_bytes(content[:-30])
    with pytest.raises(DataError, match=r"a\.png: the image is damaged"):
        check_images(store, made)


def test_what_pairs_leave_out_is_recorded_below_their_folders(store, plan, pairs, tmp_path):
    damage(tmp_path / "own/lr/b.png")
    checked = check_images(store, plan(data__sources={pairs: 1}, data__skip_unfit=True))
    record = checked.sources[pairs]
    assert (record.images, [*record.skipped]) == (1, ["lr/b.png"])


def test_the_largest_patch_of_an_axis_has_to_fit_the_images(store, plan):
    with pytest.raises(ConfigError, match=r"adversarial\.patch_size"):
        check_images(store, plan(grid__axes={"adversarial.patch_size": [32, 112]}))
