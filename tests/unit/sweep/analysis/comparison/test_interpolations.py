import pytest

from srgan_core.errors import ConfigError
from sweep.analysis.comparison.interpolations import (
    choose_interpolation,
    interpolation_curves,
    interpolations,
)
from sweep.analysis.comparison.methods import read_tables
from sweep.store.folder import SweepStore

KEY = ("set5", 4)
NAME = "interpolation/srresnet--mse@0.01-weights"


def _curve(folder, name="interpolation"):
    tables = read_tables(folder)
    return interpolation_curves(tables, choose_interpolation(tables, name))[KEY]


def test_seeds_of_one_interpolation_are_one_curve(seeded, interpolate):
    for seed in (1, 0):
        interpolate(seeded, seed)
    assert list(interpolations(read_tables(seeded))) == [NAME]
    curve = _curve(seeded)
    assert (tuple(curve.points), curve.seeds, curve.remarks) == (("0", "0.5", "1"), (0, 1), ())
    images = curve.images(["psnr_y", "niqe"])
    assert len(images) == 12
    assert curve.values("psnr_y", images, (1,)).shape == (3, 1, 12)


def test_several_interpolations_are_named(seeded, interpolate):
    interpolate(seeded, 0)
    interpolate(seeded, 0, space="images")
    other = "interpolation/srresnet--mse@0.01-images"
    with pytest.raises(ConfigError, match=f"expected one of 2 .* name it: {other}, {NAME}"):
        _curve(seeded)
    assert tuple(_curve(seeded, other).points) == ("0", "0.5", "1")
    with pytest.raises(ConfigError, match="interpolation 'interpolation/x' is unknown: "):
        _curve(seeded, "interpolation/x")


def test_without_scores_of_single_images_there_is_no_curve(seeded):
    with pytest.raises(ConfigError, match=r"found none; run `sweep interpolate .* --from"):
        _curve(seeded)
    (seeded / "interpolation.csv").touch()
    with pytest.raises(ConfigError, match=r"interpolation.csv has means over the images alone"):
        _curve(seeded)


def test_an_alpha_that_was_interrupted_is_left_out(seeded, interpolate):
    name = interpolate(seeded, 0)
    store = SweepStore(seeded)
    record = store.read_curve(name)
    del record.scores["set5"]["0.5"]["im03"]
    store.write_curve(name, record)
    curve = _curve(seeded)
    assert tuple(curve.points) == ("0", "1")
    assert curve.remarks == ("alpha 0.5 left out: not scored on every image",)
    assert f"got alpha 0, 1; score more with `sweep interpolate {seeded} --alphas" in (
        curve.shortage(seeded)
    )


def test_a_metric_that_it_was_not_scored_with_has_no_images(seeded, interpolate):
    interpolate(seeded, 0)
    assert _curve(seeded).images(["psnr_y", "ssim_y"]) == []


def test_a_second_one_of_a_seed_is_left_out(seeded, interpolate):
    interpolate(seeded, 0)
    interpolate(seeded, 0, first="srresnet-s1")
    curve = _curve(seeded)
    assert curve.seeds == (0,)
    (remark,) = curve.remarks
    assert remark.startswith("srresnet-s1--mse-adv0.01-s0")
    assert remark.endswith("left out: another one has its seed")


def test_one_from_images_without_a_seed_takes_that_of_its_trained_end(seeded, interpolate):
    interpolate(seeded, 2, first="bicubic", space="images")
    assert _curve(seeded, "interpolation/bicubic--mse@0.01-images").seeds == (2,)


def test_one_with_an_unhealthy_end_is_left_out(seeded, interpolate):
    interpolate(seeded, 0)
    name = interpolate(seeded, 1)
    path = seeded / "results.csv"
    header, *lines = path.read_text().splitlines()
    place = header.split(",").index("health")
    cells = [line.split(",") for line in lines]
    for row in cells:
        if row[0].startswith("mse-adv0.01-s1"):
            row[place] = "checkerboard pattern"
    path.write_text("\n".join([header, *map(",".join, cells), ""]))
    curve = _curve(seeded)
    assert curve.seeds == (0,)
    assert curve.remarks == (f"{name} left out: mse-adv0.01-s1-1a2b3c4d is unhealthy",)
