import os
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from srgan_core.errors import MissingDependencyError
from sweep.execution.executors.slurm.cluster import (
    cancel,
    open_cluster,
    require_submitit,
    sbatch_text,
)
from sweep.execution.executors.slurm.settings import SlurmSettings, parse_slurm


def test_without_submitit_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'srgan-sweep\[slurm\]'"):
        require_submitit()


def test_the_file_for_sbatch_asks_for_what_was_typed():
    pytest.importorskip("submitit")
    settings = parse_slurm(
        ["partition=gpu", "time=240", "additional.reservation=lab", "additional.exclusive=true"]
    )
    text = sbatch_text(settings, Path("results/x"), "cuda", 2)
    lines = [line.removeprefix("#SBATCH ") for line in text.splitlines()]
    asked = {
        *("--partition=gpu", "--time=240", "--gpus-per-node=1", "--cpus-per-task=2"),
        *("--reservation=lab", "--exclusive", "--requeue", "--signal=USR2@90"),
    }
    assert asked <= set(lines)
    assert f"submitit.core._submit {Path.cwd()}/results/x/slurm" in text
    assert not Path("results/x/slurm").exists()


def test_what_is_handed_over_is_closed_to_others(tmp_path):
    pytest.importorskip("submitit")
    open_cluster(SlurmSettings(cluster="debug"), tmp_path / "x", "cpu", 1)
    assert stat.S_IMODE((tmp_path / "x" / "slurm").stat().st_mode) == 0o700


def test_a_job_of_this_machine_is_ended_with_what_it_started():
    command = "sleep 60 & echo $!; wait"
    with subprocess.Popen(["bash", "-c", command], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        job = type("Job", (), {"job_id": str(parent.pid)})
        cancel(job, SlurmSettings(cluster="local"))
        assert parent.wait(10) == -9
        assert psutil.wait_procs([child], timeout=10)[1] == []


def test_a_process_that_this_one_did_not_start_is_spared():
    job = type("Job", (), {"job_id": str(os.getppid())})
    cancel(job, SlurmSettings(cluster="local"))
    assert psutil.pid_exists(os.getppid())
