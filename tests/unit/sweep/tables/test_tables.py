from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from sweep.analysis import summary
from sweep.cli import cli
from sweep.errors import StoreError
from sweep.store.folder import METRICS_FILE
from sweep.store.records import base
from sweep.tables.curves import INTERPOLATION, interpolation_frame
from sweep.tables.files import write_csv
from sweep.tables.frames import records_of, results_frame
from sweep.tables.tables import read_tables
from sweep.visualization.drawings import bring_up_to_date


@pytest.fixture
def reads(monkeypatch):
    """Counts how often each table, and metrics.json, is read to be parsed."""
    counted: Counter[str] = Counter()
    opened, decoded = Path.open, base.decode

    def counted_open(path, mode="r", *args, **kwargs):
        if path.suffix == ".csv" and mode == "r":
            counted[path.name] += 1
        return opened(path, mode, *args, **kwargs)

    def counted_decode(content, kind, path):
        if path.name == METRICS_FILE:
            counted[path.name] += 1
        return decoded(content, kind, path)

    monkeypatch.setattr(Path, "open", counted_open)
    monkeypatch.setattr(base, "decode", counted_decode)
    return counted


@pytest.fixture
def folder(store, usual):
    made = store(usual.rows())
    record = {"from": "srresnet-s0", "to": "b", "space": "weights", "dataset": "set5", "images": 1}
    points = [{"alpha": alpha, "psnr_y": 29.0, "lpips_alex": 0.2} for alpha in (0.0, 1.0)]
    write_csv(interpolation_frame([record | point for point in points]), made / INTERPOLATION)
    return made


def test_what_is_not_there_is_none(folder):
    tables = read_tables(folder)
    assert len(tables.interpolation) == 2
    assert tables.path is None


def test_a_damaged_table_is_refused(folder):
    (folder / INTERPOLATION).write_text("a,b\n")
    with pytest.raises(StoreError, match=INTERPOLATION):
        read_tables(folder)


@pytest.mark.parametrize(
    "command",
    [
        ["plot"],
        ["plot", "--published"],
        ["plot", "--y", "niqe"],
        ["table"],
        ["table", "--format", "csv"],
        ["report"],
        ["recommend", "--best", "niqe"],
    ],
)
def test_a_command_reads_each_file_once(folder, reads, command):
    name, *options = command
    result = CliRunner().invoke(cli, [name, str(folder), *options])
    assert result.exit_code == 0, result.output
    assert reads["results.csv"] == 1
    assert set(reads.values()) == {1}


@pytest.mark.parametrize("command", ["table", "report"])
def test_both_ends_need_each_file_once_too(store, usual, reads, command):
    rows = usual.rows()
    others = [
        replace(row, trial=f"{row.trial}-srgan", start="srgan")
        for row in rows
        if row.method == "srgan"
    ]
    result = CliRunner().invoke(cli, [command, str(store([*rows, *others]))])
    assert result.exit_code == 0, result.output
    assert set(reads.values()) == {1}
    assert "per_image.csv" in reads


def test_charts_and_figures_need_each_file_once(folder, reads):
    bring_up_to_date(read_tables(folder))
    assert reads["results.csv"] == reads["per_image.csv"] == reads["metrics.json"] == 1


def test_a_chart_averages_over_the_seeds_once(folder, monkeypatch):
    calls = []
    averaged = summary.seed_means
    monkeypatch.setattr(summary, "seed_means", lambda *args: calls.append(args) or averaged(*args))
    result = CliRunner().invoke(cli, ["plot", str(folder)])
    assert result.exit_code == 0, result.output
    assert len(calls) == 1


@pytest.mark.parametrize(("digests", "seeds"), [(("aa", "aa"), 1), (("aa", "bb"), 2)])
def test_a_start_that_is_one_file_for_every_seed_is_one(usual, digests, seeds):
    rows = [
        replace(row, generator_sha256=digests[row.seed]) if row.method == "srresnet" else row
        for row in replace(usual, seeds=(0, 1)).rows()
    ]
    means = {
        mean["method"]: mean for mean in records_of(summary.summary_frame(results_frame(rows)))
    }
    assert means["srresnet"]["seeds"] == seeds
    assert (means["srresnet"]["psnr_y_ci95"] is None) is (seeds == 1)
    assert means["srgan"]["seeds"] == 2
