"""The small commands: their output and their exit status."""

import pytest

from srgan_core.errors import DataError, WeightsError
from sweep.runner import Summary
from sweep.store.folder import SweepStore


def test_fetch_says_what_it_got_and_fails_for_what_it_did_not(sweep, monkeypatch, tmp_path):
    class Found:
        path, origin = tmp_path / "alexnet.safetensors", "hub cache"

    def fetch(name: str) -> Found:
        if name != "alexnet":
            raise WeightsError(f"{name}: not to be had")
        return Found()

    def find(name: str, scale: int) -> None:
        raise DataError(f"{name}: no network")

    monkeypatch.setattr("srgan_core.weights.fetch_weights", fetch)
    monkeypatch.setattr("sweep.scoring.sets.test_sets.resolve_test_set", find)
    assert sweep("fetch", "alexnet").status == 0
    answer = sweep("fetch")
    assert answer.status == 1
    assert f"alexnet: {Found.path} (from the hub cache)" in answer.out
    assert answer.err.splitlines() == [
        "error: vgg16: not to be had",
        "error: vgg19: not to be had",
        "error: set5: no network",
    ]


def test_fetch_knows_its_names(sweep):
    answer = sweep("fetch", "vgg9")
    assert answer.status == 2
    assert "did you mean 'vgg19'?" in answer.err


@pytest.mark.parametrize("command", ["plot", "table"])
def test_reading_what_is_not_there_says_how_to_make_it(sweep, command):
    answer = sweep(command)
    assert answer.status == 2
    assert "results/quick" in answer.err
    assert "sweep run" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("command", ["plot", "table", "report", "serve", "status", "clean"])
def test_a_file_is_no_results_folder(sweep, tmp_path, command):
    (tmp_path / "notes.txt").touch()
    answer = sweep(command, "notes.txt")
    assert answer.status == 2
    assert "got the file notes.txt; give the folder that `sweep run` wrote" in answer.err


def test_a_table_in_place_of_its_folder_is_told_the_folder(sweep, store, usual):
    folder = store(usual.rows())
    answer = sweep("table", str(folder / "results.csv"))
    assert answer.status == 2
    assert f"got the file {folder / 'results.csv'}; give {folder}" in answer.err


@pytest.mark.parametrize("markup", ["csv", "markdown", "latex", "terminal"])
def test_tables_are_printed(sweep, store, usual, markup):
    folder = store(usual.rows())
    answer = sweep("table", str(folder), "--format", markup)
    assert answer.status == 0
    assert "bicubic" in answer.out
    assert answer.err == ""


def test_charts_are_drawn_where_the_tables_are(sweep, store, usual):
    folder = store(usual.rows())
    answer = sweep("plot", str(folder))
    assert answer.status == 0
    assert answer.out.split() == [str(folder / "tradeoff.png"), str(folder / "tradeoff.svg")]


def test_an_unknown_format_is_refused(sweep):
    answer = sweep("table", "--format", "word")
    assert answer.status == 2
    assert "'word' is not one of" in answer.err


def test_doctor_shows_every_section(sweep, monkeypatch):
    sections = [("versions", ["python 3"]), ("device", ["cpu"])]
    monkeypatch.setattr("sweep.cli.doctor.diagnose", lambda: iter(sections))
    answer = sweep("doctor")
    assert answer.status == 0
    assert answer.out == "versions\n  python 3\ndevice\n  cpu\n"


def test_the_summary_says_what_to_do_about_each_trial(store, usual, capsys):
    from sweep.cli.reports import report_summary

    results = SweepStore(store(usual.rows()))
    results.trial("b").update_trial(state="diverged", cause="loss_d not finite at iteration 3")
    results.trial("c").update_trial(state="failed", cause="no memory")
    states = {"a": "done", "b": "diverged", "c": "failed", "d": "pending"}
    summary = Summary(states, ("a",), (results.root / "results.csv",), ("a note",))
    report_summary(results, summary)
    out = capsys.readouterr().out
    assert "1 of 4 trials done, 1 trained in this run" in out
    assert "b: diverged: loss_d not finite at iteration 3; --retry diverged trains it again" in out
    assert "c: failed: no memory; run again to try again" in out
    assert "d: pending: the SRResNet that it starts from is not there" in out
    assert "note: a note" in out
    assert summary.exit_status == 1


@pytest.mark.parametrize(("signal", "status"), [(None, 0), (2, 130), (15, 143)])
def test_the_exit_status_follows_from_the_states_and_the_signal(signal, status):
    assert Summary({"a": "done"}, (), (), (), signal).exit_status == status
