"""The trials of a new sweep: their records, their states, what they leave."""

import json
import signal

import numpy as np
import pytest

from srgan_core.data.images import write_png
from sweep.execution.executors.base import StopRequest
from sweep.execution.jobs.failing import Job
from sweep.planning.plan import check_plan
from sweep.runner import run_sweep
from sweep.store.folder import SweepStore

pytestmark = pytest.mark.usefixtures("drawn")


def test_every_trial_goes_through_its_states(tmp_path, in_process, execute):
    executor = in_process()
    store = SweepStore(tmp_path / "smoke")
    summary = execute(store, executor, grid__control=False)
    (name,) = summary.states
    assert summary.states == {name: "done"}
    assert summary.trained == (name,)
    assert executor.ran == ["reference skimage3", "srresnet-s0", name]
    kinds = [event.kind for event in executor.events if event.job == name]
    assert kinds == ["started", "progress", "progress", "scoring", "done"]
    record = store.trial(name).read_trial()
    assert (record.state, record.content, record.adv) == ("done", "mse", 1e-3)
    assert record.attempts[0].resumed_from is None
    assert record.spec.training.steps == 2
    assert not store.trial(name).checkpoints.exists()


def test_every_trial_has_its_record_before_the_first_begins(tmp_path, in_process, plan_of):
    seen = []

    def before(job: Job, stop: StopRequest) -> None:
        seen.append(sorted(SweepStore(store.root).trial(t.name).state for t in plan.asked))
        stop.signals.append(signal.SIGTERM)

    store = SweepStore(tmp_path / "smoke")
    plan = plan_of(store)
    run_sweep(store, plan, in_process(before), lambda event: None)
    assert seen[0] == ["pending", "pending"]


def test_the_images_that_are_trained_on_are_recorded(tmp_path, in_process, plan_of):
    def stop_at_once(job: Job, stop: StopRequest) -> None:
        stop.signals.append(signal.SIGTERM)

    store = SweepStore(tmp_path / "smoke")
    plan = plan_of(store)
    checked = check_plan(store, plan)
    run_sweep(store, plan, in_process(stop_at_once), lambda event: None, checked=checked)
    assert store.read_data_keys() == checked.keys
    images = json.loads((store.root / "shared" / "images.json").read_text())
    assert images == {"skimage": {"images": 7, "skipped": {}}}


def test_keeping_checkpoints(tmp_path, in_process, plan_of):
    store = SweepStore(tmp_path / "smoke")
    config = {"adversarial__checkpoint_every": 1, "grid__control": False}
    executor = in_process()
    run_sweep(
        store, plan_of(store, **config), executor, executor.events.append, keep_checkpoints=True
    )
    (trial,) = plan_of(store, **config).asked
    assert len(list(store.trial(trial.name).checkpoints.iterdir())) == 1


def test_a_trained_start_is_trained_once_for_all_trials(tmp_path, in_process, smoke, execute):
    section = smoke().adversarial.model_dump(mode="json")
    store = SweepStore(tmp_path / "smoke")
    executor = in_process()
    overrides = {"srresnet__training": section, "srresnet__start": "train"}
    assert execute(store, executor, **overrides).exit_status == 0
    assert executor.ran.count("srresnet-s0") == 1
    steps = (store.root / "results.csv").read_text().splitlines()[2].split(",")[16]
    assert steps == "2"


def test_a_folder_name_with_markup_is_only_a_name(tmp_path, own_cache, execute):
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    folder = tmp_path / "=cmd [red]"
    write_png(folder / "a.png", rgb)
    store = SweepStore(tmp_path / "smoke")
    summary = execute(store, eval__sets=[f"folder:{folder}"], grid__control=False)
    assert summary.exit_status == 0
    assert "'=cmd [red]" in (store.root / "results.csv").read_text()
