import pytest

from srgan_core.errors import ConfigError
from sweep import Sweep, compare


@pytest.fixture
def folder(store, usual):
    return store(usual.rows())


def test_two_methods_are_compared_as_a_frame(folder):
    found = compare(f"{folder}:srresnet", ":bicubic", metric="psnr_y,niqe", resamples=100)
    assert found.frame["metric"].tolist() == ["psnr_y", "niqe"]
    assert found.frame["difference"][0] == pytest.approx(30.01 - 28.4301)
    assert set(found.frame["verdict"]) == {"test set too small"}
    assert found.worse == ()
    assert any("fewer than 10 images" in note for note in found.notes)
    assert "<table" in found._repr_html_()


def test_curves_say_where_they_were_compared(folder):
    frame = compare(f"{folder}:mse", ":vgg22", metric="lpips_alex", resamples=100).frame
    assert {"at_equal", "from", "to"} <= set(frame.columns)


def test_sweeps_are_compared_point_by_point(folder):
    frame = compare(Sweep.load(folder), folder, metric=["psnr_y"], resamples=100).frame
    assert "mse@0.001" in set(frame["point"])
    assert set(frame["difference"]) == {0.0}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"resamples": 99}, "--resamples: expected a number of 100 or above, got 99"),
        ({"resamples": 10**7}, "--resamples: expected at most 1000000"),
        ({"seed": -1}, "--seed: expected a number of 0 or above"),
        ({"confidence": 1.0}, "--confidence: expected a number between 0 and 1, got 1.0"),
        ({"confidence": float("nan")}, "--confidence: expected a number between 0 and 1"),
        ({"confidence": "much"}, "--confidence: expected a number between 0 and 1, got 'much'"),
        ({"metric": "psrn"}, "did you mean"),
    ],
)
def test_wrong_arguments_are_refused(folder, changes, message):
    with pytest.raises(ConfigError, match=message):
        compare(f"{folder}:srresnet", ":bicubic", **changes)


def test_a_side_that_is_none_is_refused(folder):
    with pytest.raises(ConfigError, match="expected a results folder, a Sweep or DIR:NAME"):
        compare(folder, 3)
