import signal
from types import SimpleNamespace

import pytest

from sweep.execution.executors.base import HEARTBEAT, StopRequest
from sweep.execution.executors.slurm.task import Task, settle
from sweep.execution.executors.slurm.worker import ENDED, LEFT
from sweep.execution.jobs.context import Event


@pytest.fixture
def task(acting, tmp_path) -> Task:
    paths = SimpleNamespace(stdout="7.out", result_pickle=tmp_path / "result.pkl")
    return Task(
        acting.make(acting.Acting, tmp_path), handle=SimpleNamespace(job_id="7", paths=paths)
    )


def test_what_is_the_executors_own_is_kept_to_itself(task):
    told: list[Event] = []
    for kind in ("started", HEARTBEAT, LEFT):
        task.receive(told.append, Event("victim", kind))
    assert [event.kind for event in told] == ["started"]
    assert task.left
    assert task.state is None
    task.receive(told.append, Event("victim", "started"))
    task.receive(told.append, Event("victim", ENDED, {"state": "done"}))
    assert not task.left
    assert task.state == "done"


@pytest.mark.parametrize(
    ("state", "signals", "left", "expected"),
    [
        ("OUT_OF_MEMORY", [], False, "out of memory"),
        ("NODE_FAIL", [], False, "failed"),
        ("CANCELLED by 0", [], False, "failed"),
        ("CANCELLED by 0", [], True, "interrupted"),
        ("CANCELLED by 0", [signal.SIGINT], False, "interrupted"),
    ],
)
def test_slurms_word_decides_what_a_silent_end_was(task, state, signals, left, expected):
    told: list[Event] = []
    task.handle.state, task.left = state, left
    assert settle(task, 60, told.append, StopRequest(signals)) == expected
    assert signals or f"its SLURM job 7 ended ({state})" in told[0].fields["message"]


def test_an_end_that_another_machine_wrote_is_waited_for(task, monkeypatch):
    assert not task.may_be_late()
    task.handle.paths.result_pickle.touch()
    assert task.may_be_late()
    monkeypatch.setattr("sweep.execution.executors.slurm.task.LATE_SECONDS", 0.0)
    assert not task.may_be_late()
