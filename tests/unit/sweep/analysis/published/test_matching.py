from sweep.analysis.published.matching import PROTOCOLS, place_points
from sweep.analysis.published.points import published_values
from sweep.metrics.registry import METRICS


def sorted_out(x, y, dataset="set5", scale=4):
    placed, skipped = place_points(published_values(), dataset, scale, x, y)
    return {p.method: (p.x, p.y) for p in placed}, {s.method: s.reason for s in skipped}


def test_protocols_are_those_of_columns_that_exist():
    assert PROTOCOLS.keys() <= METRICS.keys()


def test_points_of_the_right_protocol_are_placed():
    placed, skipped = sorted_out("psnr_y", "lpips_alex")
    assert placed["SRGAN (SPSR)"] == (29.168, 0.0882)
    assert placed["SRGAN (leftthomas)"] == (30.66, 0.136)
    assert placed.keys().isdisjoint(skipped)


def test_another_channel_is_named():
    placed, skipped = sorted_out("psnr_y", "lpips_alex")
    assert "ESRGAN (mmagic)" not in placed
    assert "psnr_y: another protocol, PSNR (RGB, 4 px border)" in skipped["ESRGAN (mmagic)"]
    assert "channel not stated" in skipped["SRGAN (VOC2012)"]


def test_another_implementation_of_ssim_is_not_placed():
    placed, skipped = sorted_out("psnr_y", "ssim_y")
    assert list(placed) == ["SRGAN (leftthomas)"]
    assert "another implementation" in skipped["SRResNet"]
    assert "after downsampling" in skipped["ESRGAN (SPSR)"]


def test_a_missing_value_is_named():
    assert sorted_out("psnr_y", "niqe")[1]["SRGAN-MSE"] == "niqe: no published value"


def test_the_baseline_is_not_drawn_twice():
    reason = sorted_out("psnr_y", "lpips_alex")[1]["bicubic (SPSR)"]
    assert reason == "is the chart's own bicubic: 28.42, 0.3407"


def test_another_set_or_scale_places_nothing():
    for changes in ({"dataset": "set14"}, {"scale": 2}):
        placed, skipped = sorted_out("psnr_y", "lpips_alex", **changes)
        assert placed == {}
        assert set(skipped.values()) == {"was scored on set5 x4"}


def test_an_axis_that_nobody_published_has_no_points():
    assert sorted_out("psnr_y", "dists")[0] == {}
