from __future__ import annotations

import subprocess
import sys
import threading
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
