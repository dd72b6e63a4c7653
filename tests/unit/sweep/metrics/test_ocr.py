from __future__ import annotations

import os
import shutil

import numpy as np
import pytest

from srgan_core.data.images import read_rgb
from srgan_core.errors import DataError, MissingDependencyError
from sweep.metrics import ocr as reading
from sweep.metrics.ocr import Reading, tesseract_version
from sweep.scoring.sets.text_lines import text_line_files

pytest.importorskip("rapidfuzz", reason="rapidfuzz is not installed: extra ocr")
needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None and not os.environ.get("REQUIRE_TESSERACT"),
    reason="tesseract is not installed: apt-get install tesseract-ocr",
)


@pytest.mark.parametrize(
    ("read", "known", "expected"),
    [
        ("a cat\n", "a cat", 0),
        (" a \n\n cat", "a cat", 0),
        ("a cut", "a cat", 1 / 5),
        ("", "a cat", 1),
        ("a cat and more", "a cat", 9 / 5),
    ],
)
def test_errors_are_counted_per_character(read, known, expected):
    assert reading.character_error_rate(read, known) == expected


@needs_tesseract
def test_sharp_text_is_read_and_noise_is_not(own_cache):
    read = Reading()
    path = next(p for p in text_line_files() if p.stem == "sans-24")
    hr = read_rgb(path)
    assert read(hr, None, path.stem) < 0.05
    noise = np.random.default_rng(0).integers(0, 256, hr.shape, dtype=np.uint8)
    assert read(noise, None, path.stem) > 0.5


@needs_tesseract
def test_versions_name_the_program():
    assert tesseract_version()["tesseract"][0].isdigit()


@needs_tesseract
def test_an_image_without_known_text_has_no_score():
    with pytest.raises(DataError, match="text-lines"):
        Reading()(np.zeros((9, 9, 3), np.uint8), None, "baby")


def test_a_missing_program_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setattr(reading.shutil, "which", lambda name: None)
    assert tesseract_version() == {"tesseract": None}
    with pytest.raises(MissingDependencyError, match="apt-get install tesseract-ocr"):
        Reading()


def test_a_missing_package_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setattr(reading, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"srgan-sweep\[ocr\]"):
        Reading()
