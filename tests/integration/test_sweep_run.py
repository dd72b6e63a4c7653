"""`sweep run` on the smoke config from end to end: files, extension, jobs, stops, failures."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from srgan_core.data.images import write_png

pytestmark = pytest.mark.slow

SMOKE = ("run", "--config", "smoke", "--metrics", "psnr")

COLUMNS = (
    "trial,method,content,adv,seed,scale,dataset,images,psnr_y,ssim_y,psnr_rgb,lpips_alex,niqe,"
    "niqe_minus_hr,status,steps,train_seconds,pixel_weight,content_weight,grad_pixel,"
    "grad_content,grad_adv,generator_sha256,health,d_real,d_fake,d_saturated,d_blind,"
    "colour_shift,checkerboard,lr_psnr"
)

LONG = (*SMOKE, "--adv", "1e-3", "--set", "grid.control=false", "--steps", "90")
"""One trial that is at work long enough to be stopped three times."""

STOP_SECONDS = 10

STUBS = Path(__file__).resolve().parents[1] / "support" / "trackers"

StartSweep = Callable[..., subprocess.Popen[str]]


def rows(folder: Path, name: str = "results.csv") -> list[dict[str, str]]:
    """A table without what may differ between two runs."""
    with (folder / name).open(newline="") as file:
        lines = list(csv.DictReader(file))
    return [{k: v for k, v in line.items() if not k.endswith("_seconds")} for line in lines]


def generators(folder: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in folder.rglob("generator.safetensors")}


def stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    return {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def finished(sweep, tmp_path_factory) -> Path:
    """A finished smoke sweep; not to be changed."""
    folder = tmp_path_factory.mktemp("finished") / "smoke"
    answer = sweep(*SMOKE, "--out", folder)
    assert answer.returncode == 0, answer.stderr
    assert "2 of 2 trials done, 2 trained in this run" in answer.stdout
    return folder


@pytest.fixture
def copy(finished, tmp_path) -> Path:
    return shutil.copytree(finished, tmp_path / "smoke")


def test_a_results_folder_holds_what_the_readme_says(finished):
    names = {
        path.relative_to(finished).as_posix() for path in finished.rglob("*") if path.is_file()
    }
    expected = {"sweep.yaml", "results.csv", "per_image.csv", "summary.csv", "metrics.json"}
    expected |= {"tradeoff.png", "tradeoff.svg"}
    for part in ("hr", "lr", "bicubic"):
        expected |= {f"reference/skimage3/{part}/{name}.png" for name in ("chelsea", "coffee")}
    trained = [f"trials/{path.name}" for path in (finished / "trials").iterdir()]
    assert len(trained) == 2
    for folder in ("shared/srresnet-s0", *trained):
        files = ["trial.json", "result.json", "generator.safetensors"]
        files += ["images/skimage3/chelsea.png", "images/skimage3/coffee.png"]
        expected |= {f"{folder}/{name}" for name in files}
    expected |= {f"{folder}/log.jsonl" for folder in trained}
    assert expected <= names
    assert not any("checkpoints" in name or ".tmp" in name for name in names)


def test_the_tables_have_their_columns_and_rows(finished):
    assert (finished / "results.csv").read_text().splitlines()[0] == COLUMNS
    listed = rows(finished)
    assert [row["method"] for row in listed] == [
        "bicubic",
        "srresnet",
        "srgan",
        "srgan",
        "original",
    ]
    assert {row["dataset"] for row in listed} == {"skimage3"}
    assert {row["images"] for row in listed} == {"2"}
    control, adversarial = listed[2:4]
    assert (control["content"], control["adv"], control["seed"]) == ("mse", "0", "0")
    assert (adversarial["adv"], adversarial["steps"]) == ("0.001", "20")
    assert (control["grad_adv"], bool(adversarial["grad_adv"])) == ("", True)
    assert (finished / "trials" / adversarial["trial"]).is_dir()
    assert listed[1]["trial"] == "srresnet-s0"
    assert listed[0]["trial"] == "bicubic"
    assert all(float(row["psnr_y"]) > 20 for row in listed[:4])
    assert {row["ssim_y"] + row["lpips_alex"] + row["niqe"] for row in listed} == {""}


def test_every_record_is_strict_json(finished):
    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    documents = list(finished.rglob("*.json"))
    assert len(documents) > 6
    for path in documents:
        json.loads(path.read_text(), parse_constant=refuse)


def test_a_trial_says_how_it_came_about(finished):
    for folder in (finished / "trials").iterdir():
        record = json.loads((folder / "trial.json").read_text())
        assert record["state"] == "done"
        assert record["attempts"][0]["resumed_from"] is None
        assert record["spec"]["threads"] == 1
        assert len(record["attempts"]) == 1


def test_running_again_trains_nothing(sweep, finished):
    before = {p: s for p, s in stamps(finished).items() if "trials" in p.parts}
    answer = sweep(*SMOKE, "--out", finished)
    assert answer.returncode == 0
    assert "2 of 2 trials done, 0 trained in this run" in answer.stdout
    assert "started" not in answer.stderr
    assert {p: s for p, s in stamps(finished).items() if "trials" in p.parts} == before


def test_a_tracker_is_told_of_a_finished_sweep_once_and_changes_nothing(sweep, copy):
    kept = {p: s for p, s in stamps(copy).items() if {"trials", "shared"} & set(p.parts)}
    config = (copy / "sweep.yaml").read_bytes()
    for written in ("3 runs", "0 runs"):
        answer = sweep(*SMOKE, "--track", "wandb", "--out", copy, PYTHONPATH=str(STUBS))
        assert answer.returncode == 0, answer.stderr
        assert f"tracked with wandb: {written} written" in answer.stdout
    runs = [json.loads(line) for line in (copy / "wandb/runs.jsonl").read_text().splitlines()]
    names = {"srresnet-s0", *(path.name for path in (copy / "trials").iterdir())}
    assert {(run["name"], run["group"]) for run in runs} == {(name, "smoke") for name in names}
    assert sorted(run["lines"] for run in runs) == [0, 20, 20]
    assert all(run["summary"]["skimage3/psnr_y"] > 20 for run in runs)
    assert {p: stamps(copy)[p] for p in kept} == kept
    assert (copy / "sweep.yaml").read_bytes() == config


def test_a_tracker_that_fails_is_one_line_and_leaves_the_sweep_as_it_is(sweep, copy):
    environment = {"PYTHONPATH": str(STUBS), "STUB_WANDB": "raises"}
    answer = sweep(*SMOKE, "--track", "wandb", "--out", copy, **environment)
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr.count("track wandb: warning: given up for this run") == 1
    assert "invalid API key" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_more_values_extend_a_sweep_and_keep_what_is_there(sweep, copy, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    write_png(tmp_path / "noise" / "a.png", noise)
    before = {p: s for p, s in stamps(copy).items() if p.name == "generator.safetensors"}
    old = rows(copy)
    arguments = ["--adv", "1e-2", "--eval", f"folder:{tmp_path / 'noise'}", "--metrics", "ssim"]
    answer = sweep("run", "--config", "smoke", *arguments, "--out", copy)
    assert answer.returncode == 0, answer.stderr
    assert "2 of 2 trials done, 1 trained in this run" in answer.stdout
    assert {p: stamps(copy)[p] for p in before} == before
    listed = rows(copy)
    assert len(listed) == 2 * 6
    assert {row["dataset"]: row["images"] for row in listed} == {"skimage3": "2", "noise": "1"}
    assert (copy / "tradeoff.png").is_file()
    assert (copy / "tradeoff-noise.png").is_file()
    assert all(row["ssim_y"] and row["psnr_y"] for row in listed if row["method"] != "original")
    again = [{**row, "ssim_y": ""} for row in listed if row["dataset"] == "skimage3"]
    assert [row for row in again if row["adv"] != "0.01"] == old


def test_another_change_is_refused_and_changes_nothing(sweep, finished):
    before = stamps(finished)
    answer = sweep(*SMOKE, "--steps", "21", "--out", finished)
    assert answer.returncode == 2
    assert "adversarial.steps (was 20, now 21)" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert stamps(finished) == before


def test_two_jobs_at_once_give_the_same_bytes_as_one(sweep, finished, tmp_path):
    answer = sweep(*SMOKE, "--jobs", "2", "--out", tmp_path / "smoke")
    assert answer.returncode == 0, answer.stderr
    assert generators(tmp_path / "smoke") == generators(finished)
    for name in ("results.csv", "per_image.csv", "summary.csv"):
        assert rows(tmp_path / "smoke", name) == rows(finished, name)


def test_a_diverging_trial_has_its_row_and_exit_status_one(sweep, tmp_path):
    wild = ["--set", "adversarial.learning_rate=1e30", "--set", "grid.control=false"]
    answer = sweep(*SMOKE, *wild, "--out", tmp_path)
    assert answer.returncode == 1
    assert "0 of 1 trial done" in answer.stdout
    assert "diverged: " in answer.stdout
    assert "Traceback" not in answer.stderr
    (row,) = [row for row in rows(tmp_path) if row["method"] == "srgan"]
    assert (row["status"], row["psnr_y"], row["adv"]) == ("diverged", "", "0.001")
    assert (tmp_path / "summary.csv").is_file()
    assert (tmp_path / "tradeoff.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--content", "vgg45"], "did you mean 'vgg54'?"),
        (["--adv", "1e-3,0.001"], "0.001 stands twice"),
        (["--set", "adversarial.patch_size=4096"], "set a smaller adversarial.patch_size"),
    ],
)
def test_wrong_usage_ends_with_status_two_and_writes_nothing(sweep, tmp_path, arguments, message):
    answer = sweep(*SMOKE, *arguments, "--out", tmp_path / "new")
    assert answer.returncode == 2
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stdout == ""
    assert not (tmp_path / "new").exists()


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, "nothing happened for two minutes"
        time.sleep(0.02)


def wait_for_step(folder: Path, step: int, process: subprocess.Popen[str]) -> None:
    """Waits until a step was logged; the log has a line a step."""

    def reached() -> bool:
        logs = list(folder.glob("trials/*/log.jsonl"))
        return bool(logs) and len(logs[0].read_text().splitlines()) >= step

    wait_for(reached, process)


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that train for a run; multiprocessing starts them by spawn_main."""
    children = psutil.Process(process.pid).children()
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


def is_at_work(process: psutil.Process) -> bool:
    """Not so a dead process that nobody has waited for, as in a container without an init."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@dataclass(frozen=True)
class Stop:
    """How a run ended that was stopped, and what stood on disk right after."""

    status: int
    err: str
    record: dict[str, Any]
    statuses: list[str]
    checkpoints: int


@dataclass(frozen=True)
class Story:
    """One sweep that was stopped three times and then run to its end."""

    folder: Path
    kept_out: subprocess.CompletedProcess[str]
    ctrl_c: Stop
    sigterm: Stop
    killed: Stop
    workers: list[psutil.Process]
    orphans: list[psutil.Process]
    end: subprocess.CompletedProcess[str]


def look(folder: Path, process: subprocess.Popen[str], err: str) -> Stop:
    (trial,) = (folder / "trials").iterdir()
    return Stop(
        status=process.returncode,
        err=err,
        record=json.loads((trial / "trial.json").read_text()),
        statuses=[row["status"] for row in rows(folder) if row["method"] == "srgan"],
        checkpoints=len(list((trial / "checkpoints").iterdir())),
    )


@contextmanager
def at_work(start_sweep: StartSweep, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that is ten steps beyond what was logged before."""
    logged = [len(path.read_text().splitlines()) for path in folder.glob("trials/*/log.jsonl")]
    process = start_sweep(*LONG, "--out", folder)
    try:
        wait_for_step(folder, sum(logged) + 10, process)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def story(sweep, start_sweep, tmp_path_factory) -> Story:
    folder = tmp_path_factory.mktemp("story") / "smoke"
    with at_work(start_sweep, folder) as process:
        os.killpg(process.pid, signal.SIGSTOP)
        kept_out = sweep(*LONG, "--out", folder)
        os.killpg(process.pid, signal.SIGCONT)
        # A terminal sends it to every process of the group.
        os.killpg(process.pid, signal.SIGINT)
        ctrl_c = look(folder, process, process.communicate(timeout=STOP_SECONDS)[1])
    with at_work(start_sweep, folder) as process:
        process.send_signal(signal.SIGTERM)
        sigterm = look(folder, process, process.communicate(timeout=STOP_SECONDS)[1])
    with at_work(start_sweep, folder) as process:
        workers = workers_of(process)
        process.kill()
        killed = look(folder, process, process.communicate(timeout=STOP_SECONDS)[1])
        deadline = time.monotonic() + STOP_SECONDS
        while (orphans := list(filter(is_at_work, workers))) and time.monotonic() < deadline:
            time.sleep(0.05)
    end = sweep(*LONG, "--out", folder)
    return Story(folder, kept_out, ctrl_c, sigterm, killed, workers, orphans, end)


def test_a_second_run_is_kept_out_of_a_folder_at_work(story):
    assert story.kept_out.returncode == 2
    assert "another `sweep run` is at work there" in story.kept_out.stderr
    assert "Traceback" not in story.kept_out.stderr


def test_ctrl_c_leaves_a_checkpoint_and_tables(story):
    assert story.ctrl_c.status == 130
    assert "run the same command again to go on" in story.ctrl_c.err
    assert "Traceback" not in story.ctrl_c.err
    assert story.ctrl_c.record["state"] == "interrupted"
    assert story.ctrl_c.statuses == ["interrupted"]
    assert story.ctrl_c.checkpoints >= 1


def test_sigterm_does_the_same_to_a_run_that_went_on(story):
    assert story.sigterm.status == 143
    assert "Traceback" not in story.sigterm.err
    assert story.sigterm.record["state"] == "interrupted"
    assert story.sigterm.record["attempts"][-1]["resumed_from"] >= 10


def test_workers_end_with_a_supervisor_that_is_killed(story):
    assert story.killed.status == -signal.SIGKILL
    assert story.killed.record["state"] == "running"
    assert len(story.workers) == 1
    assert story.orphans == []


def test_a_run_that_was_stopped_ends_like_one_that_was_not(story, sweep, tmp_path):
    assert story.end.returncode == 0, story.end.stderr
    assert sweep(*LONG, "--out", tmp_path).returncode == 0
    assert generators(story.folder) == generators(tmp_path)
    assert rows(story.folder) == rows(tmp_path)
    (trial,) = (story.folder / "trials").iterdir()
    resumed = [
        attempt["resumed_from"]
        for attempt in json.loads((trial / "trial.json").read_text())["attempts"]
        if attempt.get("ended")
    ]
    assert resumed[0] is None
    assert resumed[1:] == sorted(resumed[1:])
    log = (trial / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in log] == list(range(1, 91))
    assert not (trial / "checkpoints").exists()


def test_a_worker_that_is_killed_fails_its_trial_alone(sweep, start_sweep, tmp_path):
    arguments = (*SMOKE, "--jobs", "2", "--steps", "40", "--out", tmp_path)
    process = start_sweep(*arguments)
    wait_for(lambda: len(list(tmp_path.glob("trials/*/log.jsonl"))) == 2, process)
    workers = workers_of(process)
    assert len(workers) == 2
    workers[0].kill()
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "1 of 2 trials done" in out
    statuses = sorted(row["status"] for row in rows(tmp_path) if row["method"] == "srgan")
    assert statuses == ["done", "failed"]
    answer = sweep(*arguments)
    assert answer.returncode == 0
    assert "2 of 2 trials done, 1 trained in this run" in answer.stdout
