"""The supervisor's part of tracking: which trials to tell of, and when to give a tracker up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from srgan_core.errors import SrganError
from srgan_core.wording import counted
from sweep.execution.executors.base import OnEvent
from sweep.execution.jobs.context import Event
from sweep.planning.plan import Plan
from sweep.store.folder import SweepStore, TrialFolder
from sweep.tracking.process import TrackerProcess
from sweep.tracking.record import ENDS, fingerprint
from sweep.tracking.tracked_runs import TrackedRuns
from sweep.tracking.trackers import TRACKERS

PATIENCE_SECONDS = 120.0
"""How long the end of a sweep waits for one trial to be written: longer than wandb's own 90 s
for a server that does not answer."""


class Tracking:
    """Listens to a sweep and tells trackers of each trial that has ended.

    Args:
        store: The results folder.
        trackers: Names, of `TRACKERS`.
        folders: Trial, or shared SRResNet, to its files.
        on_event: Told what the sweep tells, and of trackers that are given up.
    """

    def __init__(
        self,
        store: SweepStore,
        trackers: Collection[str],
        folders: Mapping[str, TrialFolder],
        on_event: OnEvent,
    ) -> None:
        self._folders, self._on_event = folders, on_event
        self._clients = [_TrackerClient(name, store, self._warn) for name in trackers]

    def receive(self, event: Event) -> None:
        """Learns what happened, and passes it on."""
        self._on_event(event)
        for client in self._clients:
            if event.kind in ENDS and event.job in self._folders:
                client.submit(self._folders[event.job])
            client.receive()

    def finish(self) -> None:
        """Tells of trials that earlier runs left untold, and waits until all are written."""
        for client in self._clients:
            for files in self._folders.values():
                client.submit(files)
        for client in self._clients:
            client.wait()

    def close(self) -> None:
        """Ends the trackers; what they have not written is left to the next run."""
        for client in self._clients:
            client.close()

    def report(self) -> list[str]:
        """Sentences about what was written in this run."""
        return [client.report() for client in self._clients]

    def _warn(self, tracker: str, reason: str) -> None:
        message = f"given up for this run ({reason}); the same command again tells it what it lacks"
        self._on_event(Event(f"track {tracker}", "warning", {"message": message}))


class _TrackerClient:
    """Tells one tracker, in a process that begins with the first trial to tell of.

    Args:
        name: One of `TRACKERS`.
        store: The results folder.
        warn: Told the tracker's name and why it is given up.
    """

    def __init__(self, name: str, store: SweepStore, warn: Callable[[str, str], None]) -> None:
        self._name, self._root, self._warn = name, store.root, warn
        tracker = TRACKERS[name]
        self._tracked = TrackedRuns(store.root / tracker.folder, tracker.destination())
        self._sent: dict[str, str] = {}
        self._process: TrackerProcess | None = None
        self._given_up = False

    def submit(self, files: TrialFolder) -> None:
        """Sends a trial that has ended, unless the tracker knows it as it is."""
        if self._given_up:
            return
        try:
            if files.state not in ENDS:
                return
            name, content = files.path.name, fingerprint(files)
            if self._sent.get(name) == content or self._tracked.knows(name, content):
                return
            self._sent[name] = content
            self._process = self._process or TrackerProcess(self._name, self._root)
            self._process.send(files)
        except (OSError, SrganError) as error:
            self._give_up(str(error))

    def receive(self, seconds: float = 0.0) -> bool:
        """Takes the answers that are there, waiting so long for the first; False for none."""
        process, received = self._process, False
        if process is None or self._given_up:
            return False
        while process.at_work and process.receive(0.0 if received else seconds):
            received = True
        if process.failure is not None:
            self._give_up(process.failure)
        return received

    def wait(self) -> None:
        """Waits for answers as long as they come."""
        while self._process is not None and self._process.at_work and not self._given_up:
            if not self.receive(PATIENCE_SECONDS):
                self._give_up(f"no answer for {PATIENCE_SECONDS:g} s")
        self.receive()

    def close(self) -> None:
        if self._process is not None:
            self._process.close()

    def report(self) -> str:
        written = 0 if self._process is None else self._process.written
        return f"tracked with {self._name}: {counted(written, 'run')} written"

    def _give_up(self, reason: str) -> None:
        self._given_up = True
        self._warn(self._name, reason)


@contextmanager
def open_tracking(
    trackers: Collection[str], store: SweepStore, plan: Plan, on_event: OnEvent
) -> Iterator[Tracking]:
    """Tracks a sweep; nothing is imported, started or written before there is a trial to tell of.

    Args:
        trackers: Names, of `TRACKERS`; none for no tracking.
        store: The results folder; the caller holds its lock.
        plan: What is going to be done; trials of earlier runs are told of too.
        on_event: As for `Tracking`.
    """
    folders = {start.name: store.start(seed) for seed, start in plan.starts.items()}
    folders |= {trial.name: store.trial(trial.name) for trial in plan.trials}
    tracking = Tracking(store, trackers, folders, on_event)
    try:
        yield tracking
    finally:
        tracking.close()
