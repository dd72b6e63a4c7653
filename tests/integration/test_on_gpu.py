"""`benchmarks/on_gpu.py`: every stage at the smallest size, its stops, its choices."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
import torch

from srgan_core.data.images import write_png
from srgan_core.errors import DataError
from sweep.config.loading import load_config

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

LIMIT_SECONDS = 600

STAGES = ("tables", "srresnet", "grid")

DRIVER = """
import sys
from support.commands import Commands
commands = Commands(float(sys.argv[1]))
commands.begin_stage()
with commands.signals_noted():
    print(commands.run("-c", sys.argv[2]).state)
    print(commands.run("-c", "print('second')").state)
"""

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
print(child.pid, flush=True)
time.sleep(300)
"""

STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{PARENT}"


@pytest.fixture(scope="module")
def support() -> Iterator[SimpleNamespace]:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        from support import (
            commands,
            photographs,
            reference,
            reference_srresnet,
            reference_tables,
        )

        yield SimpleNamespace(
            commands=commands,
            photographs=photographs,
            reference=reference,
            srresnet=reference_srresnet,
            tables=reference_tables,
        )
    finally:
        sys.path.remove(str(BENCHMARKS))


def on_gpu(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, BENCHMARKS / "on_gpu.py", *map(str, arguments)],
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )


def driver(minutes: float, child: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(minutes), child],
        env=os.environ | {"PYTHONPATH": str(BENCHMARKS)},
        stdout=subprocess.PIPE,
        text=True,
    )


def next_number(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return next(int(line) for line in process.stdout if line.strip().isdigit())


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def stamps(folders: list[Path], name: str) -> dict[Path, int]:
    return {p: p.stat().st_mtime_ns for folder in folders for p in folder.rglob(name)}


def states(record: Path) -> dict[str, set[str]]:
    rows = json.loads(record.read_text())["rows"]
    return {row["stage"]: {r["state"] for r in rows if r["stage"] == row["stage"]} for row in rows}


@pytest.mark.slow
def test_the_reduced_run_goes_through_every_stage_and_trains_nothing_again(tmp_path):
    out, record = tmp_path / "reference", tmp_path / "figures.json"
    arguments = ("--reduced", "--out", out, "--json", record)

    early = on_gpu(*arguments, "--minutes", 1e-6)
    assert early.returncode == 3, early.stderr
    assert states(record) == {stage: {"goes on"} for stage in STAGES}
    assert not out.exists()

    done = on_gpu(*arguments, "--minutes", 9)
    assert done.returncode == 0, done.stdout + done.stderr
    assert states(record) == {stage: {"done"} for stage in STAGES}
    document = json.loads(record.read_text())
    assert document["machine"]["versions"]["torch"] == version("torch")
    figures = {row["part"]: row["figures"] for row in document["rows"]}
    assert figures["train_step"]["ratio"] > 0
    assert figures["packing"]["ratio"] > 0
    assert figures["leaves-0 trained"]["steps"] == 4
    assert figures["leaves-0 scored"] != figures["leaves-0.5 scored"]
    assert figures["seed 0"]["trials done"] == 2
    assert figures["seeds 0,1"]["trials done"] == 4
    table = done.stdout[done.stdout.index("Reference results in") :]
    assert all(part.split()[0] in table for part in figures)
    assert (out / "report.html").is_file()

    folders = [out, tmp_path / "reference-srresnet", tmp_path / "reference-tables"]
    before = {name: stamps(folders, name) for name in ("*.safetensors", "log.jsonl", "*step.json")}
    assert sum(map(len, before.values())) > 10
    again = on_gpu(*arguments)
    assert again.returncode == 0, again.stderr
    assert {name: stamps(folders, name) for name in before} == before
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


def test_at_the_end_of_its_time_a_command_ends_with_its_children():
    with driver(0.05, PARENT) as process:
        grandchild = next_number(process)
        assert process.stdout is not None
        assert process.stdout.read().split("\n") == ["goes on", "goes on", ""]
    assert not runs(grandchild)


@pytest.mark.parametrize(("child", "signals"), [(PARENT, 1), (STUBBORN, 2)])
def test_ctrl_c_ends_the_command_with_its_children_a_second_one_at_once(support, child, signals):
    with driver(5, child) as process:
        grandchild = next_number(process)
        begin = time.monotonic()
        for _ in range(signals):
            process.send_signal(signal.SIGINT)
            # Two signals that wait to be handled would be one.
            time.sleep(0.5)
        assert process.stdout is not None
        assert process.stdout.read().split("\n") == ["stopped", "stopped", ""]
    assert not runs(grandchild)
    assert time.monotonic() - begin < support.commands.GRACE_SECONDS / 2


def test_a_command_that_fails_does_not_keep_the_next_from_its_turn():
    with driver(5, "raise SystemExit(7)") as process:
        assert process.stdout is not None
        lines = [line for line in process.stdout.read().splitlines() if line and line[0] != "$"]
    assert lines == ["failed", "second", "done"]


def test_every_twentieth_photograph_is_held_out_and_that_of_set5_left_out(support, tmp_path):
    names = [f"{number}.png" for number in range(302000, 302045)]
    for name in names:
        write_png(tmp_path / "all" / name, np.zeros((1, 1, 3), dtype=np.uint8))
    for _ in range(2):
        train, held_out = support.photographs.split_photographs(tmp_path / "all", tmp_path / "two")
    assert sorted(path.name for path in held_out.iterdir()) == names[::20]
    left = set(names) - set(names[::20]) - {"302003.png"}
    assert {path.name for path in train.iterdir()} == left
    assert all(path.read_bytes() for path in train.iterdir())
    write_png(tmp_path / "all" / "another.png", np.zeros((1, 1, 3), dtype=np.uint8))
    with pytest.raises(DataError, match="holds other photographs than"):
        support.photographs.split_photographs(tmp_path / "all", tmp_path / "two")


def test_the_published_experiment_costs_the_steps_of_its_trials_and_of_its_srresnet(support):
    seconds = {"mse": 0.1, "vgg22": 0.2, "vgg54": 0.3}
    hours = support.tables.published_hours(load_config("voc2012"), seconds)
    assert hours == pytest.approx((4 * (0.1 + 0.2 + 0.3) + 0.1) * 208_750 / 3600)


def asked(support: SimpleNamespace, out: Path) -> Any:
    nothing = dict.fromkeys(("photographs", "content", "metrics"))
    return support.reference.Asked(
        out, "cpu", 1, leaves=(0.0, 0.05), start="trained", jobs=1, reduced=True, **nothing
    )


def test_the_grid_starts_from_the_srresnet_that_is_best_on_held_out_photographs(support, tmp_path):
    request = asked(support, tmp_path / "grid")
    for share, held_out, set5 in (("0", 26.0, 32.0), ("0.05", 26.5, 31.0)):
        assert support.srresnet.best_srresnet(request) is None
        means = {"heldout": held_out, "set5": set5}
        datasets = {name: {"means": {"psnr_y": value}} for name, value in means.items()}
        folder = tmp_path / "grid-srresnet" / f"leaves-{share}"
        folder.mkdir(parents=True)
        (folder / "scores.metrics.json").write_text(json.dumps({"datasets": datasets}))
    best = support.srresnet.best_srresnet(request)
    assert best == tmp_path / "grid-srresnet" / "leaves-0.05" / "generator.safetensors"
