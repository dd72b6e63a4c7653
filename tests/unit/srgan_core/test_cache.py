from pathlib import Path

import platformdirs
import pytest

from srgan_core.cache import cache_dir


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
