"""The supervisor's part of tracking: which trials to tell of, and when to give a tracker up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from srgan_core.errors import SrganError
from srgan_core.wording import counted
from sweep.execution.jobs.context import Event
from sweep.planning.plan import Plan
from sweep.store.folder import SweepStore, TrialFolder
from sweep.tracking.ledger import Ledger
from sweep.tracking.process import TrackerProcess
from sweep.tracking.record import ENDS, fingerprint
from sweep.tracking.trackers import TRACKERS

PATIENCE_SECONDS = 120.0
"""How long the end of a sweep waits for one trial to be written: longer than wandb's own 90 s
for a server that does not answer."""

OnEvent = Callable[[Event], None]


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
        self._tellers = [_Teller(name, store, self._warn) for name in trackers]

    def receive(self, event: Event) -> None:
        """Learns what happened, and passes it on."""
        self._on_event(event)
        for teller in self._tellers:
            if event.kind in ENDS and event.job in self._folders:
                teller.tell(self._folders[event.job])
            teller.listen()

    def finish(self) -> None:
        """Tells of trials that earlier runs left untold, and waits until all are written."""
        for teller in self._tellers:
            for files in self._folders.values():
                teller.tell(files)
        for teller in self._tellers:
            teller.wait()

    def close(self) -> None:
        """Ends the trackers; what they have not written is left to the next run."""
        for teller in self._tellers:
            teller.close()

    def report(self) -> list[str]:
        """Sentences about what was written in this run."""
        return [teller.report() for teller in self._tellers]

    def _warn(self, tracker: str, reason: str) -> None:
        message = f"given up for this run ({reason}); the same command again tells it what it lacks"
        self._on_event(Event(f"track {tracker}", "warning", {"message": message}))


class _Teller:
    """Tells one tracker, in a process that begins with the first trial to tell of.

    Args:
        name: One of `TRACKERS`.
        store: The results folder.
        warn: Told the tracker's name and why it is given up.
    """

    def __init__(self, name: str, store: SweepStore, warn: Callable[[str, str], None]) -> None:
        self._name, self._store, self._warn = name, store, warn
        tracker = TRACKERS[name]
        self._ledger = Ledger(store.root / tracker.folder, tracker.destination())
        self._sent: dict[str, str] = {}
        self._process: TrackerProcess | None = None
        self._given_up = False

    def tell(self, files: TrialFolder) -> None:
        """Sends a trial that has ended, unless the tracker knows it as it is."""
        if self._given_up:
            return
        try:
            self._send(files)
        except (OSError, SrganError) as error:
            self._give_up(str(error))

    def _send(self, files: TrialFolder) -> None:
        if files.state not in ENDS:
            return
        name, content = files.path.name, fingerprint(files)
        if self._sent.get(name) == content or self._ledger.knows(name, content):
            return
        self._sent[name] = content
        self._process = self._process or TrackerProcess(self._name, self._store.root)
        self._process.send(files)

    def listen(self, seconds: float = 0.0) -> bool:
        """Takes answers; returns whether there was one."""
        process, heard = self._process, False
        if process is None or self._given_up:
            return False
        while process.at_work and process.hear(0.0 if heard else seconds):
            heard = True
        if process.failure is not None:
            self._give_up(process.failure)
        return heard

    def wait(self) -> None:
        """Waits for answers as long as they come."""
        while self._process is not None and self._process.at_work and not self._given_up:
            if not self.listen(PATIENCE_SECONDS):
                self._give_up(f"no answer for {PATIENCE_SECONDS:g} s")
        self.listen()

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
