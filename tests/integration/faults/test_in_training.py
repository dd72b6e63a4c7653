"""`sweep run` under faults in training, with either executor: state, message, exit status, bytes.

One trial that was stopped at step 7 is run on, with real workers, real training and a real fault.
docs/reliability.md lists the faults by their names here.
"""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest
from faulty_trials import STEP, faulty
from meddling import (
    Meddler,
    Outcome,
    check,
    check_bytes,
    newest_checkpoint,
    sweep,
    trial_in,
    undocumented,
)

from sweep.execution.jobs.trial import TrainJob
from sweep.store.trial_folder import TrialFolder

# Ray does not wait for those of its processes that it has to kill.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),
]

WATCHDOG = 3.0

OTHER_RESULT = "another result"

REFUSED_WRITE = "the disk takes no more (results/checkpoints: "

IN_TRAINING = {
    "killed": Outcome("failed", "its worker process ended", 1),
    "crashed": Outcome("failed", "its worker process ended", 1),
    "out of memory once": Outcome("done", "out of memory; it is tried once more, alone", 0),
    "out of memory twice": Outcome("failed", "(--set adversarial.accumulate=2)", 1),
    "disk full": Outcome("interrupted", f"{REFUSED_WRITE}No space left on device)", 3),
    "read-only": Outcome("interrupted", f"{REFUSED_WRITE}Read-only file system)", 3),
    "unforeseen": Outcome("failed", "RuntimeError: no such luck", 1),
}
"""What happens in the worker at step 14, and what has to follow."""


@pytest.mark.parametrize("fault", IN_TRAINING)
def test_in_training(executor, folder, calm, fault):
    kind, times = fault.removesuffix(" once").removesuffix(" twice"), 1 + fault.endswith("twice")
    meets_it = Meddler(executor, lambda job: faulty(job, fault=kind, times=times))
    check(sweep(folder, meets_it), folder, IN_TRAINING[fault])
    trace = trial_in(folder).read_trial().traceback or ""
    assert ("Traceback" in trace) == (fault == "unforeseen")
    assert sweep(folder, Meddler(executor)).status == 0
    check_bytes(folder, calm)


def test_a_worker_that_hangs(executor, folder, calm, monkeypatch):
    # After step 0 PyTorch is loaded, which may take longer than the watchdog waits.
    hangs = Meddler(executor, lambda job: faulty(job, fault="hangs", step=0))
    with monkeypatch.context() as patch:
        patch.setattr(executor, "_watchdog", WATCHDOG)
        answer = sweep(folder, hangs)
    words = "its worker showed no sign of life for 3 s"
    check(answer, folder, Outcome("failed", words, 1))
    assert sweep(folder, Meddler(executor)).status == 0
    check_bytes(folder, calm)


def test_another_result(executor, folder):
    answer = sweep(folder, Meddler(executor, lambda job: faulty(job, fault=OTHER_RESULT)))
    assert "a second result differs from the published one and was set aside" in answer.said
    # What lies there is the second one's generator: its images would pass for the first one's.
    refused = "expected the generator that its result.json records (000000000000), got another"
    check(answer, folder, Outcome("failed", refused, 1))
    assert trial_in(folder).read_result().generator_sha256 == "0" * 64
    assert len(list(trial_in(folder).path.glob("result.conflict-*.json"))) == 1


def learn_wildly(job: TrainJob) -> TrainJob:
    TrialFolder(job.folder).drop_checkpoints()
    wild = job.spec.training.model_copy(update={"learning_rate": 1e30})
    return replace(job, spec=job.spec.model_copy(update={"training": wild}))


def test_diverging(executor, folder):
    answer = sweep(folder, Meddler(executor, learn_wildly))
    check(answer, folder, Outcome("diverged", "--retry diverged trains it again", 1))


SIGNALS = {
    signal.SIGINT: 130,
    signal.SIGTERM: 143,
    signal.SIGHUP: 143,
    signal.SIGUSR1: 143,
    signal.SIGUSR2: 143,
}


# They all take the way of SIGTERM; tests of srgan_core/signals.py hold which of them are obeyed.
USER_SIGNALS = (signal.SIGUSR1, signal.SIGUSR2)


@pytest.mark.parametrize(
    "number",
    [pytest.param(n, marks=pytest.mark.exhaustive) if n in USER_SIGNALS else n for n in SIGNALS],
)
def test_signal(executor, folder, calm, number):
    waiting = Meddler(
        executor,
        lambda job: faulty(job, fault="waits"),
        lambda step: step == STEP and os.kill(os.getpid(), number),
    )
    answer = sweep(folder, waiting)
    check(answer, folder, Outcome("interrupted", "run the same command again", SIGNALS[number]))
    assert newest_checkpoint(folder).name == f"{STEP:09d}"
    assert sweep(folder, Meddler(executor)).status == 0
    check_bytes(folder, calm)


def test_a_worker_that_does_not_stop(executor, folder, calm, monkeypatch):
    for name in ("local", "ray.executor"):
        monkeypatch.setattr(f"sweep.execution.executors.{name}.GRACE_SECONDS", 0.5)
    deaf = Meddler(
        executor,
        lambda job: faulty(job, fault="hangs", times=1),
        lambda step: step == STEP and os.kill(os.getpid(), signal.SIGTERM),
    )
    answer = sweep(folder, deaf)
    check(answer, folder, Outcome("interrupted", "run the same command again", 143))
    assert newest_checkpoint(folder).name == "000000010"
    assert sweep(folder, Meddler(executor)).status == 0
    check_bytes(folder, calm)


@pytest.mark.docs
def test_every_fault_in_training_stands_in_the_documentation():
    tests = {name for name in globals() if name.startswith("test_")}
    tests.remove("test_every_fault_in_training_stands_in_the_documentation")
    assert undocumented(tests | {*IN_TRAINING}) == []
