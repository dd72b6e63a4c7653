import os
import signal
from collections.abc import Iterator

import pytest

from srgan_core.signals import STOP_SIGNALS
from sweep.execution.executors.slurm.worker import STOP_FILE, FileChannel, SignalsKept
from sweep.execution.jobs.context import Event

EVENTS = [Event("a", "started"), Event("a", "progress", {"iteration": 1, "loss": 0.5})]


@pytest.fixture
def channel(tmp_path) -> FileChannel:
    (tmp_path / STOP_FILE).touch()
    return FileChannel(tmp_path, 1)


def test_reports_arrive_in_order_and_once(channel):
    assert channel.read(0) == ([], 0)
    channel.post(EVENTS[0])
    first, place = channel.read(0)
    channel.post(EVENTS[1])
    second, end = channel.read(place)
    assert [*first, *second] == EVENTS
    assert channel.read(end) == ([], end)


def test_a_line_that_is_still_being_written_waits(channel, tmp_path):
    channel.post(EVENTS[0])
    with (tmp_path / "1.jsonl").open("a") as file:
        file.write('{"job": "a", "ki')
    events, place = channel.read(0)
    assert events == EVENTS[:1]
    with (tmp_path / "1.jsonl").open("a") as file:
        file.write('nd": "done", "fields": {}}\n')
    assert channel.read(place)[0] == [Event("a", "done")]


def test_the_driver_is_obeyed_also_when_it_is_gone(channel, tmp_path):
    assert not channel.stopped()
    (tmp_path / STOP_FILE).write_text("stop")
    assert channel.stopped()
    (tmp_path / STOP_FILE).unlink()
    assert channel.stopped()
    FileChannel(tmp_path / "gone", 1).post(EVENTS[0])


@pytest.fixture
def _own_handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_own_handlers")
def test_signals_are_kept_until_the_checkpoint_is_written():
    obeyed: list[int] = []
    for number in (signal.SIGTERM, signal.SIGUSR2):
        signal.signal(number, lambda number, frame: obeyed.append(number))
    kept = SignalsKept()
    for number in (signal.SIGINT, signal.SIGHUP):
        os.kill(os.getpid(), number)
    assert not kept
    for number in (signal.SIGTERM, signal.SIGUSR2):
        os.kill(os.getpid(), number)
    assert kept
    assert obeyed == []
    with pytest.raises(SystemExit) as ended:
        kept.obey()
    assert ended.value.code == 143
    assert obeyed == [signal.SIGTERM, signal.SIGUSR2]
