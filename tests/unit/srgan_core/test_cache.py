from pathlib import Path

import platformdirs
import pytest

from srgan_core.cache import atomic_path, cache_dir


def test_cache_lies_where_the_variable_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path))
    assert cache_dir() == tmp_path


@pytest.mark.parametrize("value", [None, ""])
def test_cache_lies_in_the_users_cache_folder_otherwise(
    monkeypatch: pytest.MonkeyPatch, value: str | None
):
    monkeypatch.delenv("SWEEP_CACHE", raising=False)
    if value is not None:
        monkeypatch.setenv("SWEEP_CACHE", value)
    assert cache_dir() == platformdirs.user_cache_path("sweep-srgan", appauthor=False)


def test_a_write_makes_folders_and_leaves_only_the_target(tmp_path: Path):
    target = tmp_path / "a" / "b.bin"
    with atomic_path(target) as temporary:
        temporary.write_bytes(b"new")
        assert temporary.parent == target.parent
        assert not target.exists()
    assert target.read_bytes() == b"new"
    assert list(target.parent.iterdir()) == [target]


def test_a_failed_write_leaves_the_old_content_alone(tmp_path: Path):
    target = tmp_path / "b.bin"
    target.write_bytes(b"old")

    def break_off() -> None:
        with atomic_path(target) as temporary:
            temporary.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
