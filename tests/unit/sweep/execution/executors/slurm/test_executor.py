"""Jobs of SLURM, by programs that answer as SLURM's own do and run scripts on this machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from srgan_core.errors import ConfigError, UnavailableError
from sweep.execution.dispatch import dispatch
from sweep.execution.executors.base import StopRequest
from sweep.execution.executors.slurm import executor as slurm
from sweep.execution.executors.slurm.executor import SlurmExecutor, _open_exchange
from sweep.execution.executors.slurm.settings import SlurmSettings
from sweep.execution.executors.slurm.task import Task
from sweep.execution.executors.slurm.worker import FileChannel
from sweep.execution.jobs.context import Event
from sweep.store.trial_folder import TrialFolder

pytest.importorskip("submitit")

PROGRAMS = {
    "sbatch": """
        id=$((100 + $(ls "$SLURM" | wc -l)))
        cp "$1" "$SLURM/$id.sh"
        echo "Submitted batch job $id"
        start "$id"
    """,
    "scontrol": 'start "$2"',
    "srun": """
        while [[ $1 == --* ]]; do [[ $1 == --unbuffered ]] && shift || shift 2; done
        exec "$@"
    """,
    "scancel": 'pkill -KILL --session "$(cat "$SLURM/$1.pid")"',
    "sacct": """
        echo "JobID|State|NodeList"
        for file in "$SLURM"/*.pid; do
            kill -0 "$(cat "$file")" 2> /dev/null && state=RUNNING || state=$END
            echo "$(basename "$file" .pid)|$state|here"
        done
    """,
}

START = """
    start() {
        SLURM_JOB_ID="$1" setsid bash "$SLURM/$1.sh" > /dev/null 2>&1 < /dev/null &
        echo $! > "$SLURM/$1.pid"
    }
"""


@pytest.fixture
def pretended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of programs that stand in for SLURM's; jobs that end without a word are TIMEOUT."""
    programs, jobs = tmp_path / "bin", tmp_path / "jobs"
    for folder in (programs, jobs):
        folder.mkdir()
    for name, body in PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/bash\n{START}{body}")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setenv("SLURM", str(jobs))
    monkeypatch.setenv("END", "TIMEOUT")
    monkeypatch.setitem(slurm.POLL_SECONDS, "slurm", 0.05)
    yield programs
    for file in jobs.glob("*.pid"):
        with suppress(ProcessLookupError):
            os.killpg(int(file.read_text()), signal.SIGKILL)


def take_away(number: int, events: list[Event]) -> Callable[[Event], None]:
    """A listener that sends the first worker of `taken` a signal."""

    def receive(event: Event) -> None:
        events.append(event)
        begun = [each for each in events if (each.job, each.kind) == ("taken", "progress")]
        if begun == [event]:
            os.kill(event.fields["pid"], number)

    return receive


@pytest.mark.slow
@pytest.mark.usefixtures("pretended")
def test_a_job_whose_machine_is_taken_away_is_queued_again_and_goes_on(acting, tmp_path):
    events: list[Event] = []
    jobs = [
        acting.make(acting.Acting, tmp_path / "x", "other"),
        acting.make(acting.Taken, tmp_path / "x", "taken"),
    ]
    executor = SlurmExecutor(2, "cpu")
    states = dispatch(executor, jobs, take_away(signal.SIGUSR2, events), StopRequest())
    assert states == {"other": "done", "taken": "done"}
    record = TrialFolder(tmp_path / "x" / "trials" / "taken").read_trial().document()
    assert (record["state"], record["times"]) == ("done", 2)
    told = [event.kind for event in events if event.job == "taken"]
    assert told == ["started", "progress", "started", "progress", "done"]
    left = {path.suffix for path in (tmp_path / "x" / "slurm").iterdir()}
    assert left == {".sh"}


@pytest.mark.slow
@pytest.mark.usefixtures("pretended")
def test_what_a_time_limit_ends_goes_on_when_it_is_run_again(acting, tmp_path):
    events: list[Event] = []
    jobs = [
        acting.make(acting.Acting, tmp_path / "x", "killed", actions=("SIGKILL",)),
        acting.make(acting.Taken, tmp_path / "x", "taken"),
    ]
    executor = SlurmExecutor(2, "cpu")
    states = dispatch(executor, jobs, take_away(signal.SIGTERM, events), StopRequest())
    assert states == {"killed": "failed", "taken": "interrupted"}
    causes = {
        name: TrialFolder(tmp_path / "x" / "trials" / name).read_trial().cause for name in states
    }
    assert "ended (TIMEOUT)" in causes["killed"]
    assert "run again with more than --slurm time=60" in causes["killed"]
    assert "ended (TIMEOUT) after its checkpoint; run again to go on" in causes["taken"]


def test_what_sbatch_refuses_is_said_in_its_words(acting, pretended, tmp_path):
    error = "sbatch: error: invalid partition specified: gpu"
    (pretended / "sbatch").write_text(f"#!/bin/bash\necho '{error}' >&2\nexit 1\n")
    executor = SlurmExecutor(1, "cpu", settings=SlurmSettings(partition="gpu"))
    jobs = [acting.make(acting.Acting, tmp_path / "x")]
    with pytest.raises(ConfigError, match=r"refused \(invalid partition specified: gpu\); mend"):
        executor.run(jobs, pytest.fail, StopRequest())
    assert not list((tmp_path / "x" / "slurm").glob("exchange-*"))


def test_without_slurm_the_message_says_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match=r"sbatch, srun, .*login node of the cluster"):
        SlurmExecutor(1, "cpu")


@pytest.mark.parametrize(("state", "is_ended"), [("RUNNING", True), ("PENDING", False)])
def test_the_watchdog_spares_a_job_that_waits_for_a_machine(
    acting, tmp_path, monkeypatch, state, is_ended
):
    monkeypatch.setattr(slurm, "require_slurm", lambda: None)
    cancelled: list[object] = []
    monkeypatch.setattr(slurm, "cancel", lambda handle, settings: cancelled.append(handle))
    executor = SlurmExecutor(1, "cpu", watchdog=3.0)
    handle = SimpleNamespace(state=state)
    task = Task(acting.make(acting.Acting, tmp_path), handle=handle, last_heartbeat=-100.0)
    executor._tasks.append(task)
    executor._end_the_silent(None)
    assert bool(cancelled) is is_ended
    assert (task.cause is not None) is is_ended


def test_jobs_of_a_driver_that_was_killed_leave_their_trials_to_the_next(tmp_path):
    old = FileChannel(_open_exchange(tmp_path), 1)
    assert not old.stopped()
    new = FileChannel(_open_exchange(tmp_path), 1)
    assert old.stopped()
    assert not new.stopped()
