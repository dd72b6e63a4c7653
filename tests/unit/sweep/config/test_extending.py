import pytest

from sweep.config.extending import differences, union
from sweep.config.loading import load_config
from sweep.config.sweep_config import SweepConfig


def smoke(**overrides: object) -> SweepConfig:
    return load_config("smoke", {key.replace("__", "."): value for key, value in overrides.items()})


def test_axes_sets_and_metrics_are_joined_and_nothing_is_forgotten():
    stored = smoke(grid__adv=[1e-3], grid__seeds=[1], eval__metrics=["psnr"])
    asked = smoke(
        grid__adv=[1e-2, 1e-4],
        grid__content=["vgg16-22"],
        grid__seeds=[0],
        eval__sets=["set5"],
        eval__metrics=["ssim", "psnr"],
    )
    assert differences(stored, asked) == []
    joined = union(stored, asked)
    assert joined.grid.adv == (1e-4, 1e-3, 1e-2)
    assert joined.grid.content == ("mse", "vgg16-22")
    assert joined.grid.seeds == (1, 0)
    assert joined.eval.sets == ("skimage3", "set5")
    assert joined.eval.metrics == ("psnr", "ssim")


def test_more_trials_to_place_are_no_difference():
    stored, asked = smoke(grid__trials=6), smoke(grid__trials=8)
    assert differences(stored, asked) == []
    assert union(stored, asked).grid.trials == union(asked, stored).grid.trials == 8
    assert union(stored, smoke()).grid.trials == 6


def test_joining_again_changes_nothing():
    joined = union(smoke(grid__adv=[1e-2]), smoke(grid__adv=[1e-4], eval__metrics=["niqe"]))
    assert union(joined, joined) == joined
    assert union(joined, smoke(grid__adv=[1e-2])) == joined


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("adversarial.steps", 21, "adversarial.steps (was 20, now 21)"),
        ("scale", 8, "scale (was 4, now 8)"),
        ("threads", 2, "threads (was 1, now 2)"),
        (
            "data.sources",
            {"folder:photos": 1},
            "data.sources (was skimage: 1.0, now folder:photos: 1.0)",
        ),
        ("objective.mse.pixel_weight", 2, "objective.mse (was "),
        ("adversarial.discriminator.channels", 16, "adversarial.discriminator.channels (was "),
        ("eval.excerpts", {}, "eval.excerpts"),
    ],
)
def test_any_other_change_is_named(key, value, named):
    assert any(each.startswith(named) for each in differences(smoke(), smoke(**{key: value})))


def test_what_says_nothing_about_results_may_change():
    other = smoke(description="other", substitutes={"set5": "skimage3"}, grid__control=False)
    assert differences(smoke(), other) == []
    assert union(smoke(), other).grid.control is True


def test_how_often_is_logged_and_saved_may_change():
    other = smoke(adversarial__checkpoint_every=7, adversarial__log_every=3)
    assert differences(smoke(), other) == []
    assert union(smoke(), other).adversarial.log_every == 3


def test_weights_of_a_new_content_loss_may_be_added():
    fields = smoke().model_dump(mode="json")
    del fields["objective"]["vgg22"]
    stored = SweepConfig.model_validate(fields)
    assert differences(stored, smoke()) == []
    assert set(union(stored, smoke()).objective) == set(smoke().objective)


def test_a_start_that_a_sweep_does_without_keeps_nothing_from_joining():
    older = smoke(srgan__start="bundled", srgan__training=None)
    assert differences(older, smoke()) == []
    both = smoke(grid__start=["srresnet", "srgan"])
    assert differences(older, both) == []
    assert union(older, both).srgan == both.srgan


def test_a_start_that_is_left_out_now_stays_as_the_folder_has_it():
    stored = smoke(grid__start=["srgan"], srgan__init="pair")
    asked = smoke()
    assert differences(stored, asked) == []
    joined = union(stored, asked)
    assert joined.grid.start == ("srgan", "srresnet")
    assert str(joined.srgan.init) == "pair"


def test_a_start_that_both_sweeps_have_may_not_change():
    stored = smoke(grid__start=["srgan"])
    asked = smoke(grid__start=["srgan"], srgan__adversarial_weight=0.01)
    assert differences(stored, asked) == ["srgan.adversarial_weight (was 0.001, now 0.01)"]


def test_where_the_file_of_a_start_lies_is_no_difference():
    stored = smoke(srresnet__init="a.safetensors", srgan__init="pair")
    asked = smoke(srresnet__init="b/a.safetensors", srgan__init="elsewhere/pair")
    assert differences(stored, asked) == []


RATE = "grid.axes.adversarial.learning_rate"


def test_further_axes_take_more_values():
    stored = load_config("smoke", {RATE: [5e-5, 1e-4]})
    asked = load_config("smoke", {RATE: [2e-4, 5e-5], "adversarial.learning_rate": 3e-4})
    assert differences(stored, asked) == []
    assert union(stored, asked).grid.axes == {"adversarial.learning_rate": (5e-5, 1e-4, 2e-4)}


def test_weights_on_an_axis_are_compared_without_it():
    key = "objective.mse.pixel_weight"
    first, second = ({f"grid.axes.{key}": [1, 2], key: value} for value in (1, 2))
    assert differences(load_config("smoke", first), load_config("smoke", second)) == []


def test_axes_are_neither_added_nor_left_out():
    plain, with_axis = smoke(), load_config("smoke", {RATE: [5e-5, 1e-4]})
    assert differences(plain, with_axis) == [f"{RATE} (was not set, now [5e-05, 0.0001])"]
    assert differences(with_axis, plain) == [f"{RATE} (was [5e-05, 0.0001], now not set)"]
