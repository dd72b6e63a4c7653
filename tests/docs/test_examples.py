"""The examples in the docstrings of what Python programs call, executed."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import numpy as np
import pytest

from srgan_core.data.images import write_png

pytestmark = [pytest.mark.docs, pytest.mark.slow]

REPOSITORY = Path(__file__).resolve().parents[2]

MODULES = ("sweep.api.comparing", "sweep.api.scoring", "sweep.api.sweep")

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the examples name."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "results").mkdir()
    for name in ("quick-cpu", "seeds-cpu"):
        (folder / "results" / name).symlink_to(REPOSITORY / "results" / name)
    noise = np.random.default_rng(0).integers(0, 256, (48, 48, 3), dtype=np.uint8)
    for name in ("baby", "bird"):
        write_png(folder / "Set5" / f"{name}.png", noise)
        write_png(folder / "my_x4" / f"{name}_x4.png", np.roll(noise, 1, axis=0))
    return folder


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_show(name, workspace, monkeypatch):
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("COLUMNS", "100")
    module = importlib.import_module(name)
    done = doctest.testmod(module, optionflags=OPTIONS, report=True)
    assert done.attempted > 0
    assert done.failed == 0
