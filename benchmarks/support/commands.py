"""Runs commands one after the other within a time, and ends each with all of its children."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal, NamedTuple

import psutil

State = Literal["done", "goes on", "stopped", "failed"]
"""`goes on`: its time was up, and the same command continues; `stopped`: by a signal to us."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

GRACE_SECONDS = 60.0
"""For a checkpoint and for tables; a second signal ends it at once."""

POLL_SECONDS = 0.2


class Ending(NamedTuple):
    """How a command ended.

    Attributes:
        state: Whether it got to its end, and if not, why.
        status: Its exit status; None where it was not begun.
        seconds: How long it ran.
    """

    state: State
    status: int | None
    seconds: float


class Commands:
    """Runs Python commands, each in a process group of its own.

    A terminal's Ctrl-C then reaches this process alone, which passes it on as SIGTERM: the
    commands of this project take that as the wish to write a checkpoint and end.

    Args:
        minutes: Time for the commands of one stage together.
    """

    def __init__(self, minutes: float) -> None:
        self.minutes = minutes
        self.received: list[int] = []
        self._deadline = 0.0

    @contextmanager
    def signals_noted(self) -> Iterator[None]:
        """Notes signals instead of dying of them; the command that runs is then ended."""
        handlers = {
            number: signal.signal(number, lambda number, frame: self.received.append(number))
            for number in SIGNALS
        }
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def begin_stage(self) -> None:
        """From here on the minutes count."""
        self._deadline = time.monotonic() + 60 * self.minutes

    @property
    def may_run(self) -> bool:
        """Whether there is time left, and no signal came."""
        return not self.received and time.monotonic() < self._deadline

    def run(self, *arguments: object) -> Ending:
        """Runs `python ARGUMENTS`, whose output goes where ours goes, to its end or to ours."""
        if not self.may_run:
            return Ending(self._unfinished(), None, 0.0)
        words = [str(argument) for argument in arguments]
        print(f"\n$ python {shlex.join(words)}", flush=True)
        begin = time.monotonic()
        process = subprocess.Popen([sys.executable, *words], start_new_session=True)
        try:
            status, was_ended = self._wait(process)
        except BaseException:
            _signal_group(process.pid, signal.SIGKILL)
            raise
        seconds = time.monotonic() - begin
        if status == 0:
            return Ending("done", status, seconds)
        return Ending(self._unfinished() if was_ended else "failed", status, seconds)

    def _unfinished(self) -> State:
        return "stopped" if self.received else "goes on"

    def _wait(self, process: subprocess.Popen[bytes]) -> tuple[int, bool]:
        """Exit status, and whether the command was told to end."""
        told_at: float | None = None
        # A leader that has ended may leave children that are still writing their checkpoints.
        while process.poll() is None or (told_at is not None and _is_alive(process.pid)):
            if told_at is None and not self.may_run:
                told_at = time.monotonic()
                _signal_group(process.pid, signal.SIGTERM)
            elif told_at is not None and self._is_impatient(told_at):
                _signal_group(process.pid, signal.SIGKILL)
            time.sleep(POLL_SECONDS)
        return process.returncode, told_at is not None

    def _is_impatient(self, told_at: float) -> bool:
        return len(self.received) > 1 or time.monotonic() - told_at > GRACE_SECONDS


def _signal_group(leader: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _is_alive(leader: int) -> bool:
    """Whether a process of the group runs; one that has ended and waits for its parent does not."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError, PermissionError):
            if os.getpgid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                return True
    return False
