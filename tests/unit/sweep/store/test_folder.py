import os
from pathlib import Path

import pytest

from sweep.config.loading import load_config
from sweep.config.sweep_config import SweepConfig
from sweep.errors import StoreError
from sweep.store.folder import SweepStore, require_config, require_sweep


@pytest.fixture
def folder(tmp_path: Path) -> SweepStore:
    return SweepStore(tmp_path / "results" / "smoke")


def smoke(**overrides: object) -> SweepConfig:
    return load_config("smoke", {key.replace("__", "."): value for key, value in overrides.items()})


def test_a_folder_without_a_sweep_is_refused_where_one_is_needed(folder):
    for need in (lambda: require_sweep(folder.root), lambda: require_config(folder)):
        with pytest.raises(StoreError, match=r"expected a results folder with a sweep, found no"):
            need()
    folder.write_config(smoke())
    require_sweep(folder.root)
    assert require_config(folder) == smoke()


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\xff\x00",
        b"",
        b"- a\n",
        b"scale: [",
        b"nonsense: 1\n",
        b"scale: 4\nscale: 4\n",
    ],
)
def test_a_damaged_config_is_refused(folder, content):
    folder.root.mkdir(parents=True)
    (folder.root / "sweep.yaml").write_bytes(content)
    with pytest.raises(StoreError, match="damaged or written by another version"):
        folder.read_config()


def test_a_folder_of_another_version_is_refused(folder):
    folder.write_config(smoke())
    path = folder.root / "sweep.yaml"
    path.write_text(path.read_text().replace("schema_version: 1", "schema_version: 99"))
    with pytest.raises(StoreError, match="expected schema_version 1, got 99"):
        folder.read_config()


def test_a_folder_that_cannot_be_made_is_refused(folder, monkeypatch):
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StoreError, match=r"cannot be made \(Permission denied\)"), folder.locked():
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused(folder):
    folder.root.mkdir(parents=True)
    folder.root.chmod(0o500)
    with pytest.raises(StoreError, match="cannot be written to"), folder.locked():
        pass


def test_a_second_run_is_kept_out_until_the_first_ends(folder):
    second = SweepStore(folder.root)
    with (
        folder.locked(),
        pytest.raises(StoreError, match="another `sweep run` is at work"),
        second.locked(),
    ):
        pass
    with second.locked():
        assert folder.root.is_dir()


def test_no_half_written_file_is_left_behind(folder):
    folder.write_config(smoke())
    folder.trial("x").update_trial(state="done")
    names = {path.name for path in folder.root.rglob("*") if path.is_file()}
    assert names == {"sweep.yaml", "trial.json"}


def test_the_name_is_that_of_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert SweepStore(Path(".")).name == tmp_path.name
    assert SweepStore(Path("results/quick")).name == "quick"
