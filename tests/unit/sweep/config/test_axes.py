from collections.abc import Mapping, Sequence

import pytest

from srgan_core.errors import ConfigError
from sweep.config.axes import config_at, configs_of, settings_of
from sweep.config.loading import load_config
from sweep.config.names import StartKind
from sweep.config.sweep_config import SweepConfig

RATE = "adversarial.learning_rate"
WARMUP = "adversarial.discriminator.warmup_steps"


def smoke(axes: Mapping[str, Sequence[object]], **grid: object) -> SweepConfig:
    changes = {f"grid.{key}": value for key, value in grid.items()}
    return load_config("smoke", {f"grid.axes.{key}": v for key, v in axes.items()} | changes)


def test_values_have_the_types_of_their_keys():
    axes = {
        RATE: ["5e-5", 1e-4],
        "adversarial.batch_size": ["4", 2.0],
        "adversarial.compile": [False],
    }
    found = smoke(axes).grid.axes
    assert found[RATE] == (5e-5, 1e-4)
    assert [type(value) for value in found["adversarial.batch_size"]] == [int, int]
    assert smoke({RATE: ["1e-4:1e-2:3"]}).grid.axes[RATE] == (1e-4, 1e-3, 1e-2)


def test_a_config_at_a_setting_differs_in_nothing_else():
    config = smoke({RATE: [5e-5, 1e-4], "objective.mse.pixel_weight": [1, 2]})
    first, *_, last = configs_of(config)
    assert first.adversarial.learning_rate == 5e-5
    assert last.objective["mse"].pixel_weight == 2
    assert len(configs_of(config)) == 4
    plain = load_config("smoke", {RATE: 5e-5})
    assert config_at(load_config("smoke"), ((RATE, 5e-5),)) == plain
    assert configs_of(plain) == [plain]


def test_the_order_in_which_axes_are_typed_changes_no_name():
    axes = {"adversarial.schedule": ["constant"], "adversarial.ramp": [0.5], RATE: [1e-4]}
    typed, turned = smoke(axes), smoke(dict(reversed(axes.items())))
    assert [*typed.grid.axes] == [*turned.grid.axes]
    assert settings_of(typed.grid.axes, "mse", StartKind.SRGAN) == settings_of(
        turned.grid.axes, "mse", StartKind.SRGAN
    )


def test_an_axis_applies_where_it_changes_something():
    axes = {"objective.vgg22.content_weight": (1.0, 2.0), WARMUP: (0, 5)}
    srresnet, srgan = StartKind.SRRESNET, StartKind.SRGAN
    assert settings_of(axes, "mse", srgan) == [()]
    assert len(settings_of(axes, "mse", srresnet)) == 2
    assert len(settings_of(axes, "vgg22", srresnet)) == 4


@pytest.mark.parametrize(
    ("key", "values", "why"),
    [
        ("grid.adv", [1], "is an axis already: say --adv"),
        ("grid.seeds", [1], "is an axis already: say --seeds"),
        ("grid.control", [True], "no weight of a trial depends on this one"),
        ("eval.metrics", ["psnr"], "no weight of a trial depends on this one"),
        ("description", ["a"], "no weight of a trial depends on this one"),
        ("adversarial.log_every", [1, 2], "no weight of a trial depends on this one"),
        ("threads", [1, 2], "it is the machine's, for all trials of a folder"),
        ("device", ["cpu"], "it is the machine's, for all trials of a folder"),
        ("scale", [2, 4], "have one scale"),
        ("degradation.noise.sigma", [1, 5], "are scored on follow it"),
        ("srresnet.training.steps", [5], "all trials of a seed share their start"),
        ("srgan.adversarial_weight", [5], "all trials of a seed share their start"),
        ("data.split_seed", [1, 2], "learn from the same images"),
        ("data.sources", ["skimage"], "learn from the same images"),
        ("adversarial.milestones", [5, 10], "values are lists"),
        ("adversarial.milestone_factor", [0.1], "without adversarial.milestones"),
        ("adversarial.learnin_rate", [1], f"did you mean {RATE}?"),
        ("learning_rate", [1], f"did you mean {RATE}?"),
        ("lerning_rate", [1], f"did you mean {RATE}?"),
        ("nonsense", [1], "'nonsense' is unknown: `sweep config` prints all keys"),
        ("zzz", [1], "`sweep config` prints all keys"),
        ("adversarial.discriminator", [1], "such as adversarial.discriminator.channels"),
        ("objective.vgg22.content_weight", [1], "no trial of this grid is trained with vgg22"),
        ("objective.mse.content_weight", [1], "mse is pixel error alone"),
        ("adversarial.precision", ["auto"], "the same everywhere, got auto"),
        (RATE, [1e-4, -1], "greater than 0, got -1"),
        (RATE, ["1e-4", 0.0001], "every value once, 0.0001 stands twice"),
        (RATE, [], "at least one value, got none"),
        (RATE, [[1]], "numbers, words, true, false or null, got [1]"),
        (RATE, [float("nan")], "numbers, words, true, false or null, got nan"),
        ("adversarial.patch_size", [32, 40], "patch_size to be a multiple of 16, got 40"),
        ("adversarial.schedule", ["cosin"], "got 'cosin'"),
    ],
)
def test_what_is_no_axis_is_refused_with_the_reason(key, values, why):
    with pytest.raises(ConfigError) as refused:
        smoke({key: values})
    assert why in str(refused.value)
    assert key in str(refused.value) or "patch_size" in key
    assert str(refused.value).count("\n") == 0


def test_axes_of_the_adversary_need_one():
    with pytest.raises(ConfigError, match="every trial of this grid has lambda 0"):
        smoke({"adversarial.discriminator.channels": [8, 16]}, adv=[0])


def test_a_pair_fixes_its_discriminator():
    with pytest.raises(ConfigError, match="leave srgan out of --start"):
        smoke({"adversarial.discriminator.channels": [8, 16]}, start=["srgan", "srresnet"])
    with pytest.raises(ConfigError, match="a discriminator that is warm"):
        smoke({WARMUP: [1, 2]}, start=["srgan"])


def test_values_that_do_not_go_together_are_refused():
    with pytest.raises(ConfigError, match="accumulate to divide batch_size 3, got 2"):
        smoke({"adversarial.batch_size": [2, 3], "adversarial.accumulate": [1, 2]})


def test_endless_products_are_refused():
    many = [1 / n for n in range(1, 34)]
    with pytest.raises(ConfigError, match="at most 1000 settings in all"):
        smoke({RATE: many, "adversarial.discriminator.learning_rate": many})
