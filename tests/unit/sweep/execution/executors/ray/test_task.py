from pathlib import Path

import pytest

from sweep.execution.executors.file_exchange import FileBundle
from sweep.execution.executors.ray.task import Task, current
from sweep.execution.executors.ray.worker import Mailbox
from sweep.execution.jobs.trial import TrainJob


@pytest.fixture
def job(tmp_path: Path) -> TrainJob:
    return TrainJob(tmp_path, tmp_path / "trials" / "a", "a", {"trial": "a"}, None, None, ())


def test_messages_of_an_attempt_that_was_given_up_are_dropped(job):
    """The files of a machine that only seemed lost are older than what its successor wrote."""
    first, second = Task(job, None, attempt=1), Task(job, None, attempt=2)
    mailbox = Mailbox()
    mailbox.post(1, "the lost machine")
    mailbox.post(1, FileBundle({"trials/a/trial.json": b"{}"}))
    mailbox.post(2, "another machine")
    messages = mailbox.take()
    assert list(current([second], messages)) == [(second, "another machine")]
    assert [task for task, _ in current([first, second], messages)] == [first, first, second]


@pytest.mark.parametrize(
    ("node", "lost", "expected"),
    [
        ("a", {"a", "old"}, True),
        ("a", {"b", "old"}, False),
        (None, {"b", "old"}, True),
        (None, {"old"}, False),
    ],
)
def test_a_task_without_a_message_is_lost_with_any_machine_lost_since(job, node, lost, expected):
    task = Task(job, None, attempt=1, lost_before=frozenset({"old"}), node=node)
    assert task.is_lost(frozenset(lost)) is expected
