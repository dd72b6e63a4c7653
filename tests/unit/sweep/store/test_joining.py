from pathlib import Path

import pytest

from sweep.config.loading import load_config
from sweep.config.sweep_config import SweepConfig
from sweep.errors import StoreError
from sweep.store.folder import SweepStore
from sweep.store.joining import join_config


@pytest.fixture
def folder(tmp_path: Path) -> SweepStore:
    return SweepStore(tmp_path / "results" / "smoke")


def smoke(**overrides: object) -> SweepConfig:
    return load_config("smoke", {key.replace("__", "."): value for key, value in overrides.items()})


def join(store: SweepStore, config: SweepConfig) -> SweepConfig:
    return join_config(store.root, config, store.read_config())


def test_a_folder_that_does_not_exist_holds_no_sweep(folder):
    assert folder.read_config() is None
    assert join(folder, smoke()) == smoke()
    assert not folder.root.exists()


def test_another_config_is_refused_with_what_differs(folder):
    folder.write_config(smoke())
    with pytest.raises(StoreError, match=r"scale \(was 4, now 8\); choose another --out"):
        join(folder, smoke(scale=8))
    assert folder.read_config() == smoke()


def test_other_training_images_are_refused_with_what_helps_where_they_have_moved(folder):
    folder.write_config(smoke(data__sources={"folder:photos": 1}))
    with pytest.raises(StoreError, match="name the training images as before") as refused:
        join(folder, smoke(data__sources={"folder:moved/photos": 1}))
    assert "(was folder:photos: 1.0, now folder:moved/photos: 1.0)" in str(refused.value)
    assert "None" not in str(refused.value)


def test_more_values_join_those_of_the_folder(folder):
    folder.write_config(smoke(grid__adv=[1e-2]))
    assert join(folder, smoke(grid__adv=[1e-4])).grid.adv == (1e-4, 1e-2)


def test_a_folder_of_something_else_is_refused(folder):
    folder.root.mkdir(parents=True)
    (folder.root / "thesis.tex").touch()
    with pytest.raises(StoreError, match=r"no sweep\.yaml \(thesis\.tex\); choose an empty folder"):
        join(folder, smoke())


def test_hidden_files_do_not_make_a_folder_foreign(folder):
    folder.root.mkdir(parents=True)
    (folder.root / ".lock").touch()
    assert join(folder, smoke()) == smoke()


@pytest.mark.parametrize("below", [".", "deeper"])
def test_a_file_in_place_of_the_folder_is_refused(tmp_path, below):
    (tmp_path / "file").touch()
    store = SweepStore(tmp_path / "file" / below)
    with pytest.raises(StoreError, match="is or lies in a file"):
        join(store, smoke())
    with pytest.raises(StoreError, match="cannot be made"), store.locked():
        pass


def test_more_steps_are_refused_with_the_ways_to_train_longer(folder):
    folder.write_config(smoke())
    with pytest.raises(StoreError, match=r"steps \(was 20, now 40\); choose another --out, where"):
        join(folder, smoke(adversarial__steps=40))
