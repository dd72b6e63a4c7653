"""The order in which trials are run."""

import pytest

from srgan_core.files import write_atomically
from sweep.config.grid import expand, starts_of
from sweep.config.loading import load_config
from sweep.config.names import StartKind
from sweep.execution.jobs.trial import TrainJob
from sweep.execution.pending import PendingJobs, in_running_order
from sweep.planning.plan import plan_sweep
from sweep.store.folder import SweepStore


@pytest.fixture
def trials():
    grid = {
        "grid.start": ["srresnet"],
        "grid.content": ["mse", "vgg16-22", "vgg16-53"],
        "grid.seeds": [0, 1],
    }
    config = load_config("quick", {"device": "cpu", "threads": 1, **grid})
    files = {StartKind.SRRESNET: "0" * 64}
    return expand(config, starts_of(config, 0, files) | starts_of(config, 1, files))


def test_no_trial_is_lost(trials):
    assert sorted(t.name for t in in_running_order(trials)) == sorted(t.name for t in trials)


def test_a_discriminator_of_each_seed_and_the_controls_come_first(trials):
    order = in_running_order(trials)
    assert {trial.seed for trial in order[:2]} == {0, 1}
    assert all(trial.adv for trial in order[:2])
    assert not any(trial.adv for trial in order[2:8])
    assert all(trial.adv for trial in order[8:])


def test_the_deepest_content_loss_comes_first(trials):
    contents = [trial.content for trial in in_running_order(trials)]
    assert contents[:2] == ["vgg16-53"] * 2
    rest = contents[8:]
    assert rest == sorted(rest, key=["vgg16-53", "vgg16-22", "mse"].index)


def test_controls_alone_keep_their_number(trials):
    controls = [trial for trial in trials if not trial.adv]
    assert len(in_running_order(controls)) == len(controls)


@pytest.mark.parametrize(
    ("retry", "diverged", "failed"),
    [((), 0, 0), (("failed",), 0, 1), (("failed", "diverged"), 1, 1)],
)
def test_a_start_that_ended_badly_is_tried_again_on_request(tmp_path, retry, diverged, failed):
    store = SweepStore(tmp_path)
    start = {"srresnet.start": "train", "srresnet.training": {"steps": 3, "patch_size": 48}}
    config = load_config("smoke", {"device": "cpu", "eval.metrics": ["psnr"], **start})
    plan = plan_sweep(store, config, frozenset())
    jobs = PendingJobs(store, plan, (), keep_checkpoints=False, retry=retry)
    assert len(jobs.starts(StartKind.SRRESNET)) == 1
    for state, count in (("diverged", diverged), ("failed", failed)):
        store.generator("srresnet-s0").update_trial(state=state)
        assert len(jobs.starts(StartKind.SRRESNET)) == count


def test_what_a_trained_pair_sets_out_from_is_made_first(tmp_path):
    store = SweepStore(tmp_path)
    changes = {"device": "cpu", "eval.metrics": ["psnr"], "grid.start": ["srgan"]}
    plan = plan_sweep(store, load_config("smoke", changes), frozenset())
    jobs = PendingJobs(store, plan, (), keep_checkpoints=False)
    (srresnet,), (pair,) = jobs.starts(StartKind.SRRESNET), jobs.starts(StartKind.SRGAN)
    assert isinstance(srresnet, TrainJob)
    assert isinstance(pair, TrainJob)
    assert srresnet.needs_generator
    assert pair.is_pair
    assert pair.init == store.generator("srresnet-s0").generator
    assert jobs.trials() == []


def test_a_pair_without_its_discriminator_is_made_anew_for_a_trial_that_sets_out_from_it(tmp_path):
    store = SweepStore(tmp_path)
    changes = {"device": "cpu", "eval.metrics": ["psnr"], "grid.start": ["srgan"]}
    plan = plan_sweep(store, load_config("smoke", changes), frozenset())
    jobs = PendingJobs(store, plan, (), keep_checkpoints=False)
    files = store.generator("srgan-s0")
    files.update_trial(state="done")
    write_atomically(files.generator, b"weights")
    (job,) = jobs.starts(StartKind.SRGAN)
    assert isinstance(job, TrainJob)
    assert job.needs_generator
    write_atomically(files.discriminator, b"weights")
    assert jobs.starts(StartKind.SRGAN) == []
    control, adversarial = sorted(jobs.trials(), key=lambda job: job.spec.adversarial_weight)
    assert (control.init, control.init_discriminator) == (files.generator, None)
    assert (adversarial.init, adversarial.init_discriminator) == (
        files.generator,
        files.discriminator,
    )


def test_each_setting_with_a_warmup_of_its_own_begins_early():
    def begun(axis, values):
        changes = {"grid.content": ["mse", "vgg22"], f"grid.axes.{axis}": values, "device": "cpu"}
        config = load_config("smoke", changes)
        listed = expand(config, starts_of(config, 0, {StartKind.SRRESNET: "0" * 64}))
        order = in_running_order(listed)
        return next(place for place, trial in enumerate(order) if not trial.adv)

    assert begun("adversarial.discriminator.channels", [8, 16]) == 2
    assert begun("objective.vgg22.content_weight", [1, 2]) == 1
