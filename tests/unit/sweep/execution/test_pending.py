"""The order in which trials are run."""

import pytest

from sweep.config.grid import expand, srresnet_start
from sweep.config.loading import load_config
from sweep.execution.pending import PendingJobs, in_running_order
from sweep.planning.plan import plan_sweep
from sweep.store.folder import SweepStore


@pytest.fixture
def trials():
    grid = {"grid.content": ["mse", "vgg16-22", "vgg16-53"], "grid.seeds": [0, 1]}
    config = load_config("quick", {"device": "cpu", "threads": 1, **grid})
    return expand(config, {seed: srresnet_start(config, seed, "0" * 64) for seed in (0, 1)})


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
    assert len(jobs.starts()) == 1
    for state, count in (("diverged", diverged), ("failed", failed)):
        store.start(0).update_trial(state=state)
        assert len(jobs.starts()) == count
