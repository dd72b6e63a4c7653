import io
import tarfile

import pytest

from srgan_core.errors import DataError, UnavailableDataError
from sweep.scoring.sets import archives
from sweep.scoring.sets.published_sets import PUBLISHED, find_published


@pytest.fixture(autouse=True)
def no_data(monkeypatch):
    monkeypatch.delenv("SWEEP_DATA", raising=False)


@pytest.fixture(autouse=True)
def cached_sets(own_cache):
    return own_cache / "test_sets"


def fill(folder, count, ending=".png"):
    folder.mkdir(parents=True)
    for index in range(count):
        (folder / f"{index}{ending}").write_bytes(b"")
    return folder


def offline(url, folder):
    raise DataError("no answer")


@pytest.mark.parametrize("folder", ["Set5", "set5"])
def test_a_folder_under_the_data_variable_comes_first(tmp_path, monkeypatch, folder):
    fill(tmp_path / folder, 5)
    monkeypatch.setenv("SWEEP_DATA", str(tmp_path))
    paths, origin = find_published("set5")
    assert [path.name for path in paths] == [f"{index}.png" for index in range(5)]
    assert origin == "folder"


def test_an_incomplete_set_is_not_scored_under_the_published_name(tmp_path, monkeypatch):
    fill(tmp_path / "Set5", 4)
    monkeypatch.setenv("SWEEP_DATA", str(tmp_path))
    with pytest.raises(UnavailableDataError, match="expected the 5 HR images of set5, found 4"):
        find_published("set5")


def test_low_resolution_versions_in_subfolders_are_not_taken(tmp_path, monkeypatch):
    fill(tmp_path / "Set5", 5)
    fill(tmp_path / "Set5" / "LR", 5)
    monkeypatch.setenv("SWEEP_DATA", str(tmp_path))
    assert len(find_published("set5")[0]) == 5


def test_the_cache_comes_before_the_network(cached_sets, monkeypatch):
    monkeypatch.setattr(archives, "download", offline)
    fill(cached_sets / "set14", 14)
    paths, origin = find_published("set14")
    assert (len(paths), origin) == (14, "cache")


def test_a_download_is_unpacked_into_the_cache_and_the_archive_removed(cached_sets, monkeypatch):
    def fetch(url, folder):
        assert url == PUBLISHED["set5"].url
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(folder / "Set5_HR.tar.gz", "w:gz") as tar:
            for index in range(5):
                tar.addfile(tarfile.TarInfo(f"Set5_HR/{index}.png"), io.BytesIO())
        return folder / "Set5_HR.tar.gz"

    monkeypatch.setattr(archives, "download", fetch)
    paths, origin = find_published("set5")
    assert (len(paths), origin) == (5, "download")
    assert find_published("set5") == (paths, "cache")
    kept = {path.name for path in cached_sets.iterdir()}
    assert kept == {"set5", ".set5.lock"}


def test_no_network_is_an_error_that_says_where_to_put_the_images(monkeypatch):
    monkeypatch.setattr(archives, "download", offline)
    with pytest.raises(
        UnavailableDataError, match=r"'bsd100' .*no answer.*\$SWEEP_DATA/BSD100.*skimage3"
    ):
        find_published("bsd100")


def test_addresses_are_those_of_the_public_archives():
    assert PUBLISHED["set5"].url == (
        "https://huggingface.co/datasets/eugenesiow/Set5/resolve/main/data/Set5_HR.tar.gz"
    )
    assert all(published.url.startswith("https://") for published in PUBLISHED.values())
