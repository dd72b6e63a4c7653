import importlib.resources
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

from srgan_core.data.images import write_png
from srgan_core.errors import ConfigError
from sweep.scoring.external.request import Request, score

DEFAULTS = dict.fromkeys(Request.__dataclass_fields__) | {
    "device": "cpu",
    "jobs": 1,
    "ranges": ("0..1", "0..1"),
}


@pytest.fixture
def opened() -> list[tuple[str, int]]:
    """What displays were opened for."""
    return []


@pytest.fixture
def progress(opened):
    @contextmanager
    def show(title: str, total: int) -> Iterator[Callable[[str], None]]:
        opened.append((title, total))
        yield lambda image: None

    return show


@pytest.fixture
def folders(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (120, 128, 3), dtype=np.uint8)
    write_png(tmp_path / "hr" / "a.png", noise)
    write_png(tmp_path / "MyNet" / "a_x4.png", np.roll(noise, 1, axis=1))
    return tmp_path


def test_images_are_scored_under_the_names_of_their_folders(folders, progress, opened):
    request = Request(
        **DEFAULTS | {"sr": folders / "MyNet", "hr": folders / "hr", "metrics": ("psnr",)}
    )
    (scored,) = score(request, progress, pytest.fail)
    assert scored.method == "MyNet"
    assert scored.protocol.columns == ("psnr_y", "psnr_rgb")
    assert scored.means["psnr_y"] > 0
    assert opened == [("scoring MyNet", 1)]


def test_without_references_the_default_is_what_needs_none(folders, progress):
    (scored,) = score(Request(**DEFAULTS | {"sr": folders / "MyNet"}), progress, pytest.fail)
    assert scored.protocol.columns == ("niqe",)


def test_metrics_that_need_references_are_refused_without_them(folders, progress, opened):
    request = Request(**DEFAULTS | {"sr": folders / "MyNet", "metrics": ("psnr", "niqe")})
    with pytest.raises(ConfigError, match=r"got PSNR \(Y\), PSNR \(RGB\); name the HR images"):
        list(score(request, progress, pytest.fail))
    assert opened == []


def test_what_speaks_against_images_is_told_before_they_are_scored(folders, progress):
    restored = folders / "MyNet" / "a_x4.png"
    Image.open(restored).save(folders / "MyNet" / "a.jpg")
    restored.unlink()
    (folders / "hr" / "c.gif").touch()
    told: list[str] = []
    request = Request(
        **DEFAULTS | {"sr": folders / "MyNet", "hr": folders / "hr", "metrics": ("psnr",)}
    )
    next(score(request, progress, told.append))
    assert told[0] == f"note: {folders / 'hr'}: left out c.gif (no image by its ending)"
    assert "warning: 1 of 1 restored images are compressed with loss (a.jpg)" in told[1]
    assert len(told) == 2


def test_an_hr_image_that_a_generator_cannot_take_costs_itself_alone(folders, progress):
    (folders / "hr" / "deep.png").write_bytes(
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0@\0\0\0@\x10\x02\0\0\0"
    )
    bundled = importlib.resources.files("srgan_core") / "assets" / "srresnet-x4.safetensors"
    request = Request(
        **DEFAULTS
        | {"generator": bundled, "sets": (f"folder:{folders / 'hr'}",), "metrics": ("psnr",)}
        | {"method": "", "scale": 4}
    )
    (scored,) = score(request, progress, lambda sentence: None)
    assert [outcome.pair.image for outcome in scored.scored] == ["a"]
    assert list(scored.problems) == ["deep"]
    assert not scored.is_whole


def test_a_generator_is_scored_on_given_lr_and_that_is_said(folders, progress):
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    write_png(folders / "lr" / "a.png", pixels)
    write_png(folders / "hr" / "a.png", pixels.repeat(4, axis=0).repeat(4, axis=1))
    bundled = importlib.resources.files("srgan_core") / "assets" / "srresnet-x4.safetensors"
    request = Request(
        **DEFAULTS
        | {"generator": bundled, "metrics": ("psnr",), "method": "", "scale": 4}
        | {"sets": (f"pairs:{folders / 'lr'},{folders / 'hr'}",)}
    )
    told = []
    (scored,) = score(request, progress, told.append)
    assert scored.dataset.endswith("-from-lr")
    assert told[-1].startswith(f"note: {scored.dataset}: LR is given: the images of folder lr")
    assert scored.provenance()["low_resolution"].startswith("given: ")
