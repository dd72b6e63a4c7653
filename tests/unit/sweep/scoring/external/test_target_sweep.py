import numpy as np
import pytest

from srgan_core.errors import ConfigError, DataError
from sweep.config.loading import load_config
from sweep.errors import StoreError
from sweep.scoring.external.target_sweep import open_sweep
from sweep.scoring.sets.references import prepare_reference
from sweep.scoring.sets.test_sets import resolve_test_sets
from sweep.store.folder import SweepStore


@pytest.fixture
def target(save, tmp_path):
    """A sweep with two test sets; `a` is in both."""
    for name in ("one/a", "one/b", "two/a", "two/c"):
        save(f"{name}.png", np.full((41, 44, 3), ord(name[-1]), np.uint8))
    names = tuple(f"folder:{tmp_path / name}" for name in ("one", "two"))
    store = SweepStore(tmp_path / "results")
    overrides = {"eval.sets": names, "eval.excerpts": {}, "eval.metrics": ("psnr",)}
    store.write_config(load_config("smoke", overrides))
    for test_set in resolve_test_sets(names, 4):
        prepare_reference(test_set, 4, store.reference(test_set.name))
    return open_sweep(store.root)


def test_the_test_set_is_found_by_the_names_of_its_images(target, save, tmp_path):
    for name in "ca":
        save(f"my/{name}_x4.png", np.zeros((40, 44, 3), np.uint8))
    dataset, pairs = target.pair(tmp_path / "my", None, "my", None)
    assert dataset == "two"
    assert [(pair.image, pair.hr) for pair in pairs] == [
        (name, target.store.reference("two") / "hr" / f"{name}.png") for name in "ac"
    ]


def test_images_of_no_test_set_are_refused(target, save, tmp_path):
    save("my/x.png", np.zeros((40, 44, 3), np.uint8))
    with pytest.raises(DataError, match=r"x\.png of .* without a reference"):
        target.pair(tmp_path / "my", None, "my", None)


def test_a_test_set_that_the_sweep_lacks_is_refused(target, tmp_path):
    with pytest.raises(ConfigError, match="'three' is unknown: one, two"):
        target.pair(tmp_path / "one", None, "my", "three")


def test_hr_images_that_are_the_sweeps_own_are_taken_uncropped(target, tmp_path):
    dataset, pairs = target.pair(tmp_path / "one", tmp_path / "one", "my", None)
    assert dataset == "one"
    assert all(pair.hr.is_relative_to(target.store.root) for pair in pairs)


def test_a_folder_without_a_sweep_is_refused(tmp_path):
    with pytest.raises(StoreError, match="expected a results folder with a sweep"):
        open_sweep(tmp_path)
