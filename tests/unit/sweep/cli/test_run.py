"""What `sweep run` refuses, and that it then leaves nothing behind."""

import json
import re
import shutil
import struct
import sys

import numpy as np
import pytest

from srgan_core.data.images import read_rgb, write_png
from srgan_core.inference import save_generator
from srgan_core.installing import install_extra
from srgan_core.networks import Generator
from sweep.cli.run import print_summary
from sweep.config.loading import load_config
from sweep.planning.calibration import StepCost
from sweep.runner import Summary
from sweep.store.folder import SweepStore


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--score-every 21", "--score-every: expected at most 20, the steps of a trial, got 21"),
        ("--score-every 3 --steps 2", "--score-every: expected at most 2, the steps of a trial"),
        ("--track wandbb", "expected wandb or mlflow, got 'wandbb'"),
        ("--bogus", "No such option"),
        ("surplus", "unexpected extra argument"),
        ("--retry done", "expected failed, diverged or none, got 'done'"),
        ("--watchdog 0", "expected seconds above 0 or off, got '0'"),
        ("--watchdog nan", "expected seconds above 0 or off, got 'nan'"),
        ("--executor lsf", "'lsf' is not one of 'local', 'ray', 'slurm'"),
        ("--executor slurm --slurm partion=gpu", "did you mean 'partition'?"),
    ],
)
def test_wrong_usage_is_refused_with_one_message(refused, arguments, message):
    assert message in refused(*arguments.split(" "))


@pytest.mark.parametrize("options", [["--address", "auto"], ["--ray-storage", "--dry-run"]])
def test_options_of_a_cluster_without_one_are_refused(refused, options):
    assert "add --executor ray" in refused(*options)


def test_a_tracker_that_is_not_installed_is_refused_before_anything_is_written(
    refused, monkeypatch
):
    monkeypatch.setitem(sys.modules, "wandb", None)
    message = refused("--track", "wandb", status=3)
    command = install_extra("wandb")
    assert message == f"error: --track wandb: not installed: wandb; {command}\n"


@pytest.fixture
def generator(tmp_path):
    path = tmp_path / "generator.safetensors"
    save_generator(path, Generator(4))
    return path


def _random(content: bytes) -> bytes:
    return bytes(range(256)) * 20


def _truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _bomb(content: bytes) -> bytes:
    return struct.pack("<Q", 2**62) + content[8:]


def _empty(content: bytes) -> bytes:
    return b""


def _foreign(content: bytes) -> bytes:
    header = json.dumps({"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(4)


@pytest.mark.parametrize("damage", [_random, _truncated, _bomb, _empty, _foreign])
def test_a_damaged_generator_is_refused(refused, generator, damage):
    generator.write_bytes(damage(generator.read_bytes()))
    assert f"error: {generator}: " in refused("--init", str(generator))


def test_a_folder_is_no_generator(refused, tmp_path):
    assert str(tmp_path) in refused("--init", str(tmp_path))


def test_a_generator_of_another_scale_is_refused(refused, generator):
    message = refused("--init", str(generator), "--scale", "2")
    assert "made for scale 4, asked for 2" in message


def test_damaged_pretrained_weights_are_refused(refused, tmp_path, monkeypatch, own_cache):
    checkpoints = tmp_path / "torch" / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    (checkpoints / "vgg16-397923af.pth").write_bytes(bytes(1000))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    message = refused("--content", "vgg16-22", status=3)
    assert "vgg16-397923af.pth: its SHA-256 must begin with 397923af" in message
    assert "delete the file" in message


@pytest.mark.parametrize("content", ["vgg22", "vgg54", "mse,vgg22"])
def test_vgg19_that_cannot_be_had_names_the_way_out(
    refused, tmp_path, monkeypatch, own_cache, content
):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("SWEEP_OFFLINE", "1")
    message = refused("--content", content, status=3)
    assert "vgg19-dcbb9e9d.pth" in message
    assert str(tmp_path / "torch" / "hub" / "checkpoints") in message
    assert "vgg16-22 or vgg16-53" in message


def test_a_full_disk_is_refused(refused, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 9, 5 << 20))
    message = refused("--jobs", "1", status=3)
    assert re.search(r"5 MB of disk are free, training needs \d+ MB", message)


def test_plan_and_run_ask_for_the_same_disk(sweep, refused, monkeypatch):
    monkeypatch.setattr(
        "sweep.planning.calibration.measure_step", lambda *_: StepCost(0.5, 0.0, None)
    )
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 9, 5 << 20))
    smoke = ("--config", "smoke", "--metrics", "psnr", "--jobs", "2", "--adv", "0.001,0.01")
    needed = json.loads(sweep("plan", "--json", *smoke).out)["estimate"]["disk_gb"] * 1e9
    problem = f"5 MB of disk are free, training needs {int(needed) >> 20} MB"
    assert problem in refused("--jobs", "2", "--adv", "0.001,0.01", status=3)
    dry = sweep("run", "--dry-run", *smoke)
    assert dry.status == 0
    assert "warning: `sweep run` will refuse this: " in dry.out
    assert problem in dry.out


def test_a_folder_of_something_else_is_refused(refused, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").touch()
    assert "choose an empty folder as --out" in refused("--out", "thesis")


@pytest.mark.parametrize("out", ["file", "file/below", "/dev/null/x", "a" * 300])
def test_a_folder_that_cannot_be_is_refused(refused, tmp_path, out):
    (tmp_path / "file").touch()
    assert "choose another" in refused("--out", out)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x00\xff", "damaged or written by another version"),
        (b"", "damaged or written by another version"),
        (b"schema_version: 99\n", "damaged or written by another version"),
    ],
)
def test_a_damaged_results_folder_is_refused(refused, tmp_path, content, message):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "sweep.yaml").write_bytes(content)
    assert message in refused("--out", "old")
    assert (tmp_path / "old" / "sweep.yaml").read_bytes() == content


def test_a_folder_of_a_later_version_is_refused(refused, tmp_path):
    store = SweepStore(tmp_path / "old")
    store.write_config(load_config("smoke"))
    path = store.root / "sweep.yaml"
    path.write_text(path.read_text().replace("schema_version: 1", "schema_version: 99"))
    assert "expected schema_version 1, got 99" in refused("--out", "old")


def test_a_folder_at_work_is_refused(refused, tmp_path):
    store = SweepStore(tmp_path / "busy")
    with store.locked():
        assert "another `sweep run` is at work there" in refused("--out", "busy")


def test_training_images_that_hold_a_test_image_are_refused(
    refused, tmp_path, tmp_path_factory, monkeypatch
):
    from sweep.scoring.sets.test_sets import resolve_test_set

    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path_factory.mktemp("cache")))
    chelsea = read_rgb(resolve_test_set("skimage3", 4).hr[0])
    write_png(tmp_path / "photos" / "cat.png", chelsea)
    write_png(tmp_path / "photos" / "dog.png", chelsea)
    message = refused("--set", f"data.sources={{'folder:{tmp_path / 'photos'}': 1.0}}")
    assert "cat.png: is nearly the same image as chelsea.png" in message


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_a_test_set_with_a_damaged_image_is_refused(refused, tmp_path, content):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "broken.png").write_bytes(content)
    assert "broken.png" in refused("--eval", f"folder:{tmp_path / 'photos'}")


def test_a_test_set_whose_image_is_cut_off_is_refused(refused, tmp_path, generator):
    rgb = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = tmp_path / "photos" / "half.png"
    write_png(path, rgb)
    path.write_bytes(path.read_bytes()[:-2000])
    assert "half.png" in refused("--eval", f"folder:{tmp_path / 'photos'}")


def test_two_test_sets_of_one_name_are_refused(refused, tmp_path):
    for parent in ("a", "b"):
        rgb = np.zeros((64, 64, 3), dtype=np.uint8)
        write_png(tmp_path / parent / "photos" / "x.png", rgb)
    folders = [f"folder:{tmp_path / parent / 'photos'}" for parent in ("a", "b")]
    assert "2 of them are called 'photos'" in refused("--eval", ",".join(folders))


def test_a_dry_run_shows_the_grid_and_writes_nothing(sweep, tmp_path, monkeypatch):
    monkeypatch.setattr("sweep.planning.calibration.CALIBRATION_SECONDS", 0.01)
    options = "--config smoke --metrics psnr --adv 1e-4,1e-2 --dry-run --seeds 1,2"
    answer = sweep("run", *options.split())
    assert answer.status == 0
    assert "6 trials, 6 to train into results/smoke" in answer.out
    assert answer.out.count("pending") == 6
    assert "0.0001" in answer.out
    assert "with 1 thread each" in answer.out
    assert list(tmp_path.iterdir()) == []


def test_the_summary_says_what_to_do_about_each_trial(folder, capsys):
    results = SweepStore(folder)
    results.trial("b").update_trial(state="diverged", cause="loss_d not finite at iteration 3")
    results.trial("c").update_trial(state="failed", cause="no memory")
    results.trial("e").update_trial(state="pending", seed=0, start="srgan")
    results.generator("srgan-s0").update_trial(state="diverged", cause="not finite")
    states = {"a": "done", "b": "diverged", "c": "failed", "d": "pending", "e": "pending"}
    summary = Summary(states, ("a",), (results.root / "results.csv",), ("a note",))
    print_summary(results, summary)
    out = capsys.readouterr().out
    assert "1 of 5 trials done, 1 trained in this run" in out
    assert "b: diverged: loss_d not finite at iteration 3; --retry diverged trains it again" in out
    assert "the same recipe diverges at the same step again: the recipe has to change" in out
    assert "c: failed: no memory; run again to try again" in out
    assert "d: pending: what it starts from is not there" in out
    assert "e: pending: srgan-s0, which it starts from, diverged; --retry diverged trains" in out
    assert "note: a note" in out
    assert summary.exit_status == 1


@pytest.mark.parametrize("states", ["none,failed", "failed,none", "done", "failed,failed"])
def test_states_to_try_again_are_named_or_none(refused, states):
    assert "--retry" in refused("--retry", states)
