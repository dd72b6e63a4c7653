from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from srgan_core.data import sources
from srgan_core.data.images import read_rgb, write_png
from srgan_core.data.sources import FileSource
from srgan_core.data.store import PackedImages, open_packed
from srgan_core.errors import DataError


@pytest.fixture
def files(tmp_path: Path, own_cache: Path) -> tuple[Path, ...]:
    random = np.random.default_rng(0)
    paths = []
    for index, (height, width) in enumerate([(5, 9), (20, 3), (1, 1), (16, 16)]):
        paths.append(tmp_path / f"{index}.png")
        write_png(paths[-1], random.integers(0, 256, (height, width, 3), dtype=np.uint8))
    return tuple(paths)


def pack(files: tuple[Path, ...], name: str = "folder:x") -> PackedImages:
    return open_packed(FileSource(name, files))


def packed_files(cache: Path) -> list[str]:
    return sorted(p.suffix for p in (cache / "packed").iterdir() if p.suffix != ".lock")


def forbid_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "read_rgb", lambda path: pytest.fail(f"decoded {path}"))


def test_packed_images_are_the_decoded_ones(files: tuple[Path, ...]):
    packed = pack(files)
    assert len(packed) == len(files)
    assert packed.names == tuple(map(str, files))
    for index, path in enumerate(files):
        assert np.array_equal(packed.image(index), read_rgb(path))
    assert packed.pixels.size == sum(read_rgb(path).size for path in files)


def test_packed_pixels_cannot_be_changed_by_accident(files: tuple[Path, ...]):
    with pytest.raises(ValueError, match="read-only"):
        pack(files).image(0)[0, 0] = 0


def test_second_opening_decodes_nothing(files, monkeypatch: pytest.MonkeyPatch):
    first = pack(files)
    forbid_decoding(monkeypatch)
    second = pack(files)
    assert second.key == first.key
    assert np.array_equal(second.pixels, first.pixels)


def test_same_images_under_another_name_are_shared(files, monkeypatch: pytest.MonkeyPatch):
    first = pack(files, "folder:x")
    forbid_decoding(monkeypatch)
    second = pack(files, "folder:y")
    assert (first.key, second.name) == (second.key, "folder:y")


def test_changed_image_gets_another_key_and_its_new_content(files: tuple[Path, ...]):
    old = pack(files)
    changed = read_rgb(files[1]) // 2
    write_png(files[1], changed)
    new = pack(files)
    assert new.key != old.key
    assert np.array_equal(new.image(1), changed)


def test_broken_image_is_named_and_nothing_is_kept(files: tuple[Path, ...], own_cache: Path):
    whole = files[2].read_bytes()
    files[2].write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"2\.png: "):
        pack(files)
    assert packed_files(own_cache) == []
    files[2].write_bytes(whole)
    assert len(pack(files)) == len(files)


def damage(*files: Path) -> None:
    for path in files:
        path.write_bytes(b"no image")


def test_all_broken_images_are_named_at_once_and_counted(files: tuple[Path, ...]):
    damage(files[0], files[2])
    with pytest.raises(DataError, match=r"folder:x: 2 of 4 images cannot be used") as raised:
        pack(files)
    assert all(f"  {path}: not an image" in str(raised.value) for path in (files[0], files[2]))
    assert "--set data.skip_unfit=true" in str(raised.value)


def test_broken_images_are_left_out_where_that_is_asked_for(files: tuple[Path, ...]):
    damage(files[0], files[2])
    source = FileSource("x", files)
    for _ in ("packed", "opened"):
        packed = open_packed(source, skip_unfit=True)
        assert packed.names == (str(files[1]), str(files[3]))
        assert np.array_equal(packed.image(1), read_rgb(files[3]))
        assert [each.name for each in packed.skipped] == [str(files[0]), str(files[2])]
        assert packed.skipped[0].reason.startswith("not an image in a known format")
        assert "remove the file" not in packed.skipped[0].reason


def test_a_copy_without_the_broken_images_serves_nobody_who_refuses_them(files: tuple[Path, ...]):
    damage(files[1])
    open_packed(FileSource("x", files), skip_unfit=True)
    with pytest.raises(DataError, match=r"1\.png: not an image"):
        pack(files)


def test_leaving_out_changes_nothing_where_all_images_are_whole(files: tuple[Path, ...]):
    assert open_packed(FileSource("x", files), skip_unfit=True).key == pack(files).key


def test_a_source_of_which_nothing_is_left_is_refused(files: tuple[Path, ...]):
    damage(*files)
    with pytest.raises(DataError, match="4 of 4 images cannot be used"):
        open_packed(FileSource("x", files), skip_unfit=True)


def test_names_are_those_of_the_files_that_were_opened(files: tuple[Path, ...], tmp_path: Path):
    pack(files)
    moved = tuple(path.rename(tmp_path / f"moved-{path.name}") for path in files)
    assert pack(moved).names == tuple(map(str, moved))


def test_images_smaller_than_a_patch_are_named_or_left_out(files: tuple[Path, ...]):
    packed = pack(files)
    message = packed.describe_smaller_than(4, "adversarial.patch_size")
    assert "2 of 4 images cannot be used" in message
    assert f"  {files[1]}: 3 x 20 px, smaller than a patch of 4 px" in message
    assert "skip_unfit=true, or set a smaller adversarial.patch_size" in message
    fitting = packed.without_smaller_than(4)
    assert fitting.names == (str(files[0]), str(files[3]))
    assert np.array_equal(fitting.image(1), read_rgb(files[3]))
    assert [each.name for each in fitting.skipped] == [str(files[1]), str(files[2])]
    assert fitting.describe_smaller_than(4) == ""


def test_a_patch_larger_than_every_image_is_a_matter_of_its_setting(files: tuple[Path, ...]):
    packed = pack(files)
    message = packed.without_smaller_than(99).describe_smaller_than(99)
    assert "4 of 4 images" in message
    assert "skip_unfit" not in message


def test_interrupted_packing_leaves_nothing(files: tuple[Path, ...], own_cache: Path):
    def interrupt(name: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_packed(FileSource("x", files), interrupt)
    assert packed_files(own_cache) == []


def test_every_decoded_image_is_reported(files: tuple[Path, ...]):
    seen = []
    open_packed(FileSource("x", files), lambda *news: seen.append(news))
    assert seen == [("x", done, 4) for done in (1, 2, 3, 4)]


def test_pixels_without_index_are_packed_again(files: tuple[Path, ...], own_cache: Path):
    pack(files)
    next((own_cache / "packed").glob("*.json")).unlink()
    assert np.array_equal(pack(files).image(0), read_rgb(files[0]))


def test_cut_off_store_is_refused_with_a_remedy(files: tuple[Path, ...], own_cache: Path):
    pack(files)
    stored = next((own_cache / "packed").glob("*.bin"))
    stored.write_bytes(stored.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"\.bin: expected \d+ bytes, found \d+; delete the file"):
        pack(files)


@pytest.mark.parametrize("content", ["[{", "[]", "{}"])
def test_damaged_index_is_refused_with_a_remedy(
    files: tuple[Path, ...], own_cache: Path, content: str
):
    pack(files)
    next((own_cache / "packed").glob("*.json")).write_text(content)
    with pytest.raises(DataError, match=r"\.json: damaged; delete the file"):
        pack(files)


def test_threads_that_open_at_once_pack_once(files: tuple[Path, ...]):
    reported: list[int] = []
    opened: list[PackedImages] = []

    def open_one() -> None:
        source = FileSource("x", files)
        opened.append(open_packed(source, lambda name, done, total: reported.append(done)))

    threads = [threading.Thread(target=open_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reported == [1, 2, 3, 4]
    assert len({packed.key for packed in opened}) == 1


def test_two_processes_that_open_at_once_get_the_same_images(
    files: tuple[Path, ...], own_cache: Path
):
    program = (
        "import sys, hashlib; from pathlib import Path;"
        "from srgan_core.data.sources import FileSource;"
        "from srgan_core.data.store import open_packed;"
        "packed = open_packed(FileSource('x', tuple(map(Path, sys.argv[1:]))));"
        "print(hashlib.sha256(packed.pixels).hexdigest())"
    )
    command = [sys.executable, "-c", program, *map(str, files)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    digests = {process.communicate(timeout=300)[0] for process in running}
    assert [process.returncode for process in running] == [0, 0]
    assert len(digests) == 1
    assert packed_files(own_cache) == [".bin", ".json"]


def write_pairs(folder: Path, *sizes: tuple[int, int, int]) -> FileSource:
    """Writes pairs whose HR has height and width, and is so many times larger than LR."""
    random = np.random.default_rng(0)
    lr, hr = [], []
    for index, (height, width, scale) in enumerate(sizes):
        hr.append(folder / "hr" / f"{index}.png")
        lr.append(folder / "lr" / f"{index}.png")
        small = random.integers(0, 256, (height // scale, width // scale, 3), dtype=np.uint8)
        write_png(lr[-1], small)
        write_png(hr[-1], random.integers(0, 256, (height, width, 3), dtype=np.uint8))
    name = "pairs:lr,hr"
    return FileSource(name, tuple(hr), lr=FileSource(name, tuple(lr)))


def test_pairs_are_packed_side_by_side(tmp_path, own_cache):
    source = write_pairs(tmp_path, (8, 12, 2), (6, 4, 2))
    packed = open_packed(source)
    assert (len(packed), packed.lr_scale, len(packed.lr)) == (2, 2, 2)
    for index in range(2):
        assert np.array_equal(packed.image(index), read_rgb(source.paths[index]))
        assert np.array_equal(packed.lr.image(index), read_rgb(source.lr.paths[index]))
    write_png(source.lr.paths[1], np.zeros((3, 2, 3), np.uint8))
    assert open_packed(source).key != packed.key


def test_an_unfit_image_costs_its_pair(tmp_path, own_cache):
    source = write_pairs(tmp_path, (8, 8, 2), (8, 12, 2), (4, 6, 2), (4, 4, 2))
    source.lr.paths[0].write_bytes(b"no image")
    source.paths[1].write_bytes(b"no image")
    with pytest.raises(DataError, match=r"hr/1\.png: not an image"):
        open_packed(source)
    packed = open_packed(source, skip_unfit=True)
    assert packed.names == tuple(map(str, source.paths[2:]))
    assert packed.lr.names == tuple(map(str, source.lr.paths[2:]))
    assert len(packed.skipped) == 2
    kept = open_packed(source, skip_unfit=True).without_smaller_than(5)
    assert kept is not packed
    smaller = replace(packed, shapes=np.array([[4, 6], [8, 8]])).without_smaller_than(5)
    assert smaller.lr.names == (str(source.lr.paths[3]),)


def test_pairs_of_which_nothing_is_left_are_refused(tmp_path, own_cache):
    source = write_pairs(tmp_path, (8, 8, 2), (8, 12, 2))
    source.lr.paths[0].write_bytes(b"no image")
    source.paths[1].write_bytes(b"no image")
    with pytest.raises(DataError, match="no pair has two images that can be read"):
        open_packed(source, skip_unfit=True)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([(8, 8, 2), (8, 8, 4)], r"got 2 \(x2 in .*; x4 in "),
        ([(8, 9, 2)], r"0\.png: LR 4 x 4 px, HR 9 x 8 px; HR has to be"),
    ],
)
def test_pairs_that_do_not_fit_are_refused(tmp_path, own_cache, sizes, message):
    with pytest.raises(DataError, match=message):
        open_packed(write_pairs(tmp_path, *sizes))


def test_another_scale_is_worded_for_pairs_alone(tmp_path, own_cache):
    packed = open_packed(write_pairs(tmp_path, (8, 8, 2)))
    assert packed.describe_other_scale(2) == ""
    assert "expected pairs of scale 4, got scale 2" in packed.describe_other_scale(4)
    assert replace(packed, lr=None).describe_other_scale(4) == ""
