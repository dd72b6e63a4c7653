"""What a tracker is told of a trial."""

from __future__ import annotations

import json
import math

import pytest

from sweep.errors import StoreError
from sweep.tracking.record import fingerprint, read_record


def test_a_run_is_named_after_its_trial_and_grouped_by_its_sweep(results):
    record = read_record(results.name, results.trial("mse-done"))
    assert (record.name, record.sweep, record.state) == ("mse-done", "grid", "done")


def test_its_time_goes_from_the_first_attempt_to_the_last(results):
    record = read_record("grid", results.trial("mse-done"))
    assert record.ended - record.started == 70 * 60


def test_its_config_is_the_spec(results):
    config = read_record("grid", results.trial("mse-done")).config
    assert config["trial"] == "mse-done"
    assert (config["adversarial_weight"], config["init_sha256"]) == (0.001, None)
    assert config["training"]["discriminator"]["warmup_steps"] == 2


def test_mappings_by_paths_are_text_in_the_config(results):
    data = read_record("grid", results.trial("mse-done")).config["data"]
    assert data["split_seed"] == 0
    assert json.loads(data["sources"]) == {"folder:../my photos": 0.5, "skimage": 0.5}


def test_its_history_is_the_log_by_iteration(results):
    history = read_record("grid", results.trial("mse-done")).history
    assert [iteration for iteration, _ in history] == [1, 2, 3, 4, 5]
    assert history[0][1] == {"loss_d": 1.0}
    assert history[2][1] == {"step": 1.0, "loss_pixel": 0.1, "loss_d": 0.5}
    assert math.isnan(history[3][1]["loss_d"])


def test_its_summary_holds_state_and_means_over_each_test_set(results):
    assert read_record("grid", results.trial("mse-done")).summary == {
        "status": "done",
        "steps": 3,
        "train_seconds": 600.0,
        "generator_sha256": "ab" * 32,
        "set5/psnr_y": 31.0,
        "set5/niqe": math.inf,
        "set5/kid_patches": 0.25,
    }


def test_a_trial_without_scores_says_why(results):
    assert read_record("grid", results.trial("mse-diverged")).summary == {
        "status": "diverged",
        "cause": "loss_d not finite at iteration 4",
    }


def test_a_start_that_was_not_trained_has_no_history(results):
    start = results.generator("srresnet-s0")
    start.update_trial(trial="srresnet-s0", seed=0, recipe="file:ab", state="done")
    record = read_record("grid", start)
    assert record.config == {"trial": "srresnet-s0", "seed": 0, "recipe": "file:ab"}
    assert (record.history, record.started, record.ended) == ((), None, None)


@pytest.mark.parametrize("change", ["state", "scores", "log"])
def test_the_fingerprint_follows_every_record(results, change):
    files = results.trial("mse-done")
    before = fingerprint(files)
    assert fingerprint(files) == before
    if change == "state":
        files.update_trial(state="failed")
    elif change == "scores":
        files.write_result(files.read_result().with_scores("set14", {"a": {"psnr_y": 20.0}}))
    else:
        files.log.write_text(files.log.read_text() + '{"iteration": 6}\n')
    assert fingerprint(files) != before


def test_a_damaged_record_is_refused(results):
    (results.trial("mse-done").path / "result.json").write_text("{")
    with pytest.raises(StoreError, match=r"result\.json: is damaged"):
        fingerprint(results.trial("mse-done"))
