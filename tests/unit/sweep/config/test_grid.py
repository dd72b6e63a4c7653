import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.config.grid import Start, Trial, expand, kinds_needed, starts_of
from sweep.config.loading import load_config
from sweep.config.names import CONTENTS, StartKind
from sweep.config.sweep_config import SweepConfig

POSITIVE = st.floats(min_value=5e-324, max_value=1e300, allow_nan=False)


def grid(**overrides: object) -> SweepConfig:
    """The smoke config with other axes, `device` resolved."""
    changes = {f"grid.{key}": value for key, value in overrides.items()}
    return load_config("smoke", {"device": "cpu", **changes})


def trials(config: SweepConfig, recipe: str = "file:00") -> tuple[Trial, ...]:
    starts = {
        (kind, seed): Start(kind, seed, recipe, None)
        for kind in StartKind
        for seed in config.grid.seeds
    }
    return expand(config, starts)


@settings(max_examples=60, deadline=None)
@given(
    adv=st.lists(POSITIVE, min_size=1, max_size=5, unique=True),
    content=st.lists(st.sampled_from(CONTENTS), min_size=1, unique=True),
    seeds=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=3, unique=True),
    control=st.booleans(),
)
def test_a_grid_is_the_product_of_its_axes_with_unique_names(adv, content, seeds, control):
    listed = trials(grid(adv=adv, content=content, seeds=seeds, control=control))
    assert len(listed) == (len(adv) + control) * len(content) * len(seeds)
    assert len({trial.name for trial in listed}) == len(listed)
    points = [(trial.seed, trial.content, trial.adv) for trial in listed]
    expected = sorted(
        points, key=lambda point: (seeds.index(point[0]), content.index(point[1]), point[2])
    )
    assert points == expected
    assert all(len(trial.name) < 100 and "/" not in trial.name for trial in listed)


@settings(max_examples=30, deadline=None)
@given(order=st.permutations([1e-4, 1e-3, 1e-2]))
def test_names_do_not_depend_on_the_order_of_the_axis(order):
    assert trials(grid(adv=order)) == trials(grid(adv=[1e-4, 1e-3, 1e-2]))


def test_a_coefficient_has_one_name_however_it_is_written():
    names = {trials(grid(adv=[text], control=False))[0].name for text in ("1e-3", 0.001, "1.0E-03")}
    assert len(names) == 1
    assert names.pop().startswith("mse-adv0.001-s0-")


def test_control_stands_once_for_each_content_loss_even_if_zero_is_asked_for():
    listed = trials(grid(adv=[0.0, 1e-3], content=["mse", "vgg16-22"]))
    assert [(trial.content, trial.adv) for trial in listed] == [
        ("mse", 0.0),
        ("mse", 1e-3),
        ("vgg16-22", 0.0),
        ("vgg16-22", 1e-3),
    ]


def test_a_trial_trains_what_its_names_say():
    (trial,) = trials(grid(adv=[1e-2], content=["vgg16-22"], seeds=[7], control=False))
    spec = trial.spec
    assert (spec.content, spec.adversarial_weight, spec.seed) == ("vgg16-22", 1e-2, 7)
    assert (spec.pixel_weight, spec.content_weight) == (1.0, 0.006)
    assert spec.init_sha256 is None


def test_mse_has_no_content_term_whatever_its_weight():
    config = load_config("smoke", {"objective.mse.content_weight": 3})
    assert trials(config)[0].spec.content_weight == 0


@pytest.mark.parametrize(
    ("key", "value", "same"),
    [
        ("adversarial.checkpoint_every", 7, True),
        ("adversarial.log_every", 7, True),
        ("description", "other", True),
        ("eval.metrics", ["psnr"], True),
        ("adversarial.steps", 21, False),
        ("adversarial.batch_size", 3, False),
        ("threads", 2, False),
        ("objective.mse.pixel_weight", 2.0, False),
        ("data.sources", {"dead-leaves": 1.0}, False),
    ],
)
def test_a_name_changes_with_what_decides_the_weights_alone(key, value, same):
    names = [trial.name for trial in trials(load_config("smoke", {key: value}))]
    assert (names == [trial.name for trial in trials(load_config("smoke"))]) is same


def test_a_name_changes_with_the_start():
    config = grid()
    assert trials(config, "file:aa")[0].name != trials(config, "file:bb")[0].name


def test_a_folder_name_stays_short_for_the_smallest_number():
    (trial,) = trials(grid(adv=[5e-324], control=False))
    assert trial.name.startswith("mse-adv5e-324-s0-")
    assert math.isclose(trial.adv, 5e-324)


def test_a_start_from_a_file_is_known_by_its_hash():
    files = {StartKind.SRRESNET: "ab", StartKind.SRGAN: "cd+ef"}
    starts = starts_of(grid(), 3, files).values()
    assert [(start.name, start.recipe, start.spec) for start in starts] == [
        ("srresnet-s3", "file:ab", None),
        ("srgan-s3", "file:cd+ef", None),
    ]


def test_a_trained_start_is_known_by_its_spec():
    fields = load_config("smoke").adversarial.model_dump(mode="json")
    config = load_config("smoke", {"srresnet.training": fields, "srresnet.start": "train"})
    files = {StartKind.SRRESNET: None}
    first, second = (starts_of(config, seed, files)[StartKind.SRRESNET, seed] for seed in (0, 1))
    assert first.spec is not None
    assert (first.spec.content, first.spec.adversarial_weight) == ("mse", 0)
    assert first.recipe == f"spec:{first.spec.digest()}"
    assert first.recipe != second.recipe


BOTH = [StartKind.SRRESNET, StartKind.SRGAN]


def test_the_start_is_an_axis_that_leaves_the_names_of_the_faithful_end_as_they_were():
    alone, both = trials(grid(adv=[1e-3])), trials(grid(adv=[1e-3], start=BOTH))
    assert both[: len(alone)] == alone
    assert [(trial.start, trial.adv) for trial in both] == [
        (StartKind.SRRESNET, 0.0),
        (StartKind.SRRESNET, 1e-3),
        (StartKind.SRGAN, 0.0),
        (StartKind.SRGAN, 1e-3),
    ]
    assert both[-1].name.startswith("mse-adv0.001-srgan-s0-")


def test_results_folders_of_older_versions_keep_the_names_of_their_trials():
    """These names were given before specs knew a pair or a form of the adversarial loss."""
    names = [trial.name for trial in trials(load_config("smoke", {"device": "cpu"}))]
    assert names == ["mse-adv0-s0-529bff5c", "mse-adv0.001-s0-cde3add7"]


def test_the_discriminator_of_a_pair_is_warm():
    fresh, warm = trials(
        load_config(
            "smoke",
            {
                "grid.start": BOTH,
                "grid.control": False,
                "adversarial.discriminator.warmup_steps": 7,
            },
        )
    )
    assert fresh.spec.training.discriminator.warmup_steps == 7
    assert warm.spec.training.discriminator.warmup_steps == 0


def test_a_trained_pair_is_known_by_its_spec_and_by_the_srresnet_that_it_comes_from():
    config, pair = grid(start=["srgan"]), (StartKind.SRGAN, 0)
    one, other = (
        starts_of(config, 0, {StartKind.SRRESNET: digest, StartKind.SRGAN: None})[pair]
        for digest in ("ab", "cd")
    )
    assert one.spec == other.spec
    assert one.spec is not None
    assert (one.spec.content, one.spec.adversarial_weight) == ("mse", 1e-3)
    assert one.recipe != other.recipe


@pytest.mark.parametrize(
    ("asked", "changes", "needed"),
    [
        (["srresnet"], {}, ["srresnet"]),
        # The faithful end is what a chart holds trials against, and costs nothing here.
        (["srgan"], {}, BOTH),
        (["srgan"], {"srgan.init": "pair"}, BOTH),
        (["srgan"], {"srgan.init": "pair", "srresnet.start": "train"}, ["srgan"]),
        (["srgan"], {"srresnet.start": "train"}, BOTH),
    ],
)
def test_the_faithful_start_is_there_unless_it_had_to_be_trained_for_nothing(
    asked, changes, needed
):
    fields = load_config("smoke").adversarial.model_dump(mode="json")
    config = load_config("smoke", {"grid.start": asked, "srresnet.training": fields, **changes})
    assert list(kinds_needed(config)) == needed


def test_further_axes_give_trials_of_their_own_and_leave_the_others_their_names():
    plain = trials(grid(adv=[1e-3]))
    listed = trials(grid(**{"axes.adversarial.learning_rate": [5e-5, 1e-4]}, adv=[1e-3]))
    assert [(trial.adv, trial.spec.training.learning_rate) for trial in listed] == [
        (0.0, 5e-5),
        (1e-3, 5e-5),
        (0.0, 1e-4),
        (1e-3, 1e-4),
    ]
    assert listed[1].name.startswith("mse-adv0.001-learning_rate=0.00005-s0-")
    assert listed[1].setting == (("adversarial.learning_rate", 5e-5),)
    # What is trained at the config's own rate is the same training.
    assert listed[3].spec == plain[1].spec
    assert listed[3].name.rpartition("-")[2] == plain[1].name.rpartition("-")[2]


def test_weights_of_one_content_loss_leave_the_others_alone():
    axes = {"axes.objective.vgg16-22.content_weight": [0.1, 0.2]}
    listed = trials(grid(**axes, content=["mse", "vgg16-22"], control=False))
    assert [(trial.content, trial.spec.content_weight) for trial in listed] == [
        ("mse", 0.0),
        ("vgg16-22", 0.1),
        ("vgg16-22", 0.2),
    ]
    assert listed[0].setting == ()


def test_a_spread_has_the_names_that_its_numbers_have():
    typed = trials(grid(adv=[1e-4, 3.162e-4, 1e-3, 3.162e-3, 1e-2]))
    assert trials(grid(adv="1e-4:1e-2:5")) == typed


def test_what_is_placed_on_one_curve_is_on_no_other():
    config = grid(adv=[1e-3], axes={"adversarial.learning_rate": [5e-5, 1e-4]})
    starts = {(StartKind.SRRESNET, 0): Start(StartKind.SRRESNET, 0, "file:00", None)}
    slow = expand(config, starts)[0].curve
    listed = expand(config, starts, {slow: [1e-2]})
    rate = "adversarial.learning_rate"
    assert [(dict(trial.setting)[rate], trial.adv) for trial in listed] == [
        *((5e-5, adv) for adv in (0, 1e-3, 1e-2)),
        *((1e-4, adv) for adv in (0, 1e-3)),
    ]
