"""`python -m srgan_core.training`: its mistakes, its stop, its several processes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from srgan_core.data.images import read_rgb, write_png
from srgan_core.inference import load_generator, save_generator
from srgan_core.networks import Generator
from srgan_core.training.__main__ import main
from srgan_core.training.config import TrainingConfig
from srgan_core.training.log import read_log
from srgan_core.training.run_folder import LOCK

COMMAND = [sys.executable, "-m", "srgan_core.training"]


@pytest.fixture
def small_init(tmp_path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "init.safetensors"
    save_generator(path, Generator(4, channels=8, blocks=1))
    return path


@pytest.fixture
def write_spec(make_fields, tmp_path) -> Callable[..., Path]:
    def write(**changes: Any) -> Path:
        path = tmp_path / "spec.yaml"
        path.write_text(yaml.safe_dump(make_fields(**changes)))
        return path

    return write


def run_command(command: Sequence[object]) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )


def test_command_explains_every_mistake_in_a_spec_and_exits_2(tmp_path, capsys):
    spec = tmp_path / "spec.yaml"
    spec.write_text("data: {sources: {skimage: 1}}\ntraining: {steps: 0, bach_size: 4}\n")
    assert main([str(spec), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{spec}: training.steps: expected greater than or equal to 1, got 0",
        f"{spec}: training.bach_size: key 'bach_size' is unknown: "
        + ", ".join(TrainingConfig.model_fields)
        + "; did you mean 'batch_size'?",
    ]
    assert not (tmp_path / "out").exists()


def test_command_keeps_clear_of_test_images(write_spec, photographs, tmp_path, capsys):
    photograph = read_rgb(next(path for path in sorted(photographs.iterdir())))
    write_png(tmp_path / "tests" / "seen.png", np.ascontiguousarray(photograph[::-1]))
    command = [str(write_spec()), "--out", str(tmp_path / "out")]
    assert main([*command, "--test-images", str(tmp_path / "tests")]) == 2
    assert "is nearly the same image as seen.png of the test set" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (None, [], r"error: .*spec\.yaml: no such config file"),
        ("a: [", [], r"error: .*spec\.yaml: line 1: not valid YAML"),
        ("device: gpu", [], "error: device 'gpu' is unknown"),
        ("", ["--init", "none.safetensors"], r"error: none\.safetensors: no such file"),
    ],
)
def test_command_explains_other_mistakes_in_one_line_and_exits_2(
    write_spec, tmp_path, capsys, text, options, message
):
    spec = write_spec(device="gpu") if text == "device: gpu" else write_spec()
    if text is None:
        spec.unlink()
    elif "[" in text:
        spec.write_text(text)
    assert main([str(spec), "--out", str(tmp_path / "out"), *options]) == 2
    error = capsys.readouterr().err
    assert re.match(message, error)
    assert error.count("\n") == 1


def test_terminated_command_writes_a_checkpoint_and_goes_on_later(write_spec, small_init, tmp_path):
    spec = write_spec(training={"steps": 30_000, "checkpoint_every": 100_000})
    command = [*COMMAND, spec, "--out", tmp_path / "out", "--init", small_init]
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    log = tmp_path / "out" / "log.jsonl"
    try:
        deadline = time.monotonic() + 300
        while not (log.is_file() and log.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        output, error = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 143, error
    assert re.search(r"^interrupted after \d+ iterations", output, re.MULTILINE)
    (checkpoint,) = (tmp_path / "out" / "checkpoints").iterdir()
    assert read_log(log)[-1]["iteration"] == int(checkpoint.name)


def test_a_finished_training_says_so_and_takes_no_other_number_of_processes(
    write_spec, small_init, tmp_path, capsys, monkeypatch
):
    spec = write_spec(training={"checkpoint_every": 2})
    command = [str(spec), "--out", str(tmp_path / "out"), "--init", str(small_init)]
    assert main(command) == 0
    files = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    capsys.readouterr()
    assert main(command) == 0
    assert "trained already" in capsys.readouterr().out
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main(command) == 2
    assert "was begun with 1 process, got 2" in capsys.readouterr().err
    monkeypatch.delenv("WORLD_SIZE")
    (tmp_path / "out" / "finished.json").unlink()
    for manifest in (tmp_path / "out" / "checkpoints").rglob("manifest.json"):
        fields = json.loads(manifest.read_bytes())
        fields["extra"]["processes"] = 2
        manifest.write_text(json.dumps(fields))
    assert main(command) == 2
    assert "was begun with 2 processes, got 1" in capsys.readouterr().err
    kept = [path for path in files if path.suffix == ".safetensors"]
    assert all(path.read_bytes() == files[path] for path in kept)


@pytest.mark.slow
def test_two_processes_train_the_generator_that_one_trains(
    write_spec, small_init, tmp_path, records, saved_state
):
    """Without batch statistics the mean of two halves' gradients is the batch's gradient."""
    spec = write_spec(
        adversarial_weight=0,
        training={"batch_size": 4, "freeze_batchnorm_after": 0, "learning_rate": 1e-3},
    )
    arguments = [str(spec), "--init", str(small_init), "--out"]
    assert main([*arguments, str(tmp_path / "one")]) == 0
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    module = ["--nproc-per-node", 2, "-m", "srgan_core.training"]
    double = run_command([*launcher, *module, *arguments, tmp_path / "two"])
    assert double.returncode == 0, double.stderr
    assert double.stdout.count("trained after 4 iterations") == 1
    assert len(records(tmp_path / "two")) == 4
    start = load_generator(small_init).state_dict()
    one, two = saved_state(tmp_path / "one"), saved_state(tmp_path / "two")
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, rtol=0, atol=2e-4, msg=name)
    assert (one["tail.weight"] - start["tail.weight"]).abs().max() > 1e-3


@pytest.mark.slow
def test_two_processes_run_the_adversarial_phase(write_spec, small_init, tmp_path, records):
    discriminator = {"channels": 4, "warmup_steps": 1}
    spec = write_spec(training={"batch_size": 4, "accumulate": 2, "discriminator": discriminator})
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2", "-m", "srgan_core.training", spec]
    command += ["--init", small_init, "--out", tmp_path / "out"]
    finished = run_command(command)
    assert finished.returncode == 0, finished.stderr
    assert [line["iteration"] for line in records(tmp_path / "out")] == [1, 2, 3, 4, 5]
    assert all(np.isfinite(list(line.values())).all() for line in records(tmp_path / "out"))
    # The lock's file is left or not, by the version of filelock.
    names = {path.name for path in (tmp_path / "out").iterdir()} - {LOCK}
    assert sorted(names) == [
        "discriminator.safetensors",
        "finished.json",
        "generator.safetensors",
        "log.jsonl",
    ]
