"""`sweep run` under every fault, with either executor: state, message, exit status, bytes.

One trial of the smoke config that was stopped at step 12 is run on in this process, with real
workers, real training and a real fault. docs/reliability.md lists the faults by their names here.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sweep.cli import main
from sweep.executors import open_executor
from sweep.executors.base import Executor, StopRequest
from sweep.executors.local import LocalExecutor
from sweep.jobs import Event, Job, TrainJob
from sweep.status import read_status
from sweep.store import SweepStore, TrialFolder

# Ray does not wait for those of its processes that it has to kill.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),
]

SUPPORT = Path(__file__).resolve().parents[1] / "support" / "faults"

WATCHDOG = 3.0

OTHER_RESULT = "another result"

MANIFEST, REFERENCE = "manifest.json", "reference/skimage3/reference.json"

SMOKE = ("run", "--config", "smoke", "--metrics", "psnr", "--set", "grid.control=false")


class Meddler:
    """Hands the trial to a real executor, changed, and looks at what it reports.

    Args:
        executor: Who runs it.
        change: Makes of the trial's job another one, when it is about to be handed out.
        at_step: Called when the trial has logged a step.
    """

    def __init__(
        self,
        executor: Executor,
        change: Callable[[TrainJob], Job] = lambda job: job,
        at_step: Callable[[int], object] = lambda step: None,
    ) -> None:
        self._executor, self._change, self._at_step = executor, change, at_step
        self.name = "local" if isinstance(executor, LocalExecutor) else "ray"

    def run(
        self, jobs: Sequence[Job], on_event: Callable[[Event], None], stop: StopRequest
    ) -> dict[str, str]:
        def receive(event: Event) -> None:
            on_event(event)
            if event.kind == "progress":
                self._at_step(event.fields["iteration"])

        changed = [self._change(job) if is_trial(job) else job for job in jobs]
        return self._executor.run(changed, receive, stop)

    def close(self) -> None:
        """The executor serves further tests."""


def is_trial(job: Job) -> bool:
    return isinstance(job, TrainJob) and job.folder.parent.name == "trials"


@dataclass(frozen=True)
class Answer:
    """What a command said and how it ended."""

    status: int
    said: str


def sweep(folder: Path, meddler: Meddler) -> Answer:
    """Runs the command in this process."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGUSR2)}
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
        patch.setattr("sweep.executors.open_executor", lambda *given: meddler)
        try:
            main([*SMOKE, "--executor", meddler.name, "--out", str(folder)])
        except SystemExit as end:
            status = int(end.code or 0)
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return Answer(status, " ".join(said.getvalue().split()))


@pytest.fixture(scope="module")
def trials() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SUPPORT)
        # Ray's workers are no children of this process but of Ray's own, with its environment.
        patch.setenv("PYTHONPATH", str(SUPPORT), prepend=os.pathsep)
        import faulty_trials

        yield faulty_trials


@pytest.fixture(scope="module", params=["local", pytest.param("ray", marks=pytest.mark.exhaustive)])
def executor(request: pytest.FixtureRequest, trials: ModuleType) -> Iterator[Executor]:
    if request.param == "ray":
        request.getfixturevalue("needs_ray")
    opened = open_executor(request.param, 1, "cpu", 1)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def stopped(trials, tmp_path_factory) -> Path:
    """A sweep whose trial was stopped behind step 7; not to be changed."""
    folder = tmp_path_factory.mktemp("stopped") / "smoke"
    local = open_executor("local", 1, "cpu", 1)
    try:
        waiting = Meddler(
            local,
            lambda job: trials.faulty(job, fault="waits", step=7),
            lambda step: step == 7 and os.kill(os.getpid(), signal.SIGTERM),
        )
        assert sweep(folder, waiting).status == 143
    finally:
        local.close()
    return folder


@pytest.fixture(scope="module")
def calm(stopped, tmp_path_factory) -> Path:
    """The same sweep run to its end without a fault; not to be changed."""
    folder = shutil.copytree(stopped, tmp_path_factory.mktemp("calm") / "smoke")
    local = open_executor("local", 1, "cpu", 1)
    try:
        assert sweep(folder, Meddler(local)).status == 0
    finally:
        local.close()
    return folder


@pytest.fixture
def folder(stopped, tmp_path) -> Path:
    return shutil.copytree(stopped, tmp_path / "smoke")


def trial_in(folder: Path) -> TrialFolder:
    (path,) = (folder / "trials").iterdir()
    return TrialFolder(path)


def table(folder: Path) -> list[dict[str, str]]:
    """Results without what may differ between two runs."""
    with (folder / "results.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    return [{k: v for k, v in line.items() if not k.endswith("_seconds")} for line in lines]


@dataclass(frozen=True)
class Outcome:
    """What has to follow a fault: state of the trial, words of the message, exit status."""

    state: str
    words: str
    status: int


def check(answer: Answer, folder: Path, expected: Outcome) -> None:
    assert expected.words in answer.said
    assert "Traceback" not in answer.said
    assert read_status(folder).count() == {expected.state: 1}
    assert answer.status == expected.status


def check_bytes(folder: Path, calm: Path) -> None:
    """What came out must not show that there was a fault."""
    assert trial_in(folder).generator.read_bytes() == trial_in(calm).generator.read_bytes()
    assert table(folder) == table(calm)


REFUSED_WRITE = "the disk takes no more (results/checkpoints: "

IN_TRAINING = {
    "killed": Outcome("failed", "its worker process ended", 1),
    "crashed": Outcome("failed", "its worker process ended", 1),
    "out of memory once": Outcome("done", "out of memory; it is tried once more, alone", 0),
    "out of memory twice": Outcome("failed", "(--set adversarial.accumulate=2)", 1),
    "disk full": Outcome("interrupted", f"{REFUSED_WRITE}No space left on device)", 1),
    "read-only": Outcome("interrupted", f"{REFUSED_WRITE}Read-only file system)", 1),
    "unforeseen": Outcome("failed", "RuntimeError: no such luck", 1),
}
"""What happens in the worker at step 14, and what has to follow."""


@pytest.mark.parametrize("fault", IN_TRAINING)
def test_in_training(executor, trials, folder, calm, fault):
    kind, times = fault.removesuffix(" once").removesuffix(" twice"), 1 + fault.endswith("twice")
    faulty = Meddler(executor, lambda job: trials.faulty(job, fault=kind, times=times))
    check(sweep(folder, faulty), folder, IN_TRAINING[fault])
    trace = trial_in(folder).read_trial().get("traceback") or ""
    assert ("Traceback" in trace) == (fault == "unforeseen")
    assert sweep(folder, Meddler(executor)).status == 0
    check_bytes(folder, calm)


def test_a_worker_that_hangs(executor, trials, folder, calm, monkeypatch):
    # After step 0 PyTorch is loaded, which may take longer than the watchdog waits.
    hangs = Meddler(executor, lambda job: trials.faulty(job, fault="hangs", step=0))
    with monkeypatch.context() as patch:
        patch.setattr(executor, "_watchdog", WATCHDOG)
        answer = sweep(folder, hangs)
    words = "its worker showed no sign of life for 3 s"
    check(answer, folder, Outcome("failed", words, 1))
    assert sweep(folder, Meddler(executor)).status == 0
    check_bytes(folder, calm)


def test_another_result(executor, trials, folder):
    answer = sweep(folder, Meddler(executor, lambda job: trials.faulty(job, fault=OTHER_RESULT)))
    check(answer, folder, Outcome("done", "a second result differs from the published one", 0))
    assert trial_in(folder).read_result()["generator_sha256"] == "0" * 64
    assert len(list(trial_in(folder).path.glob("result.conflict-*.json"))) == 1


def learn_wildly(job: TrainJob) -> TrainJob:
    TrialFolder(job.folder).drop_checkpoints()
    wild = job.spec.training.model_copy(update={"learning_rate": 1e30})
    return replace(job, spec=job.spec.model_copy(update={"training": wild}))


def test_diverging(executor, folder):
    answer = sweep(folder, Meddler(executor, learn_wildly))
    check(answer, folder, Outcome("diverged", "--retry diverged trains it again", 1))


SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGUSR2: 143}


@pytest.mark.parametrize("number", SIGNALS)
def test_signal(executor, trials, folder, calm, number):
    waiting = Meddler(
        executor,
        lambda job: trials.faulty(job, fault="waits"),
        lambda step: step == trials.STEP and os.kill(os.getpid(), number),
    )
    answer = sweep(folder, waiting)
    check(answer, folder, Outcome("interrupted", "run the same command again", SIGNALS[number]))
    assert newest_checkpoint(folder).name == f"{trials.STEP:09d}"
    assert sweep(folder, Meddler(executor)).status == 0
    check_bytes(folder, calm)


def test_a_worker_that_does_not_stop(executor, trials, folder, calm, monkeypatch):
    for name in ("local", "ray"):
        monkeypatch.setattr(f"sweep.executors.{name}.GRACE_SECONDS", 0.5)
    deaf = Meddler(
        executor,
        lambda job: trials.faulty(job, fault="hangs", times=1),
        lambda step: step == trials.STEP and os.kill(os.getpid(), signal.SIGTERM),
    )
    answer = sweep(folder, deaf)
    check(answer, folder, Outcome("interrupted", "run the same command again", 143))
    assert newest_checkpoint(folder).name == "000000010"
    assert sweep(folder, Meddler(executor)).status == 0
    check_bytes(folder, calm)


def newest_checkpoint(folder: Path) -> Path:
    return max((trial_in(folder).path / "checkpoints").iterdir())


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "checkpoint": lambda folder: halve(newest_checkpoint(folder) / "state.safetensors"),
    "checkpoint's spec": lambda folder: edit(newest_checkpoint(folder) / MANIFEST, spec="0"),
    "start": lambda folder: halve(folder / "shared/srresnet-s0/generator.safetensors"),
    "training images": lambda folder: edit(folder / "shared/data.json", skimage="others"),
    "test image": lambda folder: halve(folder / "reference/skimage3/lr/chelsea.png"),
    "result": lambda folder: (trial_in(folder).path / "result.json").write_text("{"),
    "record": lambda folder: halve(trial_in(folder).path / "trial.json"),
    "config": lambda folder: (folder / "sweep.yaml").write_text("grid: ["),
    "test images": lambda folder: edit(folder / REFERENCE, source_sha256={}),
}

FOUND_BY_WORKER = {
    "checkpoint": Outcome("done", "was damaged and is set aside as damaged-00000", 0),
    "checkpoint's spec": Outcome("failed", "belongs to another training spec; delete", 1),
    "start": Outcome("failed", "generator.safetensors: not a whole safetensors file", 1),
    "training images": Outcome("failed", "expected the images that the sweep began with", 1),
    "test image": Outcome("failed", "chelsea.png: ", 1),
    "result": Outcome("damaged", "result.json: is damaged; delete it", 2),
    "record": Outcome("damaged", "trial.json: is damaged; delete it", 2),
}
"""What is damaged when the worker comes to it, and what has to follow."""


@pytest.mark.parametrize("damaged", FOUND_BY_WORKER)
def test_damage_that_a_worker_finds(executor, folder, calm, damaged):
    def damage(job: TrainJob) -> TrainJob:
        DAMAGES[damaged](folder)
        return job

    answer = sweep(folder, Meddler(executor, damage))
    check(answer, folder, FOUND_BY_WORKER[damaged])
    if FOUND_BY_WORKER[damaged].state == "done":
        check_bytes(folder, calm)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuse_to_run(job: TrainJob) -> Job:
    pytest.fail(f"{job.label} was handed out")


REFUSED = {
    "training images": "expected the images that the sweep began with",
    "result": "result.json: is damaged; delete it",
    "record": "trial.json: is damaged; delete it",
    "config": "sweep.yaml: ",
    "test images": "test set 'skimage3' have changed",
}
"""What is damaged before the sweep begins, and what it says; it then begins nothing."""


@pytest.mark.parametrize("damaged", REFUSED)
def test_damage_before_the_start(executor, folder, damaged):
    DAMAGES[damaged](folder)
    before = contents(folder)
    answer = sweep(folder, Meddler(executor, refuse_to_run))
    assert REFUSED[damaged] in answer.said
    assert "Traceback" not in answer.said
    assert answer.status == 2
    assert contents(folder) == before


def test_full_disk_before_the_start(executor, folder, monkeypatch):
    free = shutil._ntuple_diskusage(9, 9, 1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    answer = sweep(folder, Meddler(executor, refuse_to_run))
    check(answer, folder, Outcome("interrupted", "1 MB of disk are free, training needs", 2))


def test_second_run_in_one_folder(executor, folder):
    with SweepStore(folder).locked():
        answer = sweep(folder, Meddler(executor, refuse_to_run))
    check(answer, folder, Outcome("interrupted", "another `sweep run` is at work there", 2))


@pytest.mark.docs
def test_every_fault_stands_in_the_documentation():
    text = (Path(__file__).resolve().parents[2] / "docs" / "reliability.md").read_text()
    faults = {*IN_TRAINING, *FOUND_BY_WORKER, *REFUSED}
    tests = {name for name in globals() if name.startswith("test_")}
    tests.remove("test_every_fault_stands_in_the_documentation")
    assert [name for name in sorted(faults | tests) if f"`{name}`" not in text] == []
