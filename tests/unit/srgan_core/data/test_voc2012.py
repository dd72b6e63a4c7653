from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from srgan_core.data.dead_leaves import DeadLeavesConfig
from srgan_core.data.sources import is_at_hand, open_source
from srgan_core.data.voc2012 import download_voc, split_voc
from srgan_core.errors import DataError, UnavailableDataError

LEAVES = DeadLeavesConfig(images=2, size=128)


def write_jpeg(path: Path, width: int, height: int, level: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), (level, level, level)).save(path)
    return path


@pytest.fixture
def voc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Path]]:
    """Writes a small VOC2012 where the loader would: 24 large images and 4 small ones."""
    monkeypatch.setenv("SWEEP_DATA", str(tmp_path / "data"))
    images = tmp_path / "data" / "VOCdevkit" / "VOC2012" / "JPEGImages"

    def make() -> list[Path]:
        sizes = [(97, 120)] * 24 + [(96, 200), (200, 96), (50, 40), (96, 96)]
        return [
            write_jpeg(images / f"2007_{number:06d}.jpg", *size)
            for number, size in enumerate(sizes)
        ]

    return make


def test_split_holds_out_what_is_too_small_for_a_patch(voc):
    paths = voc()
    training, held_out = split_voc(paths, seed=0, training_images=20)
    assert (len(training), len(held_out)) == (20, 8)
    assert set(training) | set(held_out) == set(paths)
    assert set(paths[24:]) <= set(held_out)
    assert list(training) == sorted(training)
    assert list(held_out) == sorted(held_out)


def test_split_depends_on_the_seed_and_not_on_the_order_of_paths(voc):
    paths = voc()
    first = split_voc(paths, seed=0, training_images=20)
    assert split_voc(paths[::-1], seed=0, training_images=20) == first
    assert split_voc(paths, seed=1, training_images=20) != first


def test_incomplete_data_set_is_refused(voc):
    with pytest.raises(UnavailableDataError, match=r"at least 25 images .* found 24; .* run again"):
        split_voc(voc(), seed=0, training_images=25)


def test_damaged_image_of_the_data_set_is_named(voc):
    paths = voc()
    paths[3].write_bytes(b"\xff\xd8broken")
    with pytest.raises(DataError, match=r"2007_000003\.jpg: not an image in a known format"):
        split_voc(paths, seed=0, training_images=20)


def test_every_damaged_image_of_the_data_set_is_named_at_once(voc):
    paths = voc()
    for path in paths[3:5]:
        path.write_bytes(b"\xff\xd8broken")
    with pytest.raises(DataError, match=r"voc2012: 2 of 28 images cannot be used") as raised:
        split_voc(paths, seed=0, training_images=20)
    assert all(path.name in str(raised.value) for path in paths[3:5])


def test_unpacked_data_set_is_used_as_it_is(voc, monkeypatch: pytest.MonkeyPatch):
    paths = voc()
    monkeypatch.setattr("torchvision.datasets.VOCDetection", lambda *_, **__: pytest.fail("asked"))
    assert download_voc() == tuple(paths)


def test_missing_data_set_is_downloaded_through_torchvision(voc, tmp_path, monkeypatch):
    def load(root: str, *, year: str, image_set: str, download: bool) -> None:
        assert (root, year, download) == (str(tmp_path / "data"), "2012", True)
        voc()

    monkeypatch.setattr("torchvision.datasets.VOCDetection", load)
    assert len(download_voc()) == 28


def test_data_set_lies_in_the_cache_by_default(own_cache: Path, monkeypatch: pytest.MonkeyPatch):
    roots = []
    monkeypatch.delenv("SWEEP_DATA", raising=False)
    monkeypatch.setattr(
        "torchvision.datasets.VOCDetection", lambda root, **_: roots.append(Path(root))
    )
    download_voc()
    assert roots == [own_cache / "data"]


@pytest.mark.parametrize("error", [OSError("no network"), RuntimeError("File not found")])
def test_failed_download_says_what_to_do(voc, monkeypatch: pytest.MonkeyPatch, error: Exception):
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("torchvision.datasets.VOCDetection", fail)
    with pytest.raises(
        UnavailableDataError, match=r"could not be downloaded \(.*\); unpack .*folder:PATH"
    ):
        open_source("voc2012", LEAVES)


def test_voc_is_not_downloaded_where_the_network_is_forbidden(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("SWEEP_DATA", str(tmp_path))
    monkeypatch.setenv("SWEEP_OFFLINE", "1")
    with pytest.raises(UnavailableDataError, match="SWEEP_OFFLINE forbids the network"):
        download_voc()


def test_it_is_at_hand_once_it_is_unpacked(voc):
    assert not is_at_hand("voc2012")
    voc()
    assert is_at_hand("voc2012")
    assert is_at_hand("folder:x")
