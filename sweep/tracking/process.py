"""A tracker in a process of its own: what it prints, waits for and breaks stays there."""

from __future__ import annotations

import os
import textwrap
from collections import deque
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sweep.execution.child_processes import end_child, obey_supervisor, start_child
from sweep.execution.failures import describe_exit
from sweep.store.folder import SweepStore
from sweep.store.trial_folder import TrialFolder
from sweep.tracking.record import read_record
from sweep.tracking.tracked_runs import TrackedRuns
from sweep.tracking.trackers import TRACKERS, Tracker

NICENESS = 10
"""Training goes before being told of."""

END_SECONDS = 1.0

LONGEST_REASON = 300
"""Characters of an error that are passed on: trackers explain at length."""

_DONE = ""
"""The answer when a trial was written; any other is a sentence about a failure."""


class TrackerProcess:
    """The supervisor's end, which never waits unless it is told to.

    The process begins with the first trial that is sent.

    Args:
        name: One of `TRACKERS`.
        root: The results folder.

    Attributes:
        name: As given.
        written: Trials that were written.
        failure: Why the tracker is given up; None while it works.
    """

    def __init__(self, name: str, root: Path) -> None:
        self.name, self.written = name, 0
        self.failure: str | None = None
        self._root, self._waiting = root, deque[TrialFolder]()
        self._process: BaseProcess | None = None
        self._pipe: Any = None

    @property
    def at_work(self) -> bool:
        """Whether there are trials that it has not answered for yet."""
        return bool(self._waiting)

    def send(self, files: TrialFolder) -> None:
        """Has a trial written, after those sent before; it has ended."""
        if self._process is None:
            self._process, self._pipe = start_child(_work, self.name, self._root)
        self._waiting.append(files)
        if len(self._waiting) == 1:
            self._send_next()

    def receive(self, seconds: float = 0.0) -> bool:
        """Takes one answer, waiting so long for it; returns whether there was one."""
        if not self.at_work or not self._pipe.poll(seconds):
            return False
        try:
            answer: str = self._pipe.recv()
        except (EOFError, OSError):
            answer = self._describe_end()
        if answer == _DONE:
            self.written += 1
            self._waiting.popleft()
            self._send_next()
        else:
            self.give_up(answer)
        return True

    def give_up(self, reason: str) -> None:
        """Forgets what is not written: the next run finds it."""
        self.failure = reason
        self._waiting.clear()

    def close(self) -> None:
        """Ends the process, at once if it is at work or in trouble."""
        if self._process is None:
            return
        if self.at_work or self.failure:
            self._process.kill()
        self._pipe.close()
        end_child(self._process, END_SECONDS)

    def _send_next(self) -> None:
        """One at a time: a pipe that is full would hold the supervisor up."""
        if not self._waiting:
            return
        try:
            self._pipe.send(self._waiting[0])
        except OSError:
            self.give_up(self._describe_end())

    def _describe_end(self) -> str:
        assert self._process is not None
        self._process.join(END_SECONDS)
        return f"its process ended {describe_exit(self._process.exitcode or 0)}"


def _write_trial(tracker: Tracker, root: Path, files: TrialFolder) -> None:
    """Writes a trial as one run, into the run that it has already if it has one."""
    record = read_record(SweepStore(root).name, files)
    tracked = TrackedRuns(root / tracker.folder, tracker.destination())
    run = tracked.run_of(record.name)
    if run is None:
        run = tracker.new_run(record)
        # Noted before anything is written, a run that is cut off is no second one later.
        tracked.write(record.name, run)
    tracker.write(run, record)
    tracked.write(record.name, run, record.fingerprint)


def _work(pipe: Any, name: str, root: Path) -> None:
    """What the process does; it has no terminal to write to or to ask at."""
    obey_supervisor()
    if hasattr(os, "setsid"):
        os.setsid()
        os.nice(NICENESS)
    sink = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(sink, stream)
    try:
        tracker: Tracker | None = None
        while True:
            files = pipe.recv()
            tracker = tracker or TRACKERS[name](root)
            _write_trial(tracker, root, files)
            pipe.send(_DONE)
    except EOFError:
        return
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        pipe.send(textwrap.shorten(reason, LONGEST_REASON, placeholder=" ..."))
