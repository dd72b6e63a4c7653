"""`benchmarks/on_gpu.py`: every part at the smallest size, its end, what it refuses."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import numpy as np
import psutil
import pytest
import torch

from srgan_core.data.images import write_png
from srgan_core.errors import DataError

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

LIMIT_SECONDS = 600

CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
print(child.pid, flush=True)
time.sleep(300)
"""


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("on_gpu")


def on_gpu(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, BENCHMARKS / "on_gpu.py", *map(str, arguments)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


def stamps(folder: Path) -> dict[Path, int]:
    names = ("*.safetensors", "log.jsonl", "*step.json")
    return {path: path.stat().st_mtime_ns for name in names for path in folder.rglob(name)}


def states(output: str) -> list[str]:
    return output.splitlines()[-4:]


def ends(pid: int) -> bool:
    """Whether a process is gone soon; one that waits to be reaped is."""
    for _ in range(100):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.exhaustive
def test_the_reduced_run_goes_through_every_part_and_trains_nothing_again(tmp_path):
    out = tmp_path / "reference"
    early = on_gpu("--reduced", "--out", out, "--minutes", 1e-6)
    assert early.returncode == 3, early.stderr
    parts = ("step", "srresnet", "pair", "grid")
    assert states(early.stdout) == [f"{part}: goes on" for part in parts]
    assert not out.exists()

    done = on_gpu("--reduced", "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert states(done.stdout) == [f"{part}: done" for part in parts]
    record = json.loads((tmp_path / "reference-step.json").read_text())
    assert record["machine"]["versions"]["torch"] == version("torch")
    assert record["ratio"] > 0
    srresnet = tmp_path / "reference-srresnet"
    last = json.loads((srresnet / "log.jsonl").read_text().splitlines()[-1])
    assert last["step"] == 4
    assert (tmp_path / "reference-srgan" / "discriminator.safetensors").is_file()
    assert "4 of 4 trials done, 4 trained in this run" in done.stdout
    assert (out / "tradeoff.png").is_file()

    before = stamps(tmp_path)
    assert len(before) > 5
    again = on_gpu("--reduced", "--out", out)
    assert again.returncode == 0, again.stderr
    assert stamps(tmp_path) == before
    assert "4 of 4 trials done, 0 trained in this run" in again.stdout
    assert "srgan_core.training" not in again.stdout


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_no_gpu_is_said_in_one_message(tmp_path):
    answer = on_gpu("--out", tmp_path / "reference", "--photographs", tmp_path)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert "no NVIDIA GPU" in answer.stderr
    assert "--reduced" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_at_the_end_of_its_time_a_command_ends_with_its_children(script, capfd):
    assert script.run(["-c", CHILD], time.monotonic() + 8) == "goes on"
    grandchild = int(capfd.readouterr().out.split()[-1])
    assert ends(grandchild)


def test_a_signal_ends_the_command_with_its_children(tmp_path):
    driver = (
        "import signal, sys, time, on_gpu\n"
        "signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))\n"
        f"on_gpu.run(['-c', {CHILD!r}], time.monotonic() + 300)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(BENCHMARKS)}
    command = [sys.executable, "-c", driver]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        grandchild = next(int(line) for line in process.stdout if line.strip().isdigit())
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 128 + signal.SIGTERM
    assert ends(grandchild)


def test_a_command_that_fails_is_told_from_one_that_ends(script):
    ends = time.monotonic() + 60
    assert script.run(["-c", "raise SystemExit(7)"], ends) == "failed (7)"
    assert script.run(["-c", "pass"], ends) == "done"


def test_every_twentieth_photograph_is_held_out_and_that_of_set5_left_out(script, tmp_path):
    names = [f"{number}.png" for number in range(302000, 302045)]
    for name in names:
        write_png(tmp_path / "all" / name, np.zeros((1, 1, 3), dtype=np.uint8))
    for _ in range(2):
        train, held_out = script.split_photographs(tmp_path / "all", tmp_path / "two")
    assert sorted(path.name for path in held_out.iterdir()) == names[::20]
    left = set(names) - set(names[::20]) - {"302003.png"}
    assert {path.name for path in train.iterdir()} == left
    assert all(path.read_bytes() for path in train.iterdir())
    write_png(tmp_path / "all" / "another.png", np.zeros((1, 1, 3), dtype=np.uint8))
    with pytest.raises(DataError, match="holds other photographs than"):
        script.split_photographs(tmp_path / "all", tmp_path / "two")
