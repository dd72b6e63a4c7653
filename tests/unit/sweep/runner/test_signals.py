"""Signals end a run in order, and the first one decides its exit status."""

import os
import signal

import pytest

from srgan_core.signals import STOP_SIGNALS
from sweep.execution.executors.base import StopRequest
from sweep.execution.jobs.failing import Job
from sweep.store.folder import SweepStore

pytestmark = pytest.mark.usefixtures("drawn")


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_ends_the_run_in_order(tmp_path, number, in_process, execute, drawn):
    status = 130 if number == signal.SIGINT else 143
    store = SweepStore(tmp_path / "smoke")
    handlers = [*map(signal.getsignal, STOP_SIGNALS)]

    def interrupt(job: Job, stop: StopRequest) -> None:
        if "adv0-" in job.label:
            os.kill(os.getpid(), number)

    summary = execute(store, in_process(interrupt))
    assert (summary.stopped_by, summary.exit_status) == (number, status)
    assert (store.root / "results.csv").is_file()
    assert drawn == []
    assert [*map(signal.getsignal, STOP_SIGNALS)] == handlers
    assert execute(store).exit_status == 0
    assert drawn == [store.root]


def test_a_lost_terminal_is_no_end_under_nohup(tmp_path, in_process, execute):
    def hang_up(job: Job, stop: StopRequest) -> None:
        os.kill(os.getpid(), signal.SIGHUP)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        summary = execute(SweepStore(tmp_path / "smoke"), in_process(hang_up))
    finally:
        signal.signal(signal.SIGHUP, before)
    assert summary.exit_status == 0


def test_a_second_ctrl_c_ends_at_once(tmp_path, in_process, execute):
    def interrupt(job: Job, stop: StopRequest) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        execute(SweepStore(tmp_path / "smoke"), in_process(interrupt))


@pytest.mark.parametrize(
    ("signals", "status"),
    [([signal.SIGINT], 130), ([signal.SIGTERM], 143), ([signal.SIGUSR2, signal.SIGINT], 143)],
)
def test_the_first_signal_decides_the_exit_status(tmp_path, signals, status, in_process, execute):
    def before(job: Job, stop: StopRequest) -> None:
        if not stop:
            for number in signals:
                os.kill(os.getpid(), number)

    summary = execute(SweepStore(tmp_path / "smoke"), in_process(before))
    assert summary.exit_status == status


def test_stopping_between_images_leaves_no_partial_score(copy, in_process, execute):
    executor = in_process(
        lambda job, stop: stop.signals.append(2) if "adv0-" in job.label else None
    )
    summary = execute(copy, executor, eval__metrics=["ssim"])
    assert summary.stopped_by == 2
    assert execute(copy, eval__metrics=["ssim"]).exit_status == 0
