"""Trials that fail or diverge, when they are tried again, and what ends a whole sweep."""

import errno
import shutil
import signal

import numpy as np
import pytest

from srgan_core.data.images import write_png
from srgan_core.errors import DiskError
from sweep.errors import TrialError
from sweep.execution.executors.base import StopRequest
from sweep.execution.jobs.failing import Job
from sweep.execution.jobs.trial import TrainJob
from sweep.runner import run_sweep
from sweep.store.folder import SweepStore

pytestmark = pytest.mark.usefixtures("drawn")


def test_a_failed_trial_is_in_the_tables_and_tried_again(tmp_path, in_process, execute):
    store = SweepStore(tmp_path / "smoke")

    def damage(job: Job, stop: StopRequest) -> None:
        if isinstance(job, TrainJob) and "-adv0-" in job.label:
            job.init.write_bytes(b"damaged")

    executor = in_process(damage)
    summary = execute(store, executor)
    assert summary.exit_status == 1
    assert sorted(summary.states.values()) == ["done", "failed"]
    (failed,) = [name for name, state in summary.states.items() if state == "failed"]
    assert "safetensors" in store.trial(failed).read_trial().cause
    assert f"{failed},srgan" in (store.root / "results.csv").read_text()
    store.generator("srresnet-s0").generator.unlink()
    again = execute(store)
    assert (again.exit_status, again.trained) == (0, (failed,))
    assert store.trial(failed).read_trial().cause is None


def test_an_error_that_nobody_foresaw_fails_one_trial_with_its_traceback(
    tmp_path, monkeypatch, execute
):
    import srgan_core.training.job as training

    real = training.train

    def train(spec, *args, **kwargs):
        if spec.adversarial_weight:
            raise RuntimeError("no such luck")
        return real(spec, *args, **kwargs)

    monkeypatch.setattr(training, "train", train)
    store = SweepStore(tmp_path / "smoke")
    summary = execute(store)
    assert sorted(summary.states.values()) == ["done", "failed"]
    record = store.trial(next(n for n, s in summary.states.items() if s == "failed")).read_trial()
    assert record.cause == "RuntimeError: no such luck"
    assert "Traceback" in record.traceback


def test_a_diverged_trial_stays_as_it_is(tmp_path, in_process, execute, drawn):
    store = SweepStore(tmp_path / "smoke")
    wild = {"adversarial__learning_rate": 1e30, "adversarial__steps": 6, "grid__control": False}
    summary = execute(store, **wild)
    assert (summary.exit_status, *summary.states.values()) == (1, "diverged")
    (name,) = summary.states
    assert "not finite at iteration" in store.trial(name).read_trial().cause
    assert not store.trial(name).checkpoints.exists()
    assert drawn == [store.root]
    executor = in_process()
    assert execute(store, executor, **wild).exit_status == 1
    assert executor.ran == []


@pytest.mark.parametrize(
    ("state", "retry", "ran"),
    [
        ("failed", ("failed",), True),
        ("failed", ("none",), False),
        ("failed", ("diverged",), False),
        ("diverged", ("failed",), False),
        ("diverged", ("failed", "diverged"), True),
    ],
)
def test_trials_are_tried_again_as_asked(copy, state, retry, ran, in_process, plan_of):
    plan = plan_of(copy)
    name = plan.asked[0].name
    files = copy.trial(name)
    for path in (files.generator, files.path / "result.json"):
        path.unlink()
    write_png(files.checkpoints / "leftover.png", np.zeros((1, 1, 3), np.uint8))
    files.update_trial(state=state, cause="before")
    executor = in_process(lambda job, stop: stop.signals.append(signal.SIGTERM))
    run_sweep(copy, plan, executor, executor.events.append, retry=retry)
    assert (name in executor.ran) == ran
    if state == "diverged":
        assert files.checkpoints.exists() != ran
        assert files.state == ("pending" if ran else "diverged")


def test_test_sets_that_cannot_be_scored_end_the_run_before_training(
    tmp_path, monkeypatch, in_process, execute
):
    def score(*args: object) -> None:
        raise RuntimeError("scoring is broken")

    monkeypatch.setattr("sweep.scoring.evaluate.Scorer.score", score)
    executor = in_process()
    with pytest.raises(TrialError, match="reference skimage3: could not be scored"):
        execute(SweepStore(tmp_path / "smoke"), executor)
    assert executor.ran == ["reference skimage3"]


def test_a_disk_that_takes_no_more_ends_the_sweep_with_its_own_message(copy, in_process, execute):
    def before(job: Job, stop: StopRequest) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "results/smoke/x")

    shutil.rmtree(copy.root / "trials")
    with pytest.raises(DiskError, match=r"takes no more \(results/smoke/x: No space left") as told:
        execute(copy, in_process(before))
    assert "run the same command again" in str(told.value)
