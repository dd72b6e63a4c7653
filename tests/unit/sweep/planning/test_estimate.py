import pytest

from srgan_core.files import write_atomically
from srgan_core.networks import Discriminator, Generator
from sweep.config.loading import load_config
from sweep.planning import calibration
from sweep.planning import estimate as module
from sweep.planning.calibration import StepCost
from sweep.planning.disk import checkpoint_bytes
from sweep.planning.estimate import Estimate, estimate
from sweep.planning.plan import plan_sweep
from sweep.store.folder import SweepStore


@pytest.fixture(autouse=True)
def measured(monkeypatch) -> list[str]:
    """Steps cost a second, those of a warm-up half; lists the kinds that are measured."""
    kinds: list[str] = []

    def measure(spec, device):
        kinds.append(f"{spec.content} {spec.adversarial_weight}")
        return StepCost(1.0, 0.5 if spec.adversarial_weight else 0.0, None)

    monkeypatch.setattr(calibration, "measure_step", measure)
    return kinds


def plan_of(store, **changes):
    overrides = {"device": "cpu", "eval.metrics": ["psnr"], **changes}
    return plan_sweep(store, load_config("smoke", overrides), frozenset())


def test_only_what_is_left_counts(tmp_path):
    store = SweepStore(tmp_path)
    plan = plan_of(store)
    both = estimate(store, plan)
    store.trial(plan.asked[0].name).update_trial(state="done")
    one = estimate(store, plan)
    store.trial(plan.asked[1].name).update_trial(state="diverged")
    none = estimate(store, plan)
    assert [cost.trials_left for cost in (both, one, none)] == [2, 1, 0]
    assert [cost.steps_left for cost in (both, one, none)] == [40, 20, 0]
    assert [cost.steps_done for cost in (both, one, none)] == [0, 20, 40]
    assert both.seconds == 40 + 2 * module.SCORING_SECONDS
    assert none.seconds == 0
    assert both.memory_gb > 1
    assert both.disk_gb > none.disk_gb == 0


def test_trials_that_may_be_placed_count_as_the_costliest_content(tmp_path, measured):
    changes = {"eval.metrics": ["psnr", "lpips"], "grid.content": ["vgg16-22", "mse"]}
    store = SweepStore(tmp_path)
    before, after = (
        estimate(store, plan_of(store, **changes, **{"grid.trials": most})) for most in (None, 9)
    )
    assert measured[-1] == "vgg16-22 0.001"
    assert (before.trials_left, after.trials_left) == (4, 9)
    assert after.steps_left == before.steps_left + 5 * 20
    assert after.seconds == before.seconds + 5 * (20 + module.SCORING_SECONDS)
    assert after.disk_gb > before.disk_gb


def test_trials_that_may_be_placed_count_as_the_costliest_setting(tmp_path):
    axes = {"adversarial.steps": [10, 30, 20], "adversarial.discriminator.channels": [8, 16]}
    changes = {"eval.metrics": ["psnr", "lpips"], "grid.axes": axes}
    store = SweepStore(tmp_path)
    before, after = (
        estimate(store, plan_of(store, **changes, **{"grid.trials": most})) for most in (None, 14)
    )
    assert after.steps_left == before.steps_left + 2 * 30


def test_a_begun_trial_counts_from_its_checkpoint(tmp_path):
    store = SweepStore(tmp_path)
    plan = plan_of(store, **{"adversarial.discriminator.warmup_steps": 10, "grid.control": False})
    (trial,) = plan.asked
    assert estimate(store, plan).seconds == 20 + 5 + module.SCORING_SECONDS
    for step, left in ((4, 20 + 3), (10, 20), (15, 15)):
        folder = store.trial(trial.name).checkpoints / f"{step:09d}"
        write_atomically(folder / "manifest.json", b"{}")
        assert estimate(store, plan).seconds == left + module.SCORING_SECONDS


def test_every_kind_is_measured_once(tmp_path, measured):
    changes = {"grid.content": ["mse", "vgg22"], "grid.seeds": [0, 1], "substitutes": {}}
    store = SweepStore(tmp_path)
    told = []
    config = load_config("smoke", {"device": "cpu", "eval.metrics": ["psnr"], **changes})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("srgan_core.weights.resolve_weights", lambda architecture: None)
        plan = plan_sweep(store, config, frozenset())
    estimate(store, plan, 1, lambda name, index, count: told.append((name, index, count)))
    assert len(measured) == len(set(measured)) == 4
    assert [index for _, index, _ in told] == [0, 1, 2, 3]
    assert {count for _, _, count in told} == {4}


def test_a_warm_up_counts_once_for_the_trials_that_share_it(tmp_path):
    changes = {"grid.adv": [1e-3, 1e-2], "grid.control": False}
    changes["adversarial.discriminator.warmup_steps"] = 10
    cost = estimate(SweepStore(tmp_path), plan_of(SweepStore(tmp_path), **changes))
    assert cost.steps_left == 2 * 20 + 10
    cost = estimate(
        SweepStore(tmp_path), plan_of(SweepStore(tmp_path), **changes, **{"grid.seeds": [0, 1]})
    )
    assert cost.steps_left == 4 * 20 + 2 * 10


def test_trials_wait_for_their_start(tmp_path):
    start = {"srresnet.start": "train", "srresnet.training": {"steps": 100, "patch_size": 48}}
    store = SweepStore(tmp_path)
    plan = plan_of(store, **start)
    assert estimate(store, plan, 2).seconds == 100 + (40 + 2 * module.SCORING_SECONDS) / 2


def test_trials_at_once_share_the_time(tmp_path):
    store = SweepStore(tmp_path)
    plan = plan_of(store)
    assert estimate(store, plan, 2).seconds == estimate(store, plan, 1).seconds / 2
    assert estimate(store, plan, 5).seconds == estimate(store, plan, 2).seconds


def test_a_checkpoint_holds_both_networks_thrice(tmp_path):
    (trial, *_) = plan_of(SweepStore(tmp_path)).asked
    config = trial.spec.training
    networks = (Generator(4), Discriminator(config.patch_size, config.discriminator.channels))
    weights = sum(p.numel() for network in networks for p in network.parameters())
    assert checkpoint_bytes(trial.spec) == 12 * weights


def test_a_duration_is_written_for_people():
    assert Estimate((), 1, 0, 3725.4, 1.0, 1.0).duration == "1:02:05"


def test_settings_are_kinds_of_their_own_where_a_step_costs_something_else(tmp_path, measured):
    axes = {
        "grid.axes.adversarial.patch_size": [32, 48],
        "grid.axes.adversarial.learning_rate": [1e-4, 2e-4],
        "grid.control": False,
    }
    cost = estimate(SweepStore(tmp_path), plan_of(SweepStore(tmp_path), **axes))
    assert [(kind.name, kind.trainings) for kind in cost.kinds] == [
        ("mse with D patch_size=32", 2),
        ("mse with D patch_size=48", 2),
    ]
    assert len(measured) == 2
