import subprocess
import sys

import numpy as np
import pytest

from srgan_core.data.degradation import Degradation
from srgan_core.data.images import read_rgb
from srgan_core.data.listing import Skipped
from srgan_core.errors import ConfigError, DataError
from sweep.scoring.sets.test_sets import (
    SKIMAGE3,
    dataset_label,
    dataset_name,
    fit_test_set,
    is_absent,
    resolve_test_set,
    resolve_test_sets,
)


@pytest.fixture
def folder(save, tmp_path):
    for name in ("photos/b.png", "photos/deep/a.png"):
        save(name, np.zeros((40, 44, 3), np.uint8))
    return tmp_path / "photos"


def test_the_photographs_of_scikit_image_need_no_network(monkeypatch):
    monkeypatch.setenv("SWEEP_OFFLINE", "1")
    found = resolve_test_set("skimage3", 4)
    assert (found.name, found.scale, found.folder) == ("skimage3", 4, None)
    assert tuple(path.name for path in found.hr) == SKIMAGE3


def test_the_photographs_are_what_scikit_image_gives():
    import skimage.data

    for path in resolve_test_set("skimage3", 4).hr:
        # Decoders of JPEG may differ by a level or two.
        difference = read_rgb(path).astype(int) - getattr(skimage.data, path.stem)()
        assert np.abs(difference).max() <= (2 if path.suffix == ".jpg" else 0)


def test_a_folder_is_searched_at_any_depth_and_named_after_its_base(folder):
    found = resolve_test_set(f"folder:{folder}/", 4)
    assert found.name == "photos"
    assert [path.name for path in found.hr] == ["b.png", "a.png"]


def test_a_relative_folder_has_a_name_too(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert resolve_test_set("folder:.", 4).name == "photos"


def test_the_home_folder_is_expanded(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    assert len(resolve_test_set("folder:~/photos", 4).hr) == 2


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(DataError, match="nowhere"):
        resolve_test_set(f"folder:{tmp_path}/nowhere", 4)


@pytest.mark.parametrize("name", ["folder:", "folder:/"])
def test_a_folder_without_a_base_name_is_an_error(name):
    with pytest.raises(ConfigError, match="folder:PATH"):
        dataset_name(name)


def test_the_name_of_a_folder_is_composed_and_must_be_utf_8(tmp_path, monkeypatch):
    assert dataset_name("folder:photos/e\u0301") == "\u00e9"
    (tmp_path / "r\udcfc").mkdir()
    monkeypatch.chdir(tmp_path / "r\udcfc")
    with pytest.raises(ConfigError, match=r"r\\udcfc: its name is not UTF-8; rename it"):
        dataset_name("folder:.")


def test_an_unknown_name_is_shown_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"'set55' is unknown: set5, .*did you mean 'set5'\?"):
        resolve_test_set("set55", 4)


def test_images_too_small_for_the_scale_are_refused(folder):
    resolve_test_set(f"folder:{folder}", 8)
    with pytest.raises(DataError, match="at least 32 px"):
        resolve_test_set(f"folder:{folder}", 16 + 5)


def test_images_of_one_name_are_refused(folder, save):
    save("photos/a.png", np.zeros((40, 40, 3), np.uint8))
    with pytest.raises(DataError, match="2 images are called 'a'"):
        resolve_test_set(f"folder:{folder}", 4)


def test_what_is_left_out_of_a_folder_is_said(folder):
    (folder / "list.txt").touch()
    skipped = (Skipped("list.txt", "no image by its ending"),)
    assert resolve_test_set(f"folder:{folder}", 4).skipped == skipped


def test_names_in_the_tables_are_composed(save, tmp_path):
    save("photos/e\u0301.png", np.zeros((40, 40, 3), np.uint8))
    assert resolve_test_set(f"folder:{tmp_path}/photos", 4).images == ("\u00e9",)


def test_an_image_that_cannot_be_scored_costs_itself_alone_where_that_is_asked_for(folder):
    (folder / "bad.png").write_text("no image")
    test_set, unfit = fit_test_set(f"folder:{folder}", 4)
    assert test_set.images == ("b", "a")
    assert list(unfit) == ["bad"]
    assert "not an image in a known format" in unfit["bad"]


def test_a_set_of_which_no_image_can_be_scored_is_refused(tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_text("no image")
    with pytest.raises(DataError, match="2 of 2 images cannot be used"):
        fit_test_set(f"folder:{tmp_path}", 4)


def test_two_sets_of_one_name_are_refused_before_anything_is_read(tmp_path):
    with pytest.raises(ConfigError, match="2 of them are called 'set5'"):
        resolve_test_sets(["set5", f"folder:{tmp_path}/set5"], 4)


def test_several_sets_come_in_the_order_given(folder):
    found = resolve_test_sets([f"folder:{folder}", "skimage3"], 4)
    assert [test_set.name for test_set in found] == ["photos", "skimage3"]


def test_naming_a_set_loads_no_network_library():
    script = (
        "import sys; from sweep.scoring.sets.test_sets import dataset_name; dataset_name('set5'); "
        "print([m for m in ('torch', 'pooch', 'skimage', 'requests') if m in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("folder", "label"),
    [("photos", "photos"), ("photos/hr", "photos"), ("Set5", "set5"), ("B100/GT", "bsd100")],
)
def test_a_test_set_is_called_after_its_folder(tmp_path, folder, label):
    assert dataset_label(tmp_path / folder) == label


JPEG = Degradation.model_validate({"jpeg": {"quality": 30}})


@pytest.fixture
def pairs(save, tmp_path, photograph):
    """Two pairs of scale 4 in RealSR/LR_x4 and RealSR/HR."""
    for name in ("a", "b"):
        save(f"RealSR/HR/{name}.png", photograph[:64, :80])
        save(f"RealSR/LR_x4/{name}x4.png", photograph[:16, :20])
    return f"pairs:{tmp_path}/RealSR/LR_x4,{tmp_path}/RealSR/HR"


def test_pairs_are_a_test_set_with_given_lr(pairs):
    found = resolve_test_set(pairs, 4)
    assert (found.name, found.images) == ("RealSR-from-LR_x4", ("a", "b"))
    assert [path.name for path in found.given] == ["ax4.png", "bx4.png"]
    assert found.low_resolution == "given: the images of folder LR_x4, as they are"


def test_pairs_of_another_scale_are_refused_with_the_right_one(pairs):
    for resolve in (resolve_test_set, fit_test_set):
        with pytest.raises(
            ConfigError, match=r"expected pairs of scale 2, got scale 4; .*--scale 4"
        ):
            resolve(pairs, 2)


def test_pairs_that_do_not_fit_or_cannot_be_read_are_refused(pairs, save, tmp_path, photograph):
    save("RealSR/LR_x4/bx4.png", photograph[:16, :21])
    with pytest.raises(DataError, match=r"HR/b\.png: LR 21 x 16 px, HR 80 x 64 px; HR has to"):
        resolve_test_set(pairs, 4)
    (tmp_path / "RealSR/LR_x4/bx4.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"bx4\.png: not an image"):
        resolve_test_set(pairs, 4)


@pytest.mark.parametrize(("hr", "lr"), [((16, 20), (4, 5)), ((64, 80), (15, 20)), ((64, 80), None)])
def test_a_pair_that_cannot_be_scored_costs_itself_alone(pairs, save, photograph, tmp_path, hr, lr):
    save("RealSR/HR/b.png", photograph[: hr[0], : hr[1]])
    if lr is None:
        (tmp_path / "RealSR/LR_x4/bx4.png").write_bytes(b"no image")
    else:
        save("RealSR/LR_x4/bx4.png", photograph[: lr[0], : lr[1]])
    found, unfit = fit_test_set(pairs, 4)
    assert (found.images, len(found.given), [*unfit]) == (("a",), 1, ["b"])


def test_a_degraded_set_says_so_in_its_name_and_words(folder):
    found = resolve_test_set(f"degraded:folder:{folder}", 4, JPEG)
    assert (found.name, found.degradation) == (f"{folder.name}-degraded", JPEG)
    assert found.low_resolution == "degraded: JPEG (quality 30), drawn by the name of the image"
    assert resolve_test_set(f"bicubic:folder:{folder}", 4, JPEG).low_resolution is None


def test_a_degraded_set_needs_the_degradation_of_a_sweep(folder):
    with pytest.raises(ConfigError, match="expected the degradation of a sweep, got none; write"):
        resolve_test_set(f"degraded:folder:{folder}", 4)


@pytest.mark.parametrize(
    ("name", "dataset"),
    [
        ("degraded:set5", "set5-degraded"),
        ("bicubic:set5", "set5"),
        ("pairs:Set5/LR,Set5/HR", "set5-from-LR"),
        ("pairs:lowres,photos", "photos-from-lowres"),
    ],
)
def test_names_tell_where_lr_comes_from(name, dataset):
    assert dataset_name(name) == dataset


def test_pairs_are_absent_where_either_folder_is(pairs, tmp_path):
    assert not is_absent(pairs)
    assert is_absent(f"pairs:{tmp_path}/nowhere,{tmp_path}/RealSR/HR")
