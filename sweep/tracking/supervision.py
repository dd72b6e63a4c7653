"""The supervisor's part of tracking: which trials to tell of, and when to give a tracker up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from srgan_core.errors import SrganError
from srgan_core.wording import counted
from sweep.execution.executors.base import OnEvent
from sweep.execution.jobs.context import Event
from sweep.planning.plan import Plan
from sweep.store.folder import SweepStore
from sweep.store.trial_folder import TrialFolder
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
        self._store, self._on_event = store, on_event
        self._folders = dict(folders)
        self._processes = [TrackerProcess(name, store.root) for name in trackers]
        self._tracked = {
            name: TrackedRuns(store.root / TRACKERS[name].folder, TRACKERS[name].destination())
            for name in trackers
        }
        self._sent: dict[tuple[str, str], str] = {}
        self._given_up: set[str] = set()

    def receive(self, event: Event) -> None:
        """Learns what happened, and passes it on."""
        self._on_event(event)
        if event.kind == "placed":
            self._folders[event.job] = self._store.trial(event.job)
        for process in self._processes:
            if event.kind in ENDS and event.job in self._folders:
                self._submit(process, self._folders[event.job])
            while process.receive():
                pass
            self._warn(process)

    def finish(self) -> None:
        """Tells of trials that earlier runs left untold, and waits until all are written."""
        for process in self._processes:
            for files in self._folders.values():
                self._submit(process, files)
        for process in self._processes:
            while process.at_work:
                if not process.receive(PATIENCE_SECONDS):
                    process.give_up(f"no answer for {PATIENCE_SECONDS:g} s")
            self._warn(process)

    def close(self) -> None:
        """Ends the trackers; what they have not written is left to the next run."""
        for process in self._processes:
            process.close()

    def report(self) -> list[str]:
        """Sentences about what was written in this run."""
        return [
            f"tracked with {process.name}: {counted(process.written, 'run')} written"
            for process in self._processes
        ]

    def _submit(self, process: TrackerProcess, files: TrialFolder) -> None:
        """Sends a trial that has ended, unless the tracker knows it as it is."""
        if process.failure:
            return
        try:
            if files.state not in ENDS:
                return
            trial, content = files.path.name, fingerprint(files)
            is_sent = self._sent.get((process.name, trial)) == content
            if not is_sent and not self._tracked[process.name].knows(trial, content):
                self._sent[process.name, trial] = content
                process.send(files)
        except (OSError, SrganError) as error:
            process.give_up(str(error))

    def _warn(self, process: TrackerProcess) -> None:
        """Says once that a tracker is given up."""
        if process.failure and process.name not in self._given_up:
            self._given_up.add(process.name)
            message = (
                f"given up for this run ({process.failure}); the same command again tells it what "
                "it lacks"
            )
            self._on_event(Event(f"track {process.name}", "warning", {"message": message}))


@contextmanager
def open_tracking(
    trackers: Collection[str], store: SweepStore, plan: Plan, on_event: OnEvent
) -> Iterator[Tracking]:
    """Tracks a sweep, and trials of earlier runs in its folder, whose lock the caller holds.

    Nothing is imported, started or written before there is a trial to tell of.
    """
    folders = {start.name: store.generator(start.name) for start in plan.starts.values()}
    folders |= {trial.name: store.trial(trial.name) for trial in plan.trials}
    tracking = Tracking(store, trackers, folders, on_event)
    try:
        yield tracking
    finally:
        tracking.close()
