"""Real runs of MLflow in its SQLite file, read back from there."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
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


@pytest.fixture(autouse=True, scope="module")
def _no_server() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
            patch.delenv(name, raising=False)
        yield


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


@pytest.fixture(scope="module")
def written(
    make_results: Callable[[Path], SweepStore], tmp_path_factory: pytest.TempPathFactory
) -> SweepStore:
    """Two trials in MLflow's file, one of them with scores on `=cmd [red]`; not to be changed."""
    store = make_results(tmp_path_factory.mktemp("written"))
    files = store.trial("mse-done")
    files.write_result(files.read_result().with_scores("=cmd [red]", {"a": {"psnr_y": 20.0}}))
    assert write(store, files, store.trial("mse-diverged")) is None
    return store


@needs_mlflow
def test_a_trial_is_one_run_in_the_sweep_s_experiment(written):
    columns = "runs.name, status, end_time - start_time, experiments.name"
    query = f"select {columns} from runs join experiments using (experiment_id) order by runs.name"
    assert rows(written, query) == [
        ("mse-diverged", "FAILED", 70 * 60 * 1000, "grid"),
        ("mse-done", "FINISHED", 70 * 60 * 1000, "grid"),
    ]
    uuid = "(select run_uuid from runs where name = 'mse-done')"
    params = dict(rows(written, f"select key, value from params where run_uuid = {uuid}"))
    assert params["adversarial_weight"] == "0.001"
    assert params["training.discriminator.warmup_steps"] == "2"
    assert rows(written, LOSSES.replace("order", f"and run_uuid = {uuid} order")) == LOGGED
    latest = dict(rows(written, f"select key, value from latest_metrics where run_uuid = {uuid}"))
    assert latest["set5/psnr_y"] == 31.0
    tags = dict(rows(written, f"select key, value from tags where run_uuid = {uuid}"))
    assert (tags["status"], tags["sweep"]) == ("done", "grid")


@needs_mlflow
def test_a_trial_that_goes_on_goes_on_in_its_run(written, tmp_path):
    results = SweepStore(shutil.copytree(written.root, tmp_path / "grid"))
    files = results.trial("mse-done")
    with files.log.open("a") as log:
        log.write('{"iteration": 6, "loss_d": 0.25}\n')
    assert write(results, files) is None
    assert rows(results, "select count(*) from runs where name = 'mse-done'") == [(1,)]
    uuid = "(select run_uuid from runs where name = 'mse-done')"
    losses = rows(results, LOSSES.replace("order", f"and run_uuid = {uuid} order"))
    assert losses == [*LOGGED, (6, 0.25, 0)]


@needs_mlflow
def test_names_that_mlflow_refuses_are_written_otherwise(written):
    query = "select value from latest_metrics where key = '_cmd _red_/psnr_y'"
    assert rows(written, query) == [(20.0,)]


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
