"""What runs in a job of SLURM: a task that reports through files which all machines see."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from srgan_core.signals import STOP_SIGNALS, stop_status
from sweep.execution.executors.base import Heartbeat, OnEvent, StopRequest, Throttled
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.failing import Job
from sweep.execution.jobs.running import run_job
from sweep.store.states import State

ENDED = "ended"
"""Kind of the last event of a task; its field `state` is what the job ended in."""

LEFT = "left"
"""Kind of the event of a task that leaves with a checkpoint because its machine is taken away."""

STOP_FILE = "stop"

TERMINAL_SIGNALS = ("SIGINT", "SIGHUP")
"""What a terminal sends, which is the driver's business."""


class Channel(Protocol):
    """A task's way to its driver."""

    @property
    def post(self) -> OnEvent:
        """Reports an event."""

    def stopped(self) -> bool:
        """Whether the task is to checkpoint and end."""

    def read(self, begin: int) -> tuple[list[Event], int]:
        """For the driver: what was reported from a byte on, and where to read on."""


@dataclass(frozen=True)
class DirectChannel:
    """The way of a task in the driver's own process.

    Attributes:
        post: Told what the task reports.
        stop: The driver's wish to stop.
    """

    post: OnEvent
    stop: StopRequest

    def stopped(self) -> bool:
        """Whether the task is to checkpoint and end."""
        return bool(self.stop)

    def read(self, begin: int) -> tuple[list[Event], int]:
        """Nothing: it has been told already."""
        return [], begin


@dataclass(frozen=True)
class FileChannel:
    """Lines of a file for reports, and a file that is empty until the driver wants to stop.

    Both are opened anew each time: that is when a network file system looks for what other
    machines have written.

    Attributes:
        folder: The driver's folder; the driver removes it when it is done.
        number: Of this task.
    """

    folder: Path
    number: int

    @property
    def _file(self) -> Path:
        return self.folder / f"{self.number}.jsonl"

    def post(self, event: Event) -> None:
        """Appends an event; a report that cannot be written is lost, the training goes on."""
        with suppress(OSError), self._file.open("a") as file:
            file.write(f"{json.dumps(asdict(event))}\n")

    def stopped(self) -> bool:
        """Whether the driver wants to stop, or is gone with its folder."""
        try:
            return bool((self.folder / STOP_FILE).read_bytes())
        except OSError:
            return True

    def read(self, begin: int) -> tuple[list[Event], int]:
        """Reads whole lines; one that is still being written is left for the next time."""
        try:
            with self._file.open("rb") as file:
                file.seek(begin)
                lines, end, _ = file.read().rpartition(b"\n")
        except FileNotFoundError:
            return [], begin
        return [Event(**json.loads(line)) for line in lines.splitlines()], begin + len(lines + end)


@dataclass(frozen=True)
class SlurmTask:
    """A job with what it needs in a process of its own; submitit calls it, there and here.

    Attributes:
        job: The job.
        channel: Its way to the driver.
        device: Where to train.
        threads: CPU threads.
        owns_process: Whether signals are this task's to obey.
    """

    job: Job
    channel: Channel
    device: str
    threads: int
    owns_process: bool = True

    def __call__(self) -> None:
        """Runs the job; does not return when the machine is taken away."""
        signals = SignalsKept() if self.owns_process else None
        asked = Throttled(self.channel.stopped)

        def emit(event: Event) -> None:
            if not (signals and event.kind == State.INTERRUPTED):
                self.channel.post(event)

        def should_stop() -> bool:
            return bool(signals) or asked()

        heartbeat = Heartbeat(should_stop, self.channel.post)
        state = run_job(self.job, Context(emit, heartbeat, self.device, self.threads))
        if signals and state == State.INTERRUPTED and not self.channel.stopped():
            self.channel.post(Event(self.job.label, LEFT))
            signals.obey()
        self.channel.post(Event(self.job.label, ENDED, {"state": str(state)}))

    def checkpoint(self) -> Any:
        """What submitit queues again: the same task, which goes on from the trial's checkpoint."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self)


class SignalsKept:
    """Keeps the signals that came until the job has written its checkpoint.

    submitit's handlers would end the process at once, in the middle of a step: they run when
    `obey` is called. True once a signal has come.
    """

    def __init__(self) -> None:
        self._came: list[int] = []
        self._handlers = {number: signal.getsignal(number) for number in STOP_SIGNALS}
        for number in STOP_SIGNALS:
            signal.signal(number, self._handler(number))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def __bool__(self) -> bool:
        return bool(self._came)

    def _handler(self, number: signal.Signals) -> Any:
        return signal.SIG_IGN if number.name in TERMINAL_SIGNALS else self._keep

    def _keep(self, number: int, frame: FrameType | None) -> None:
        self._came.append(number)

    def obey(self) -> None:
        """Does what submitit does upon the signals that came, and ends the process.

        Upon SIGUSR2 that is to queue the job again, upon SIGTERM nothing: where SLURM takes the
        machine for another job, it queues this one again by itself.
        """
        for number in dict.fromkeys(self._came):
            handler: Callable[..., object] | int | None = self._handlers[signal.Signals(number)]
            if callable(handler):
                handler(number, None)
        sys.exit(stop_status(self._came[0]))
