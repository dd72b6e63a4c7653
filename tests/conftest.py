"""What every test may need: one CPU thread, Set5, a cache of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """Sums depend on the number of threads."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def set5() -> Path:
    """The folder with Set5's five HR images; skips where there is none.

    Under REQUIRE_SHARED_DATA, which .ci/run sets where the folder exists, it fails instead.
    """
    candidates = [REPOSITORY.parent / "shared" / "data"]
    if chosen := os.environ.get("SWEEP_DATA"):
        candidates.insert(0, Path(chosen))
    for candidate in candidates:
        if (candidate / "Set5" / "baby.png").is_file():
            return candidate / "Set5"
    reason = f"Set5 is not there: no Set5/baby.png in {' or '.join(map(str, candidates))}"
    if os.environ.get("REQUIRE_SHARED_DATA"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache folder for this test alone."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SWEEP_CACHE", str(folder))
    return folder
