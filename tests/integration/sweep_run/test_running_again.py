"""A finished smoke sweep run again: as it was, tracked, extended, changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from srgan_core.data.images import write_png

pytestmark = pytest.mark.slow

STUBS = Path(__file__).resolve().parents[2] / "support" / "trackers"


def stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    return {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def copy(finished, tmp_path) -> Path:
    return shutil.copytree(finished, tmp_path / "smoke")


@pytest.fixture(scope="module")
def from_both_ends(sweep, finished, smoke, tmp_path_factory) -> Path:
    """The finished sweep with trials from the other end too; not to be changed."""
    folder = shutil.copytree(finished, tmp_path_factory.mktemp("ends") / "smoke")
    answer = sweep(*smoke, "--start", "srgan", "--out", folder)
    assert answer.returncode == 0, answer.stderr
    assert "2 of 2 trials done, 2 trained in this run" in answer.stdout
    return folder


def test_running_again_trains_nothing(sweep, copy, smoke):
    before = {p: s for p, s in stamps(copy).items() if "trials" in p.parts}
    answer = sweep(*smoke, "--out", copy)
    assert answer.returncode == 0
    assert "2 of 2 trials done, 0 trained in this run" in answer.stdout
    assert "started" not in answer.stderr
    assert {p: s for p, s in stamps(copy).items() if "trials" in p.parts} == before


def test_running_again_loads_neither_networks_nor_what_draws(loaded_by, copy, smoke):
    loaded = loaded_by(*smoke, "--out", copy)
    assert loaded & {"torch", "torchvision", "lpips", "pyiqa", "matplotlib", "scipy"} == set()


def test_a_tracker_is_told_of_a_finished_sweep_once_and_changes_nothing(sweep, copy, smoke):
    kept = {p: s for p, s in stamps(copy).items() if {"trials", "shared"} & set(p.parts)}
    config = (copy / "sweep.yaml").read_bytes()
    for written in ("3 runs", "0 runs"):
        answer = sweep(*smoke, "--track", "wandb", "--out", copy, PYTHONPATH=str(STUBS))
        assert answer.returncode == 0, answer.stderr
        assert f"tracked with wandb: {written} written" in answer.stdout
    runs = [json.loads(line) for line in (copy / "wandb/runs.jsonl").read_text().splitlines()]
    names = {"srresnet-s0", *(path.name for path in (copy / "trials").iterdir())}
    assert {(run["name"], run["group"]) for run in runs} == {(name, "smoke") for name in names}
    assert sorted(run["lines"] for run in runs) == [0, 20, 20]
    assert all(run["summary"]["skimage3/psnr_y"] > 20 for run in runs)
    assert {p: stamps(copy)[p] for p in kept} == kept
    assert (copy / "sweep.yaml").read_bytes() == config


def test_a_tracker_that_fails_is_one_line_and_leaves_the_sweep_as_it_is(sweep, copy, smoke):
    environment = {"PYTHONPATH": str(STUBS), "STUB_WANDB": "raises"}
    answer = sweep(*smoke, "--track", "wandb", "--out", copy, **environment)
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr.count("track wandb: warning: given up for this run") == 1
    assert "invalid API key" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_more_values_extend_a_sweep_and_keep_what_is_there(sweep, copy, tmp_path, rows):
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


def test_another_change_is_refused_and_changes_nothing(sweep, finished, smoke):
    before = stamps(finished)
    answer = sweep(*smoke, "--steps", "21", "--out", finished)
    assert answer.returncode == 2
    assert "adversarial.steps (was 20, now 21)" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert stamps(finished) == before


def test_the_other_end_extends_a_sweep_and_brackets_it(
    sweep, finished, from_both_ends, tmp_path, smoke, rows, generators
):
    before, old = generators(finished), rows(finished)
    after = generators(from_both_ends)
    assert after.items() >= before.items()
    assert len(after) == len(before) + 3
    listed = rows(from_both_ends)
    assert [row for row in listed if row["start"] != "srgan" and row["method"] != "pair"] == old
    assert [row["trial"] for row in listed if row["method"] == "pair"] == ["srgan-s0"]
    brackets = rows(from_both_ends, "convergence.csv")
    assert [(row["adv"], row["metric"]) for row in brackets] == [
        ("0", "psnr_y"),
        ("0.001", "psnr_y"),
    ]
    table = sweep("table", from_both_ends)
    assert "how far apart both ends are" in table.stdout
    copy = shutil.copytree(from_both_ends, tmp_path / "smoke")
    again = sweep(*smoke, "--start", "srresnet,srgan", "--out", copy)
    assert "4 of 4 trials done, 0 trained in this run" in again.stdout


def test_a_pair_of_the_user_is_where_trials_set_out_from(
    sweep, from_both_ends, smoke, tmp_path, rows
):
    pair, out = from_both_ends / "shared" / "srgan-s0", tmp_path / "own"
    answer = sweep(*smoke, "--init", pair, "--adv", "1e-3", "--out", out)
    assert answer.returncode == 0, answer.stderr
    assert {row["start"] for row in rows(out) if row["method"] == "srgan"} == {"srgan"}
    elsewhere = shutil.copytree(pair, tmp_path / "moved")
    again = sweep(*smoke, "--init", elsewhere, "--adv", "1e-3", "--out", out)
    assert "2 of 2 trials done, 0 trained in this run" in again.stdout
    # The same weights, and the same patches: the same generators.
    ours, theirs = (
        {r["adv"]: r["generator_sha256"] for r in rows(folder) if r["start"] == "srgan"}
        for folder in (out, from_both_ends)
    )
    assert ours == theirs
    other = sweep(*smoke, "--start", "srgan", "--out", out)
    assert other.returncode == 2
    assert "its trials start from another pair" in other.stderr
    assert "Traceback" not in other.stderr
