"""Real runs of MLflow in its SQLite file, read back from there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from srgan_core.errors import MissingDependencyError
from sweep.store.folder import SweepStore
from sweep.store.trial_folder import TrialFolder
from sweep.tracking.mlflow import MlflowTracker
from sweep.tracking.process import TrackerProcess
from sweep.tracking.trackers import require_trackers

SECONDS = 300.0


def is_installed() -> bool:
    try:
        require_trackers(["mlflow"])
    except MissingDependencyError:
        return False
    return True


needs_mlflow = pytest.mark.skipif(
    not is_installed(), reason="MLflow is not installed: pip install '.[mlflow]'"
)


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
        monkeypatch.delenv(name, raising=False)


def write(store: SweepStore, *trials: TrialFolder) -> str | None:
    """Writes trials one after the other; returns why the tracker failed."""
    process = TrackerProcess("mlflow", store.root)
    try:
        for files in trials:
            process.send(files)
        while process.at_work:
            assert process.receive(SECONDS), "no answer"
    finally:
        process.close()
    return process.failure


def rows(store: SweepStore, query: str) -> list[tuple[object, ...]]:
    path = store.root / "mlruns" / "mlflow.db"
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


LOSSES = "select step, value, is_nan from metrics where key = 'loss_d' order by step"

LOGGED = [(1, 1.0, 0), (2, 0.5, 0), (3, 0.5, 0), (4, 0.0, 1), (5, 0.5, 0)]


@needs_mlflow
def test_a_trial_is_one_run_in_the_sweep_s_experiment(results):
    assert write(results, results.trial("mse-done"), results.trial("mse-diverged")) is None
    columns = "runs.name, status, end_time - start_time, experiments.name"
    query = f"select {columns} from runs join experiments using (experiment_id) order by runs.name"
    assert rows(results, query) == [
        ("mse-diverged", "FAILED", 70 * 60 * 1000, "grid"),
        ("mse-done", "FINISHED", 70 * 60 * 1000, "grid"),
    ]
    uuid = "(select run_uuid from runs where name = 'mse-done')"
    params = dict(rows(results, f"select key, value from params where run_uuid = {uuid}"))
    assert params["adversarial_weight"] == "0.001"
    assert params["training.discriminator.warmup_steps"] == "2"
    assert rows(results, LOSSES.replace("order", f"and run_uuid = {uuid} order")) == LOGGED
    latest = dict(rows(results, f"select key, value from latest_metrics where run_uuid = {uuid}"))
    assert latest["set5/psnr_y"] == 31.0
    tags = dict(rows(results, f"select key, value from tags where run_uuid = {uuid}"))
    assert (tags["status"], tags["sweep"]) == ("done", "grid")


@needs_mlflow
def test_a_trial_that_goes_on_goes_on_in_its_run(results):
    files = results.trial("mse-done")
    assert write(results, files) is None
    with files.log.open("a") as log:
        log.write('{"iteration": 6, "loss_d": 0.25}\n')
    assert write(results, files) is None
    assert rows(results, "select count(*) from runs") == [(1,)]
    assert rows(results, LOSSES) == [*LOGGED, (6, 0.25, 0)]


@needs_mlflow
def test_names_that_mlflow_refuses_are_written_otherwise(results):
    files = results.trial("mse-done")
    files.write_result(files.read_result().with_scores("=cmd [red]", {"a": {"psnr_y": 20.0}}))
    assert write(results, files) is None
    query = "select value from latest_metrics where key = '_cmd _red_/psnr_y'"
    assert rows(results, query) == [(20.0,)]


@needs_mlflow
def test_a_server_that_is_not_there_is_a_failure_with_one_line(results, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    failure = write(results, results.trial("mse-done"))
    assert failure is not None
    assert failure.startswith("MlflowException: ")
    assert "\n" not in failure
    assert not (results.root / "mlruns" / "mlflow.db").exists()


def test_another_server_is_another_destination(monkeypatch):
    before = MlflowTracker.destination()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", str(Path("/elsewhere")))
    assert MlflowTracker.destination() != before
