import numpy as np
import pytest

from srgan_core.data.images import write_png
from srgan_core.errors import ConfigError, SrganError
from sweep import score


@pytest.fixture
def folders(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (120, 128, 3), dtype=np.uint8)
    for name in ("a", "b"):
        write_png(tmp_path / "hr" / f"{name}.png", noise)
        write_png(tmp_path / "MyNet" / f"{name}_x4.png", np.roll(noise, 1, axis=1))
    return tmp_path


def test_images_are_scored_as_frames(folders):
    told = []
    found = score(
        folders / "MyNet",
        str(folders / "hr"),
        metrics="psnr",
        jobs=1,
        device="cpu",
        on_image=lambda *news: told.append(news),
    )
    assert found.per_image["image"].tolist() == ["a", "b"]
    assert found.means["psnr_y"][0] == pytest.approx(found.per_image["psnr_y"].mean())
    assert (found.is_whole, found.problems, found.added) == (True, {}, ())
    assert told == [("a", 1, 2), ("b", 2, 2)]
    assert "<table" in found._repr_html_()


def test_an_image_that_cannot_be_scored_is_told(folders):
    (folders / "MyNet" / "b_x4.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.warns(RuntimeWarning, match=r"not scored: \w+: b: .*not an image"):
        found = score(folders / "MyNet", folders / "hr", metrics=["psnr"], jobs=1, device="cpu")
    assert [name.endswith(": b") for name in found.problems] == [True]
    assert found.means["images"][0] == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sr": None}, "expected one of --sr and --generator"),
        ({"eval": "set5"}, "--eval goes with --generator"),
        ({"scale": 0}, "--scale: expected a number of 1 or above, got 0"),
        ({"crop_border": -1}, "--crop-border: expected a number of 0 or above"),
        ({"input_range": "0..2"}, "pixel range: expected 0..1, -1..1, 0..255, got '0..2'"),
        ({"metrics": "psrn"}, "did you mean 'psnr'"),
        ({"device": "gpu"}, "device 'gpu' is unknown"),
    ],
)
def test_wrong_arguments_are_refused(folders, changes, message):
    given = {"sr": folders / "MyNet", "hr": folders / "hr", "metrics": "psnr", **changes}
    with pytest.raises(ConfigError, match=message):
        score(**given)


@pytest.mark.parametrize("given", [{"sr": "nowhere"}, {"generator": "nowhere.pth"}])
def test_what_is_not_there_is_refused(folders, given):
    with pytest.raises(SrganError, match="nowhere"):
        score(**given)
