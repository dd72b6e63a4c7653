"""When trackers are told of trials, and that none holds a sweep up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import pytest

from sweep.execution.jobs.context import Event
from sweep.store.folder import SweepStore
from sweep.tracking import supervision
from sweep.tracking.supervision import Tracking

pytestmark = pytest.mark.usefixtures("stub_wandb")

NAMES = ("mse-done", "mse-diverged", "mse-running")


def told(store: SweepStore) -> list[dict[str, object]]:
    path = store.root / "wandb" / "runs.jsonl"
    lines = path.read_text().splitlines() if path.is_file() else []
    return [json.loads(line) for line in lines]


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def track(results, events) -> Iterator[Callable[[], Tracking]]:
    """Opens a run of its own over the same folder each time."""
    opened = []

    def begin() -> Tracking:
        folders = {name: results.trial(name) for name in NAMES}
        opened.append(Tracking(results, ["wandb"], folders, events.append))
        return opened[-1]

    yield begin
    for tracking in opened:
        tracking.close()


def run(tracking: Tracking) -> list[str]:
    tracking.finish()
    tracking.close()
    return tracking.report()


def test_each_trial_that_has_ended_is_told_once(track, results, events):
    assert run(track()) == ["tracked with wandb: 2 runs written"]
    assert {(r["name"], r["group"], r["exit_code"]) for r in told(results)} == {
        ("mse-done", "grid", 0),
        ("mse-diverged", "grid", 1),
    }
    assert run(track()) == ["tracked with wandb: 0 runs written"]
    assert len(told(results)) == 2
    assert events == []


def test_a_trial_is_told_as_soon_as_it_ends(track, results, events):
    tracking = track()
    done = Event("mse-done", "done")
    tracking.receive(done)
    deadline = time.monotonic() + 120
    while not told(results) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [run["name"] for run in told(results)] == ["mse-done"]
    assert events == [done]


def test_a_trial_that_joins_while_the_sweep_runs_is_told_of_too(track, results):
    tracking = track()
    results.trial("mse-new").update_trial(state="done")
    placed = Event("mse-new", "placed", {"iterations": 1, "message": "lambda 1 placed"})
    tracking.receive(placed)
    tracking.finish()
    assert "mse-new" in [run["name"] for run in told(results)]


def test_what_is_not_the_end_of_a_trial_is_passed_on_alone(track, results, events):
    passed = [Event("mse-done", "progress"), Event("reference set5", "done")]
    tracking = track()
    for event in passed:
        tracking.receive(event)
    # The event may be here before the files are.
    tracking.receive(Event("mse-running", "done"))
    tracking.close()
    assert events[:2] == passed
    assert tracking.report() == ["tracked with wandb: 0 runs written"]
    assert not (results.root / "wandb").exists()


def test_new_scores_of_a_told_trial_go_into_its_run(track, results):
    run(track())
    files = results.trial("mse-done")
    files.write_result(files.read_result().with_scores("set14", {"a": {"psnr_y": 20.0}}))
    assert run(track()) == ["tracked with wandb: 1 run written"]
    *earlier, last = told(results)
    assert last["summary"]["set14/psnr_y"] == 20.0
    assert [r["id"] for r in earlier if r["name"] == "mse-done"] == [last["id"]]


def test_a_deleted_folder_has_all_told_anew(track, results):
    run(track())
    for path in (results.root / "wandb").iterdir():
        path.unlink()
    assert run(track()) == ["tracked with wandb: 2 runs written"]


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ("raises", "RuntimeError: invalid API key see the manual"),
        ("dies", "its process ended with status 3"),
        ("hangs", "no answer for 5 s"),
    ],
)
def test_a_tracker_in_trouble_is_given_up_with_one_warning(
    track, results, events, monkeypatch, trouble, reason
):
    if trouble == "hangs":
        monkeypatch.setattr(supervision, "PATIENCE_SECONDS", 5.0)
    monkeypatch.setenv("STUB_WANDB", trouble)
    assert run(track()) == ["tracked with wandb: 0 runs written"]
    assert [(event.job, event.kind) for event in events] == [("track wandb", "warning")]
    assert f"({reason})" in events[0].fields["message"]


def test_what_a_run_in_trouble_left_is_told_by_the_next(track, results, monkeypatch):
    monkeypatch.setenv("STUB_WANDB", "raises")
    run(track())
    begun = json.loads((results.root / "wandb" / "tracked.json").read_text())
    monkeypatch.delenv("STUB_WANDB")
    assert run(track()) == ["tracked with wandb: 2 runs written"]
    (runs,) = begun["destinations"].values()
    ids = {r["name"]: r["id"] for r in told(results)}
    assert [ids[name] == noted["run"] for name, noted in runs.items()] == [True]


def test_damaged_records_give_a_tracker_up_and_nothing_else(track, results, events):
    (results.trial("mse-done").path / "trial.json").write_text("{")
    run(track())
    (event,) = events
    assert "trial.json: is damaged" in event.fields["message"]


def test_closing_does_not_wait_for_a_tracker_that_hangs(track, results, monkeypatch):
    monkeypatch.setenv("STUB_WANDB", "hangs")
    tracking = track()
    tracking.receive(Event("mse-done", "done"))
    begin = time.monotonic()
    tracking.close()
    assert time.monotonic() - begin < 30
    assert told(results) == []


def test_a_sweep_without_trackers_is_passed_through(results, events):
    tracking = Tracking(results, [], {"mse-done": results.trial("mse-done")}, events.append)
    tracking.receive(Event("mse-done", "done"))
    tracking.finish()
    tracking.close()
    assert tracking.report() == []
    assert [path.name for path in results.root.iterdir()] == ["trials"]
