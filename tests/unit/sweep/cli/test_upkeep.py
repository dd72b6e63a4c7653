"""`sweep status`, `sweep clean`, `sweep plan` and the options of `sweep run` that mend a sweep."""

import json

import pytest

from srgan_core.files import write_atomically
from sweep.config.loading import load_config
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord


@pytest.fixture
def store(tmp_path) -> SweepStore:
    store = SweepStore(tmp_path / "smoke")
    store.write_config(load_config("smoke"))
    store.trial("good").update_trial(state="done", attempts=[{"host": "here"}])
    store.trial("good").write_result(ResultRecord(steps=20, scores={}))
    store.trial("bad").update_trial(state="failed", cause="photo.png: damaged; replace it")
    write_atomically(store.trial("good").checkpoints / "000000005" / "state", bytes(2000))
    return store


def test_status_names_states_and_reasons(sweep, store):
    answer = sweep("status", "smoke")
    assert answer.status == 0
    assert "bad: photo.png: damaged; replace it" in answer.out
    assert "smoke: 1 done, 1 failed; nobody is at work" in answer.out


def test_status_writes_json_for_programs(sweep, store):
    document = json.loads(sweep("status", "smoke", "--json").out)
    assert document["states"] == {"done": 1, "failed": 1}
    assert [trial["host"] for trial in document["trials"]] == [None, "here"]


def test_status_shows_a_damaged_record_beside_the_others(sweep, store):
    (store.trial("good").path / "trial.json").write_text("{")
    answer = sweep("status", "smoke")
    assert answer.status == 0
    assert "damaged" in answer.out
    assert "1 failed" in answer.out


def test_status_says_that_no_run_can_go_on_under_a_broken_config(sweep, store):
    write_atomically(store.root / "sweep.yaml", b"scale: [")
    answer = sweep("status", "smoke")
    assert answer.status == 0
    assert "no run can go on: smoke: its sweep.yaml was damaged" in answer.out


@pytest.mark.parametrize("command", ["status", "clean"])
def test_a_folder_without_a_sweep_is_refused(sweep, tmp_path, command):
    answer = sweep(command, "nowhere")
    assert answer.status == 2
    assert "expected a results folder" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_clean_tells_sizes_and_asks(sweep, store, monkeypatch):
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    answer = sweep("clean", "smoke")
    assert "2 kB  trials/good/checkpoints" in answer.out
    assert "nothing was deleted" in answer.out
    assert store.trial("good").checkpoints.is_dir()


def test_clean_deletes_when_told_to(sweep, store):
    answer = sweep("clean", "smoke", "--yes")
    assert "2 kB deleted" in answer.out
    assert not store.trial("good").checkpoints.exists()
    assert "nothing to delete" in sweep("clean", "smoke", "--yes").out


def test_clean_keeps_away_from_a_sweep_at_work(sweep, store):
    with store.locked():
        answer = sweep("clean", "smoke", "--yes")
    assert answer.status == 2
    assert "is at work there" in answer.err
    assert store.trial("good").checkpoints.is_dir()


def test_plan_and_dry_run_print_the_same(sweep, tmp_path, monkeypatch):
    from sweep.planning.calibration import StepCost

    monkeypatch.setattr("sweep.planning.estimate.measure_step", lambda *_: StepCost(0.5, 0.0, None))
    options = ["--config", "smoke", "--metrics", "psnr", "--jobs", "1"]
    plan = sweep("plan", *options)
    assert plan.status == 0
    assert "mse with D: 1 to train, 20 steps at 0.5 s" in plan.out
    assert "40 steps left, 0 done" in plan.out
    assert "timing a few steps [1/2]" in plan.err
    assert sweep("run", "--dry-run", *options).out == plan.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--retry", "done"], "expected failed, diverged or none, got 'done'"),
        (["--watchdog", "0"], "expected seconds above 0 or off, got '0'"),
        (["--watchdog", "nan"], "expected seconds above 0 or off, got 'nan'"),
        (["--executor", "slurm"], "'slurm' is not one of 'local', 'ray'"),
    ],
)
def test_wrong_options_are_refused(refused, options, message):
    assert message in refused(*options)


@pytest.mark.parametrize("options", [["--address", "auto"], ["--ray-storage", "--dry-run"]])
def test_options_of_a_cluster_without_one_are_refused(refused, options):
    assert "add --executor ray" in refused(*options)
