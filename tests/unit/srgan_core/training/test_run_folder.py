"""A folder holds one training, which is finished once."""

import json
import subprocess
import sys

import pytest

from srgan_core.errors import CheckpointError
from srgan_core.training.run_folder import (
    FINISHED,
    alone_in,
    find_finished,
    require_processes,
    write_finished,
)

HOLD = """
import sys
from pathlib import Path
from srgan_core.training.run_folder import alone_in
with alone_in(Path(sys.argv[1]), True):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def finished(tmp_path):
    (tmp_path / "generator.safetensors").write_bytes(b"weights")
    write_finished(tmp_path, "spec", 2, 24)
    return tmp_path


def test_a_finished_training_is_found_again(finished):
    found = find_finished(finished, "spec", 2)
    assert (found.iterations, found.processes) == (24, 2)


@pytest.mark.parametrize(
    ("spec", "processes", "message"),
    [
        ("spec", 1, r"begun with 2 processes, got 1.*use torchrun --nproc-per-node 2"),
        ("other", 2, "finished training of another spec"),
    ],
)
def test_what_would_train_other_weights_is_refused(finished, spec, processes, message):
    with pytest.raises(CheckpointError, match=message):
        find_finished(finished, spec, processes)


@pytest.mark.parametrize("damage", ["generator", "gone", "record", "none", "fields"])
def test_what_is_not_whole_is_not_finished(finished, damage):
    generator, record = finished / "generator.safetensors", finished / FINISHED
    if damage == "generator":
        generator.write_bytes(b"half")
    elif damage == "gone":
        generator.unlink()
    elif damage == "record":
        record.write_text("{")
    elif damage == "none":
        record.unlink()
    else:
        record.write_text(json.dumps({"spec": "spec"}))
    assert find_finished(finished, "spec", 2) is None


def test_one_process_is_what_is_begun_without_torchrun(tmp_path):
    require_processes(tmp_path, 1, 1)
    with pytest.raises(CheckpointError, match="one process, without torchrun"):
        require_processes(tmp_path, 1, 2)


def test_a_second_training_is_refused_while_the_first_is_at_work(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path / "out")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(CheckpointError, match="another training is at work there"),
            alone_in(tmp_path / "out", True),
        ):
            pass
        with alone_in(tmp_path / "out", False):
            pass
        holder.stdin.close()
    with alone_in(tmp_path / "out", True):
        pass
