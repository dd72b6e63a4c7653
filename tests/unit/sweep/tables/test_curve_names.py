import pytest

from sweep.tables.curve_names import (
    canonical_curve,
    has_both_starts,
    point_name,
    shown_point,
    with_curves,
    without_start,
)


def trial(content, adv, start):
    return {"method": "srgan", "content": content, "adv": adv, "start": start}


BICUBIC = {"method": "bicubic", "content": "", "adv": None, "start": ""}


@pytest.mark.parametrize("start", ["srresnet", "srgan"])
def test_with_one_start_a_curve_is_its_content_loss(start):
    bicubic, found = with_curves([BICUBIC, trial("mse", 1e-3, start)])
    assert (bicubic["curve"], found["curve"]) == ("bicubic", "mse")
    assert (point_name(bicubic), point_name(found)) == ("bicubic", "mse@0.001")


def test_with_both_starts_a_curve_says_from_which_end():
    listed = with_curves([trial("mse", 0.0, "srresnet"), trial("mse", 0.0, "srgan")])
    assert [point_name(record) for record in listed] == ["mse/srresnet@0", "mse/srgan@0"]


def test_only_trials_have_starts():
    assert not has_both_starts([BICUBIC, trial("mse", 0.0, "srgan")])
    assert has_both_starts([trial("mse", 0.0, "srresnet"), trial("mse", 0.0, "srgan")])


def test_a_point_is_told_apart_exactly_and_shown_with_few_digits():
    (found,) = with_curves([trial("mse", 10**-3.5, "srresnet")])
    assert point_name(found) == "mse@0.00031622776601683794"
    assert shown_point(point_name(found)) == "mse@0.000316"
    assert shown_point("mse@0.00031623", ["mse@0.00031623", "mse@0.00031624"]) == "mse@0.00031623"
    assert [*map(shown_point, ("bicubic", "a@b", "mse@?"))] == ["bicubic", "a@b", "mse@?"]


RATE, LOSS = "adversarial.learning_rate", "adversarial.adversarial_loss"


def test_further_axes_that_apply_are_part_of_a_curve():
    listed = with_curves(
        [
            trial("mse", 0.0, "srresnet") | {RATE: 5e-5, LOSS: "offset"},
            trial("mse", 0.0, "srgan") | {RATE: None, LOSS: ""},
            BICUBIC | {RATE: None, LOSS: ""},
        ]
    )
    first, second, third = map(point_name, listed)
    assert first == "mse/learning_rate=0.00005/adversarial_loss=offset/srresnet@0"
    assert (second, third) == ("mse/srgan@0", "bicubic")


def test_the_two_ends_of_a_setting_are_one_curve_without_its_start():
    curves = ("mse", "mse/srgan", "mse/learning_rate=0.1/srresnet", "mse/learning_rate=0.1")
    assert [*map(without_start, curves)] == ["mse", "mse", *("mse/learning_rate=0.1",) * 2]


def test_numbers_of_a_setting_may_be_typed_in_any_way():
    assert canonical_curve("mse/learning_rate=5e-5/srgan") == "mse/learning_rate=0.00005/srgan"
    assert canonical_curve("mse/adversarial_loss=offset") == "mse/adversarial_loss=offset"
