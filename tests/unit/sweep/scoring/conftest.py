import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from srgan_core.data.images import read_rgb, write_png
from srgan_core.errors import WeightsError
from sweep.scoring.sets.test_sets import resolve_test_set


@pytest.fixture(scope="session")
def photograph() -> np.ndarray:
    """(208, 304, 3), uint8: a photograph with 6 NIQE blocks once 4 px are cut."""
    chelsea = resolve_test_set("skimage3", 4).paths[0]
    return np.ascontiguousarray(read_rgb(chelsea)[60:268, 80:384])


@pytest.fixture
def save(tmp_path: Path) -> Callable[[str, np.ndarray], Path]:
    def save_png(name: str, rgb: np.ndarray) -> Path:
        path = tmp_path / name
        write_png(path, rgb)
        return path

    return save_png


@pytest.fixture(scope="session")
def alexnet() -> None:
    """Skips where AlexNet's weights are neither on the machine nor to be had."""
    _require_weights("alexnet")


@pytest.fixture(scope="session")
def vgg16() -> None:
    """Skips where VGG-16's weights are neither on the machine nor to be had."""
    _require_weights("vgg16")


def _require_weights(architecture: str) -> None:
    from srgan_core.weights import resolve_weights

    try:
        resolve_weights(architecture)
    except WeightsError as error:
        if os.environ.get("REQUIRE_SHARED_DATA"):
            pytest.fail(f"no weights of {architecture}: {error}")
        pytest.skip(f"no weights of {architecture}: {error}")
