import math

import numpy as np
import pytest

from srgan_core.data.images import read_rgb, write_png
from srgan_core.data.resize import downsample_uint8, upsample_uint8
from srgan_core.data.sources import skimage_files
from srgan_core.training.config import TrainingSpec
from sweep.config.loading import load_config
from sweep.scoring.health.measures import MEASURES, complaints, image_measures, training_measures
from sweep.tables.columns import HEALTH_MEASURES

HEALTHY = {
    "d_real": 0.8,
    "d_fake": 0.2,
    "d_saturated": 0.0,
    "d_blind": 0.05,
    "colour_shift": 0.6,
    "checkerboard": 1.1,
    "lr_psnr": 42.0,
}


@pytest.fixture(scope="module")
def restored(tmp_path_factory):
    """Writes an LR image and a changed restoration of it; gives the measures."""
    folder = tmp_path_factory.mktemp("health")
    (path,) = skimage_files(["astronaut.png"])
    hr = read_rgb(path)[:128, :128]
    lr = downsample_uint8(hr, 4)
    write_png(folder / "lr.png", lr)

    def measure(change=lambda image: image) -> dict[str, float]:
        sr = change(upsample_uint8(lr, 4).astype(int)).clip(0, 255).astype(np.uint8)
        write_png(folder / "sr.png", sr)
        return image_measures([folder / "sr.png"], [folder / "lr.png"], 4)

    return measure


def outputs(pairs, first=1):
    return [
        {"step": step, "d_real": real, "d_fake": fake}
        for step, (real, fake) in enumerate(pairs, start=first)
    ]


def test_the_tables_have_a_column_for_every_measure():
    assert MEASURES == HEALTH_MEASURES


def test_a_faithful_restoration_is_healthy(restored):
    measures = restored()
    assert measures["colour_shift"] < 0.5
    assert measures["lr_psnr"] > 30
    assert complaints(measures, None) == ""


def test_a_shift_of_one_channel_is_measured_in_grey_levels(restored):
    measures = restored(lambda image: image * [0.8, 1, 1] + [40, 0, 0])
    shifted = restored(lambda image: image - [0, 20, 0])
    assert shifted["colour_shift"] == pytest.approx(20, abs=3)
    assert complaints(shifted, None).startswith(f"colours shifted by {shifted['colour_shift']:.1f}")
    assert measures["colour_shift"] > 8


def test_an_image_of_something_else_does_not_keep_its_lr(restored):
    measures = restored(lambda image: image[::-1])
    assert measures["lr_psnr"] < 20
    assert "LR not kept" in complaints(measures, None)


def test_an_exact_restoration_has_infinite_consistency(tmp_path):
    flat = np.full((64, 64, 3), 90, np.uint8)
    write_png(tmp_path / "sr.png", flat)
    write_png(tmp_path / "lr.png", flat[:16, :16])
    measures = image_measures([tmp_path / "sr.png"], [tmp_path / "lr.png"], 4)
    assert measures["colour_shift"] == 0
    assert measures["checkerboard"] == pytest.approx(0, abs=1e-6)
    assert measures["lr_psnr"] == math.inf
    assert complaints(measures, None) == ""


def test_outputs_are_averaged_over_the_last_tenth():
    measures = training_measures(outputs([(0.5, 0.5)] * 27 + [(0.9, 0.1), (0.8, 0.2), (0.7, 0.3)]))
    assert measures["d_real"] == pytest.approx(0.8)
    assert measures["d_fake"] == pytest.approx(0.2)
    assert measures["d_blind"] == 0.9


def test_a_discriminator_that_had_no_time_to_learn_is_not_judged():
    measures = training_measures(outputs([(0.5, 0.5)] * 24))
    assert measures == {"d_real": 0.5, "d_fake": 0.5}
    assert complaints(training_measures(outputs([(0.5, 0.5)] * 25)), None) != ""


def test_the_warm_up_and_values_that_are_not_finite_do_not_count():
    records = [
        *outputs([(1.0, 0.0)] * 5, first=-4),
        *outputs([(0.8, 0.2)] * 25 + [(math.nan, 0.2)]),
    ]
    assert training_measures(records)["d_saturated"] == 0
    assert training_measures(records)["d_real"] == pytest.approx(0.8)


def test_training_without_an_adversary_has_no_outputs():
    assert training_measures([{"step": 1, "loss_pixel": 0.1}]) == {}


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([(0.999, 0.0005)] * 62 + [(0.8, 0.2)] * 38, "discriminator saturated for 62% of steps"),
        ([(0.5, 0.5)] * 12 + [(0.8, 0.2)] * 18, "discriminator blind for 40% of steps"),
        ([(0.999, 0.0005)] * 9 + [(0.8, 0.2)] * 21, ""),
    ],
)
def test_a_discriminator_that_taught_nothing_for_long_is_named(pairs, reason):
    assert complaints(training_measures(outputs(pairs)), None) == reason


@pytest.mark.parametrize(("loss", "is_named"), [("offset", True), ("non-saturating", False)])
def test_saturation_is_named_where_it_takes_the_gradient_away(loss, is_named):
    config = load_config("smoke", {"adversarial.adversarial_loss": loss})
    spec = TrainingSpec(
        content="mse", adversarial_weight=1e-3, data=config.data, training=config.adversarial
    )
    reason = complaints(HEALTHY | {"d_saturated": 0.5}, spec)
    assert reason == ("discriminator saturated for 50% of steps" if is_named else "")


def test_several_reasons_stand_side_by_side():
    text = complaints(HEALTHY | {"checkerboard": 13.14, "lr_psnr": 21.5}, None)
    assert text == "checkerboard pattern of 13.1 dB; LR not kept, 21.5 dB"


@pytest.mark.parametrize("measures", [{}, HEALTHY, dict.fromkeys(MEASURES), {"lr_psnr": math.nan}])
def test_what_was_not_measured_is_not_judged(measures):
    assert complaints(measures, None) == ""


def test_lr_that_need_not_be_kept_is_not_judged(restored, tmp_path):
    whole = restored()
    path = tmp_path / "sr.png"
    write_png(path, np.full((64, 64, 3), 90, np.uint8))
    assert [*image_measures([path], None, 4)] == ["checkerboard"]
    assert {"colour_shift", "lr_psnr"} < {*whole}
