import json
import os
import platform
import subprocess
import sys

import pytest

from srgan_core.files import write_atomically
from srgan_core.training.config import TrainingSpec
from sweep.config.loading import load_config
from sweep.errors import StoreError
from sweep.store.claims import RUN_FILE
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.status import read_status

SPEC = TrainingSpec.model_validate(
    {
        "adversarial_weight": 0.001,
        "data": {"sources": {"skimage": 1.0}},
        "training": {"steps": 20, "discriminator": {"warmup_steps": 4}},
    }
)
RESULT = ResultRecord(steps=20, scores={"set5": {"baby": {"psnr_y": 30.0}}})


@pytest.fixture
def store(tmp_path) -> SweepStore:
    store = SweepStore(tmp_path / "smoke")
    store.write_config(load_config("smoke", {"grid.control": False}))
    return store


def trial(store, name="mse-adv0.001-s0-1", **fields):
    files = store.trial(name)
    files.update_trial(trial=name, spec=SPEC, **fields)
    return files


def log(files, *records):
    text = "".join(f"{json.dumps(record)}\n" for record in records)
    write_atomically(files.log, text.encode())


def only(store):
    (found,) = read_status(store.root).trials
    return found


def at_work(store, pid=None):
    record = {"host": platform.node(), "pid": pid or os.getpid(), "started": "2026-01-01T00:00"}
    (store.root / RUN_FILE).write_text(json.dumps(record))


def test_a_trial_that_has_not_begun_is_listed(store):
    trial(store, state="pending")
    found = only(store)
    assert (found.state, found.step, found.steps, found.attempts) == ("pending", None, 24, 0)


def test_grid_points_that_no_run_was_asked_for_are_pending(store):
    trial(store, state="done").write_result(RESULT)
    store.write_config(
        load_config(
            "smoke", {"grid.adv": [1e-3, 3e-3], "grid.seeds": [0, 1], "grid.control": False}
        )
    )
    trial(store, "mse-adv0.003-s0-2", state="done").write_result(RESULT)
    trial(store, "mse-adv0.001-s1-3", state="done").write_result(RESULT)
    found = read_status(store.root)
    assert found.count() == {"done": 3, "pending": 1}
    (pending,) = [each.name for each in found.trials if each.state == "pending"]
    assert pending.startswith("mse-adv0.003-s1-")
    assert not store.trial(pending).path.exists()


def test_a_running_trial_says_step_rate_loss_attempt_and_host(store):
    attempts = [{"host": "a", "ended": "2026-01-01"}, {"host": "b"}]
    files = trial(store, state="running", attempts=attempts)
    log(files, {"iteration": 1}, {"iteration": 2, "patches_per_second": 9.5, "loss_pixel": 0.25})
    at_work(store)
    found = only(store)
    assert (found.state, found.step, found.steps) == ("running", 2, 24)
    assert (found.patches_per_second, found.losses) == (9.5, {"loss_pixel": 0.25})
    assert (found.attempts, found.host) == (2, "b")
    assert read_status(store.root).run.pid == os.getpid()


def test_what_was_not_finite_is_no_number(store):
    at_work(store)
    files = trial(store, state="running")
    log(files, {"iteration": 2, "patches_per_second": None, "loss_pixel": None, "loss_d": 1.5})
    found = only(store)
    assert (found.patches_per_second, found.losses) == (None, {"loss_d": 1.5})


def test_a_trial_whose_run_was_killed_is_not_called_running(store):
    trial(store, state="running")
    found = only(store)
    assert found.state == "interrupted"
    assert "run again" in found.cause
    assert read_status(store.root).run is None


@pytest.mark.parametrize("state", ["failed", "diverged"])
def test_a_failure_says_why(store, state):
    trial(store, state=state, cause="photo.png: damaged")
    assert (only(store).state, only(store).cause) == (state, "photo.png: damaged")


def test_what_was_set_aside_is_told_once(store):
    message = "a checkpoint was damaged and is set aside as damaged-000000010 (bytes)"
    files = trial(store, state="failed", quarantined=[message], conflicts=["a second result"])
    (files.checkpoints / "damaged-000000010").mkdir(parents=True)
    (files.checkpoints / "damaged-000000005").mkdir()
    told = only(store).remarks
    assert told[:2] == (message, "a second result")
    assert len(told) == 3
    assert "damaged-000000005" in told[2]


def test_states_are_counted_without_the_shared_start(store):
    for files in (store.generator("srresnet-s0"), trial(store, "a")):
        files.update_trial(state="done")
        files.write_result(RESULT)
    trial(store, "mse-adv0.001-s0-b", state="failed")
    status = read_status(store.root)
    assert status.count() == {"done": 1, "failed": 1}
    assert [found.name for found in status.trials] == ["srresnet-s0", "a", "mse-adv0.001-s0-b"]


@pytest.mark.parametrize(
    "content",
    [
        '{"steps": 20, "scores": {"set5": ',
        '{"steps": "all", "scores": {}}',
        '{"steps": 20, "scores": [1]}',
        '{"steps": 20, "scores": {"set5": {"baby": {"psnr_y": null}}}}',
        '{"steps": 20, "scores": {}, "health": 1}',
    ],
)
def test_a_done_trial_with_a_damaged_result_is_damaged_and_says_what_to_do(store, content):
    files = trial(store, state="done")
    write_atomically(files.path / "result.json", content.encode())
    found = only(store)
    assert found.state == "damaged"
    assert "result.json: is damaged; put a copy back, or delete it" in found.cause


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ('{"state": ["done"]}', "state"),
        ('{"attempts": {"host": 1}}', "attempts"),
        ('{"attempts": [{"ended": "yesterday"}]}', "attempts.0.ended"),
        ('{"spec": {"training": 1}}', "spec.data"),
        ('{"quarantined": 1}', "quarantined"),
        ("[" * 100_000, "content"),
    ],
)
def test_a_record_that_was_changed_by_hand_is_damaged_and_names_the_field(store, content, field):
    files = trial(store, state="done")
    write_atomically(files.path / "trial.json", content.encode())
    found = only(store)
    assert found.state == "damaged"
    assert "trial.json: is damaged; put a copy back, or delete it and lose" in found.cause
    assert f"({field}: " in found.cause


def test_a_done_trial_without_a_result_is_what_a_run_would_train_again(store):
    trial(store, state="done")
    found = only(store)
    assert (found.state, found.cause) == (
        "pending",
        "its result.json is gone; run again to train it anew",
    )


def test_a_broken_config_is_said_beside_the_trials(store):
    trial(store, state="failed", cause="photo.png: damaged")
    assert read_status(store.root).problem is None
    write_atomically(store.root / "sweep.yaml", b"scale: [")
    found = read_status(store.root)
    assert "its sweep.yaml was damaged or written by another version" in found.problem
    assert found.count() == {"failed": 1}


def test_a_folder_without_a_sweep_is_refused(tmp_path):
    with pytest.raises(StoreError, match="expected a results folder"):
        read_status(tmp_path)


def test_reading_the_status_loads_no_networks():
    script = (
        "import sys, sweep.cli.clean, sweep.cli.status\n"
        "sys.exit(', '.join({'torch', 'pandas', 'matplotlib', 'scipy'} & set(sys.modules)) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
