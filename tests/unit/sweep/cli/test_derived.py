"""A run that was killed has written no tables: commands make them from the records."""

import json
import platform
import subprocess
import sys

import pandas as pd
import pytest

from sweep.config.grid import Start, expand
from sweep.config.loading import load_config
from sweep.config.names import StartKind
from sweep.scoring.sets.references import prepare_reference
from sweep.scoring.sets.test_sets import resolve_test_set
from sweep.store.claims import RUN_FILE
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.records.scores import ReferenceScores

CONFIG = load_config("smoke", {"device": "cpu", "eval.metrics": ["psnr"]})
STARTS = {(StartKind.SRRESNET, 0): Start(StartKind.SRRESNET, 0, "file:00", None)}
DONE, KILLED = (trial.name for trial in expand(CONFIG, STARTS))


def scores(value: float) -> dict[str, dict[str, float]]:
    return {name: {"psnr_y": value, "psnr_rgb": value - 2} for name in ("chelsea", "coffee")}


def leave_claim(store: SweepStore) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    claim = {"host": platform.node(), "pid": ended.pid, "started": "2026-01-01"}
    (store.root / RUN_FILE).write_text(json.dumps(claim))


@pytest.fixture
def killed(tmp_path) -> SweepStore:
    """A sweep whose run was killed with one trial done and one under way."""
    store = SweepStore(tmp_path / "killed")
    store.write_config(CONFIG)
    prepare_reference(
        resolve_test_set("skimage3", 4), 4, store.reference("skimage3"), crop=96, limit=2
    )
    store.write_reference_scores("skimage3", ReferenceScores(bicubic=scores(28)))
    start = store.generator("srresnet-s0")
    start.update_trial(state="done", recipe="file:00")
    for files, value in ((start, 30.0), (store.trial(DONE), 31.0)):
        files.update_trial(state="done")
        result = ResultRecord(schema_version=1, steps=20, scores={"skimage3": scores(value)})
        files.write_result(result)
    store.trial(KILLED).update_trial(state="running", spec=expand(CONFIG, STARTS)[1].spec)
    leave_claim(store)
    return store


@pytest.mark.parametrize(
    "command",
    [
        ("table", "{}"),
        ("plot", "{}"),
        ("plot", "{}", "--format", "svg", "--y", "psnr_rgb"),
        ("report", "{}"),
        ("recommend", "{}", "--best", "psnr_y"),
        ("compare", "{}:mse@0", "{}:bicubic"),
    ],
)
def test_a_command_makes_the_tables_that_a_killed_run_did_not_write(sweep, killed, command):
    answer = sweep(*(part.format(killed.root) for part in command))
    assert answer.status == 0, answer.err
    assert "the tables are made from its records" in answer.err
    table = pd.read_csv(killed.root / "results.csv", dtype=str, keep_default_na=False)
    states = dict(zip(table["trial"], table["status"], strict=True))
    assert (states[DONE], states[KILLED]) == ("done", "interrupted")
    assert "made from" not in sweep("table", str(killed.root)).err


def test_tables_that_are_older_than_a_killed_run_are_made_anew(sweep, killed):
    sweep("table", str(killed.root))
    result = ResultRecord(schema_version=1, steps=20, scores={"skimage3": scores(29.0)})
    killed.trial(KILLED).write_result(result)
    killed.trial(KILLED).update_trial(state="done")
    leave_claim(killed)
    sweep("table", str(killed.root))
    table = pd.read_csv(killed.root / "results.csv", dtype=str)
    assert set(table["status"]) == {"done"}


def test_an_interrupted_trial_says_how_it_goes_on(sweep, killed):
    for name in (KILLED, "mse@0.001"):
        answer = sweep("compare", f"{killed.root}:{name}", ":bicubic")
        assert answer.status == 2
        assert f"{KILLED} is interrupted: run the sweep again to go on" in answer.err
    answer = sweep("interpolate", str(killed.root), "--from", KILLED, "--to", DONE)
    assert answer.status == 2
    assert "it is interrupted: run the sweep again to go on" in answer.err
    assert "delet" not in answer.err


def test_where_nothing_is_scored_the_command_that_goes_on_is_named(sweep, tmp_path):
    store = SweepStore(tmp_path / "begun")
    store.write_config(CONFIG)
    answer = sweep("table", str(store.root))
    assert answer.status == 2
    config = store.root / "sweep.yaml"
    assert f"`sweep run --config {config} --out {store.root}` goes on" in answer.err
