from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from srgan_core.data.images import read_rgb
from srgan_core.data.pixel_kinds import kind_of_unidentified
from srgan_core.errors import DataError


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 3)])
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (np.uint16, "16-bit"),
        (np.uint32, "32-bit"),
        (np.float16, "floating-point"),
        (np.float32, "floating-point"),
        (np.float64, "floating-point"),
    ],
)
def test_deep_tiff_is_refused_by_its_true_name(tmp_path: Path, shape, kind, words: str):
    path = tmp_path / "deep.tif"
    photometric = "rgb" if len(shape) == 3 else "minisblack"
    tifffile.imwrite(path, np.zeros(shape, dtype=kind), photometric=photometric)
    with pytest.raises(DataError, match=rf"deep\.tif: {words}.* images are not read; convert it"):
        read_rgb(path)


@pytest.mark.parametrize("content", [b"", b"II*", b"II*\0\xff\xff\xff\xff", b"no image at all"])
def test_of_other_files_nothing_is_claimed(tmp_path: Path, content: bytes):
    (tmp_path / "a.tif").write_bytes(content)
    assert kind_of_unidentified(tmp_path / "a.tif") == ""
