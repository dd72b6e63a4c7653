"""Scoring on the way, health and interpolation on a tiny sweep, run in this process."""

from __future__ import annotations

import csv
import json
import shutil
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from sweep.cli import cli
from sweep.config.loading import load_config
from sweep.errors import StoreError
from sweep.execution.executors.base import StopRequest
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.failing import Job
from sweep.execution.jobs.running import run_job
from sweep.planning.plan import plan_sweep
from sweep.runner import Summary, run_sweep
from sweep.store.folder import SweepStore

STEPS = 6


class InProcess:
    """Runs jobs here; asks the sweep to stop after a given step of a trial."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.stop_after = stop_after

    def run(
        self, jobs: Sequence[Job], on_event: Callable[[Event], None], stop: StopRequest
    ) -> dict[str, str]:
        def emit(event: Event) -> None:
            if event.kind == "progress" and event.fields["iteration"] == self.stop_after:
                stop.signals.append(signal.SIGTERM)
            on_event(event)

        context = Context(emit=emit, should_stop=lambda: bool(stop), device="cpu", threads=1)
        return {job.label: run_job(job, context) for job in jobs}

    def close(self) -> None:
        """Nothing to end."""


def sweep(folder: Path, score_every: int | None = None, stop_after: int | None = None) -> Summary:
    changes = {
        "adversarial.steps": STEPS,
        "device": "cpu",
        "eval.metrics": ["psnr"],
        "grid.control": False,
    }
    store = SweepStore(folder)
    plan = plan_sweep(store, load_config("smoke", changes), frozenset())
    executor = InProcess(stop_after)
    return run_sweep(store, plan, executor, lambda event: None, score_every=score_every)


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file))


def trial_of(folder: Path) -> Path:
    (trial,) = (folder / "trials").iterdir()
    return trial


@pytest.fixture(scope="module")
def stopped(tmp_path_factory) -> Path:
    """A sweep that scored on the way, was stopped once, and went on."""
    folder = tmp_path_factory.mktemp("stopped") / "smoke"
    assert sweep(folder, score_every=2, stop_after=4).exit_status == 128 + signal.SIGTERM
    assert [row["step"] for row in table(folder, "path.csv")] == ["2"]
    assert sweep(folder, score_every=2).exit_status == 0
    return folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    """The same sweep, never stopped and scored at its end alone."""
    folder = tmp_path_factory.mktemp("plain") / "smoke"
    assert sweep(folder).exit_status == 0
    return folder


@pytest.fixture
def copy(stopped, tmp_path) -> Path:
    return shutil.copytree(stopped, tmp_path / "smoke")


def test_scoring_on_the_way_changes_no_byte_of_the_generator(stopped, plain):
    first, other = trial_of(stopped), trial_of(plain)
    assert first.name == other.name
    files = [trial / "generator.safetensors" for trial in (first, other)]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert not (plain / "path.csv").exists()


def test_a_stop_neither_repeats_nor_loses_a_step(stopped):
    rows = table(stopped, "path.csv")
    assert [row["step"] for row in rows] == ["2", "4", "6"]
    assert {(row["trial"], row["dataset"]) for row in rows} == {
        (trial_of(stopped).name, "skimage3")
    }
    last = next(row for row in table(stopped, "results.csv") if row["method"] == "srgan")
    assert rows[-1]["psnr_y"] == last["psnr_y"]
    assert rows[0]["psnr_y"] != last["psnr_y"]


def test_health_stands_in_the_table_and_is_measured_once(stopped, copy):
    row = next(row for row in table(stopped, "results.csv") if row["method"] == "srgan")
    assert row["health"] == ""
    assert 0 < float(row["d_fake"]) < 1
    assert 25 < float(row["lr_psnr"]) < 60
    reference = table(stopped, "results.csv")[0]
    assert (reference["method"], reference["lr_psnr"]) == ("bicubic", "")
    before = (trial_of(copy) / "result.json").stat().st_mtime_ns
    assert sweep(copy).trained == ()
    assert (trial_of(copy) / "result.json").stat().st_mtime_ns == before


def test_health_of_an_older_result_is_measured_without_training(copy):
    files = SweepStore(copy).trial(trial_of(copy).name)
    result = files.read_result().document()
    measured = result.pop("health")
    (files.path / "result.json").write_text(json.dumps(result))
    files.generator.unlink()
    assert sweep(copy).trained == ()
    assert files.read_result().health.document() == measured


def test_results_without_the_columns_of_health_are_read(copy):
    lines = [line.split(",") for line in (copy / "results.csv").read_text().splitlines()]
    end = lines[0].index("health")
    (copy / "results.csv").write_text("".join(",".join(line[:end]) + "\n" for line in lines))
    answer = CliRunner().invoke(cli, ["plot", str(copy)])
    assert answer.exit_code == 0, answer.output


def interpolate(folder: Path, *arguments: str) -> str:
    ends = ("--from", "srresnet-s0", "--to", "mse-adv0.001")
    answer = CliRunner().invoke(
        cli, ["interpolate", str(folder), *ends, *arguments], catch_exceptions=False
    )
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.mark.parametrize("space", ["weights", "images"])
def test_a_curve_begins_and_ends_at_the_generators(copy, space):
    arguments = ("--alphas", "0:1:0.5", "--space", space)
    assert "6 images scored" in interpolate(copy, *arguments)
    trial = trial_of(copy)
    curve = copy / "interpolations" / f"srresnet-s0--{trial.name}-{space}"
    ends = {"alpha-0": copy / "shared" / "srresnet-s0", "alpha-1": trial}
    for alpha, end in ends.items():
        for name in ("chelsea.png", "coffee.png"):
            image = f"skimage3/{name}"
            assert (curve / alpha / image).read_bytes() == (end / "images" / image).read_bytes()
    rows = table(copy, "interpolation.csv")
    assert [row["alpha"] for row in rows] == ["0", "0.5", "1"]
    scored = {row["trial"]: row["psnr_y"] for row in table(copy, "results.csv")}
    assert rows[0]["psnr_y"] == scored["srresnet-s0"]
    assert rows[2]["psnr_y"] == scored[trial.name]
    chart = (copy / "tradeoff.svg").read_bytes()
    assert "0 images scored" in interpolate(copy, *arguments)
    assert "2 images scored" in interpolate(copy, "--alphas", "0,0.25,1", "--space", space)
    assert [row["alpha"] for row in table(copy, "interpolation.csv")] == ["0", "0.25", "0.5", "1"]
    assert (copy / "tradeoff.svg").read_bytes() == chart


def test_scores_of_another_end_are_not_reused(copy):
    interpolate(copy, "--alphas", "0,1", "--space", "images")
    image = trial_of(copy) / "images" / "skimage3" / "coffee.png"
    shutil.copy(copy / "reference" / "skimage3" / "hr" / "coffee.png", image)
    with pytest.raises(StoreError, match=r"1 damaged \(coffee.png"):
        interpolate(copy, "--alphas", "0,1", "--space", "images")
    # Results of older versions hold no hash of the images.
    record = trial_of(copy) / "result.json"
    result = json.loads(record.read_text())
    del result["image_sha256"]
    record.write_text(json.dumps(result))
    assert "4 images scored" in interpolate(copy, "--alphas", "0,1", "--space", "images")
    assert table(copy, "interpolation.csv")[1]["psnr_y"] == "inf"


def test_a_generator_that_was_not_kept_stops_before_anything_is_written(copy):
    (trial_of(copy) / "generator.safetensors").unlink()
    absent = r"expected the generator that its result.json records \(\w+\), found none"
    with pytest.raises(StoreError, match=absent):
        interpolate(copy)
    assert not (copy / "interpolations").exists()
