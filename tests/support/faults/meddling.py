"""`sweep run` of a small network in this process, with a hand in what a real executor is given."""

from __future__ import annotations

import atexit
import csv
import io
import shutil
import signal
import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import torch

from srgan_core.files import file_sha256
from srgan_core.inference import save_generator
from srgan_core.networks import Generator
from srgan_core.signals import STOP_SIGNALS
from sweep.cli import main
from sweep.execution.executors.base import Executor, StopRequest
from sweep.execution.executors.local import LocalExecutor
from sweep.execution.jobs.context import Event
from sweep.execution.jobs.failing import Job
from sweep.execution.jobs.trial import TrainJob
from sweep.store.status import read_status
from sweep.store.trial_folder import TrialFolder

DOCUMENTATION = Path(__file__).resolve().parents[3] / "docs" / "reliability.md"

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


@cache
def small_start() -> Path:
    """What trials set out from: a step takes milliseconds, and faults are those of a large one."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    torch.manual_seed(0)
    save_generator(folder / "small.safetensors", Generator(4, channels=8, blocks=1))
    return folder / "small.safetensors"


def sweep(folder: Path, meddler: Meddler) -> Answer:
    """Runs the command in this process; draws no charts, which no fault here is about."""
    handlers = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
        patch.setattr("sweep.execution.executors.opening.open_executor", lambda *given: meddler)
        patch.setattr("sweep.visualization.drawings.bring_up_to_date", lambda tables: ((), ()))
        try:
            start = ["--init", str(small_start())]
            main([*SMOKE, *start, "--executor", meddler.name, "--out", str(folder)])
        except SystemExit as end:
            status = int(end.code or 0)
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return Answer(status, " ".join(said.getvalue().split()))


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
    assert file_sha256(trial_in(folder).generator) == file_sha256(trial_in(calm).generator)
    assert table(folder) == table(calm)


def newest_checkpoint(folder: Path) -> Path:
    return max((trial_in(folder).path / "checkpoints").iterdir())


def undocumented(names: Collection[str]) -> list[str]:
    """Those that docs/reliability.md does not name."""
    text = DOCUMENTATION.read_text()
    return sorted(name for name in names if f"`{name}`" not in text)
