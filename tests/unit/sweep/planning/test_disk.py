from sweep.config.loading import load_config
from sweep.planning.disk import IMAGES_BYTES, STATES_AT_ONCE, checkpoint_bytes, disk_needed
from sweep.planning.plan import plan_sweep
from sweep.store.folder import SweepStore


def test_checkpoints_count_for_trials_at_once_and_images_for_all_that_are_left(tmp_path):
    store = SweepStore(tmp_path)
    config = load_config("smoke", {"device": "cpu", "eval.metrics": ["psnr"]})
    plan = plan_sweep(store, config, frozenset())
    first, second = plan.asked
    states = STATES_AT_ONCE * checkpoint_bytes(first.spec)
    assert disk_needed(store, plan, 1) == states + 2 * IMAGES_BYTES
    assert disk_needed(store, plan, 9) == 2 * states + 2 * IMAGES_BYTES
    store.trial(first.name).update_trial(state="done")
    assert disk_needed(store, plan, 9) == states + IMAGES_BYTES
    store.trial(second.name).update_trial(state="done")
    assert disk_needed(store, plan, 9) == 0


def test_checkpoints_of_the_largest_setting_count(tmp_path):
    axes = {"adversarial.discriminator.channels": [8, 32]}
    changes = {"device": "cpu", "eval.metrics": ["psnr"], "grid.axes": axes}
    store, config = SweepStore(tmp_path), load_config("smoke", changes)
    plan = plan_sweep(store, config, frozenset())
    states = STATES_AT_ONCE * checkpoint_bytes(plan.asked[-1].spec)
    assert disk_needed(store, plan, 1) == states + 4 * IMAGES_BYTES
