"""`Sweep.run`, by an executor that works in this process."""

import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from srgan_core.errors import ConfigError, MissingDependencyError, SrganError
from srgan_core.signals import STOP_SIGNALS
from sweep import Sweep
from sweep.api.events import EventKind
from sweep.execution.jobs.context import Context
from sweep.execution.jobs.running import run_job
from sweep.store.states import State

TINY = {
    "config": "smoke",
    "adv": 1e-3,
    "steps": 2,
    "metrics": "psnr",
    "settings": {"grid.control": False},
    "device": "cpu",
    "jobs": 1,
}


class InProcess:
    """Runs jobs one after the other; `before` is called with each of them, and may end it."""

    def __init__(self, before=lambda job: None):
        self.before, self.is_closed = before, False

    def run(self, jobs, on_event, stop):
        states = {}
        for job in jobs:
            ended = self.before(job)
            context = Context(on_event, lambda: bool(stop), "cpu", 1)
            states[job.label] = ended or run_job(job, context)
        return states

    def close(self):
        self.is_closed = True


@pytest.fixture(scope="module")
def carried_out_by():
    """Has an executor carry out what `Sweep.run` is asked for."""
    with pytest.MonkeyPatch.context() as patch:
        yield lambda executor: patch.setattr(
            "sweep.execution.executors.opening.open_executor", lambda *given: executor
        )


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def finished(carried_out_by, told, tmp_path_factory):
    """A sweep of one trial that is done; not to be changed."""
    carried_out_by(InProcess())
    folder = tmp_path_factory.mktemp("results") / "tiny"
    return Sweep.run(folder, **TINY, on_event=told.append)


@pytest.fixture
def begun(carried_out_by, tmp_path):
    """Begins a sweep with something that happens before its trial."""

    def run(before):
        def at_trial(job):
            return before() if job.label.startswith("mse") else None

        executor = InProcess(at_trial)
        carried_out_by(executor)
        try:
            return Sweep.run(tmp_path / "tiny", **TINY)
        finally:
            assert executor.is_closed

    return run


def test_a_sweep_comes_back_with_its_tables_and_how_it_ended(finished):
    (name,) = finished.last_run.trained
    assert finished.last_run.states == {name: State.DONE}
    assert finished.last_run.exit_status == 0
    assert name in set(finished.results["trial"])
    assert finished.plot()._repr_png_().startswith(b"\x89PNG")
    assert Sweep.load(finished.root).last_run is None


def test_the_callback_is_told_of_every_step(finished, told):
    (name,) = finished.last_run.trained
    steps = [event for event in told if event.kind is EventKind.PROGRESS]
    assert [(event.job, event.step, event.steps) for event in steps] == [(name, 1, 2), (name, 2, 2)]
    assert all("loss_pixel" in event.values for event in steps)
    assert (told[-1].kind, told[-1].steps_done, told[-1].trials_done) == (EventKind.DONE, 2, 1)


def test_outside_of_the_main_thread_signals_are_left_alone(finished, carried_out_by):
    carried_out_by(InProcess())
    handlers, found = [*map(signal.getsignal, STOP_SIGNALS)], []
    thread = threading.Thread(target=lambda: found.append(Sweep.run(finished.root, **TINY)))
    thread.start()
    thread.join()
    assert found[0].last_run.trained == ()
    assert [*map(signal.getsignal, STOP_SIGNALS)] == handlers


@pytest.fixture
def pythons_own_ctrl_c() -> Iterator[None]:
    """Whatever another test has left there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("pythons_own_ctrl_c")
def test_ctrl_c_ends_the_run_in_order_and_is_passed_on(begun, tmp_path):
    handlers = [*map(signal.getsignal, STOP_SIGNALS)]
    with pytest.raises(KeyboardInterrupt):
        begun(lambda: os.kill(os.getpid(), signal.SIGINT))
    assert [*map(signal.getsignal, STOP_SIGNALS)] == handlers
    assert "pending" in set(Sweep.load(tmp_path / "tiny").results["status"])


def test_a_signal_that_the_program_answers_to_is_passed_on_to_it(begun):
    received = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: received.append(number))
    try:
        with pytest.warns(RuntimeWarning, match="stopped early; the same call goes on"):
            stopped = begun(lambda: os.kill(os.getpid(), signal.SIGUSR1))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert received == [signal.SIGUSR1] == [stopped.last_run.stopped_by]


def test_a_trial_that_fails_is_told(begun):
    with pytest.warns(RuntimeWarning, match="mse-adv0.001-s0-.*: failed: .*; run again to try"):
        failed = begun(lambda: State.FAILED)
    assert [*failed.last_run.states.values()] == [State.FAILED]
    assert failed.last_run.exit_status == 1


def test_what_the_callback_raises_ends_the_run(carried_out_by, tmp_path):
    executor = InProcess()
    carried_out_by(executor)

    def refuse(event):
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        Sweep.run(tmp_path / "tiny", **TINY, on_event=refuse)
    assert executor.is_closed


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"config": "smke"}, "did you mean 'smoke'"),
        ({"adv": "much"}, "got 'much'"),
        ({"adv": []}, "--adv: expected at least one value"),
        ({"adv": "auto"}, "--adv auto: expected --trials N beside it"),
        ({"trials": 3}, "--trials: is for --adv auto"),
        ({"axis": {"adversarial.steps": [1, 2]}}, "stands beside its own option"),
        ({"axis": {"adversarial.learning_rate": []}}, "--axis adversarial.learning_rate: expected"),
        ({"settings": {"adversarial.steps": 3}}, "stands beside its own option"),
        ({"settings": {"adversarial.stps": 3}}, "did you mean 'steps'"),
        ({"seeds": -1}, "whole numbers from 0"),
        ({"steps": 0}, "--steps: expected a number of 1 or above"),
        ({"scale": 3}, "scale: expected 2, 4 or 8, got 3"),
        ({"jobs": 0}, "--jobs: expected a number of 1 or above"),
        ({"jobs": "many"}, "--jobs: expected a whole number"),
        ({"out": ""}, "--out: expected a path"),
        ({"executor": "lsf"}, "--executor: expected local or ray or slurm, got 'lsf'"),
        ({"address": "auto"}, "add --executor ray"),
        ({"executor": "slurm", "slurm": {"partion": "gpu"}}, "did you mean 'partition'"),
        ({"track": "wandbb"}, "--track: expected wandb or mlflow, got 'wandbb'"),
        ({"score_every": 3}, "--score-every: expected at most 2"),
        ({"retry": "done"}, "--retry: expected failed, diverged or none, got 'done'"),
        ({"retry": ["none", "failed"]}, "--retry: expected none alone"),
        ({"watchdog": 0}, "--watchdog: expected seconds above 0"),
    ],
)
def test_wrong_arguments_are_refused_and_nothing_is_written(tmp_path, changes, message):
    with pytest.raises(ConfigError, match=message):
        Sweep.run(**{"out": tmp_path / "tiny", **TINY, **changes})
    assert list(tmp_path.iterdir()) == []


def test_a_tracker_that_is_not_installed_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(MissingDependencyError, match="pip install"):
        Sweep.run(tmp_path / "tiny", **TINY, track="wandb")


def test_a_file_is_no_results_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SrganError, match="choose another"):
        Sweep.run(tmp_path / "file", **TINY)
