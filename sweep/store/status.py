"""How far the trials of a results folder are, from its files alone. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from sweep.config.grid import Trial
from sweep.errors import StoreError
from sweep.store.claims import Run, find_run, is_at_work
from sweep.store.folder import SweepStore, is_shared, require_sweep
from sweep.store.grid import stored_trials
from sweep.store.records.log import last_line
from sweep.store.records.trial import TrialRecord
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder

UNREADABLE = "damaged"
"""What stands in place of a state where a record cannot be read."""

DAMAGED = "damaged-"
"""What the name of a checkpoint begins with that was set aside; as `srgan_core` writes it."""

LOSSES = ("loss_pixel", "loss_content", "loss_adv", "loss_d")


@dataclass(frozen=True)
class TrialStatus:
    """One trial, or a start of a seed: its SRResNet or pair.

    Attributes:
        name: Folder name.
        state: The state in its record; `interrupted` for one that says `running` while nobody
            is at work, `pending` for one that says `done` without a result, `damaged` where a
            record cannot be read.
        step: Steps done, those that warm the discriminator up included; None before the first.
        steps: Steps in all; None where nothing is trained.
        patches_per_second: At the last logged step; None unless it runs.
        losses: The last logged ones by name.
        attempts: How often it was begun.
        host: Where it was begun last.
        device: What it trained on there; None where no record tells.
        resumed_from: Step that the last attempt went on from.
        cause: Why it failed, diverged or was interrupted.
        remarks: Checkpoints and results that were set aside.
    """

    name: str
    state: str
    step: int | None
    steps: int | None
    patches_per_second: float | None
    losses: dict[str, float]
    attempts: int
    host: str | None
    device: str | None
    resumed_from: int | None
    cause: str | None
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class SweepStatus:
    """A results folder.

    Attributes:
        root: The folder.
        run: Who is at work there; None when nobody is.
        trials: The starts first, then the trials by name.
        problem: Why no run can go on here, whatever the trials are in; None when one can.
        unplaced: Trials that may still join: those that the config allows beyond the known ones,
            unless it was decided that no gap is left for them.
    """

    root: Path
    run: Run | None
    trials: tuple[TrialStatus, ...]
    problem: str | None = None
    unplaced: int = 0

    def count(self) -> dict[str, int]:
        """Number of trials by state, the starts left out."""
        states = [trial.state for trial in self.trials if not is_shared(trial.name)]
        return {state: states.count(state) for state in sorted(set(states))}


def read_status(root: Path) -> SweepStatus:
    """Reads how far all trials of a sweep are, begun or not; may be called while it runs.

    Raises:
        StoreError: when there is no sweep.
    """
    require_sweep(root)
    run = find_run(root)
    at_work = run if run is not None and run.alive else None
    store = SweepStore(root)
    folders = [files for files in store.generators() if files.is_registered]
    grid, unplaced, problem = _grid(store)
    unbegun = _unbegun(store, folders, grid)
    trials = (_trial(files, at_work is not None) for files in _by_name([*folders, *unbegun]))
    return SweepStatus(root, at_work, tuple(trials), problem, unplaced)


def _by_name(folders: Iterable[TrialFolder]) -> list[TrialFolder]:
    return sorted(folders, key=lambda files: (not is_shared(files.path.name), files.path.name))


def _grid(store: SweepStore) -> tuple[tuple[Trial, ...], int, str | None]:
    """The trials of the grid and how many may still be placed, or why they cannot be told."""
    try:
        config = store.read_config()
        trials = stored_trials(store, config)[0] if config else ()
        settled = store.read_placements().is_settled
    except StoreError as error:
        return (), 0, str(error)
    most = config.grid.trials if config and not settled else None
    return trials, max(0, (most or 0) - len(trials)), None


def _unbegun(
    store: SweepStore, begun: Iterable[TrialFolder], trials: Iterable[Trial]
) -> list[TrialFolder]:
    """The folders of grid points that nothing was begun of.

    Several runs, each with other axes, give a grid with points that none of them was asked for.
    """
    known = {_point(files.path.name) for files in begun}
    return [store.trial(each.name) for each in trials if _point(each.name) not in known]


def _point(name: str) -> str:
    """A trial's name without the hash at its end."""
    return name.rpartition("-")[0]


def _trial(files: TrialFolder, at_work: bool) -> TrialStatus:
    name = files.path.name
    try:
        return _described(files, files.read_trial(), at_work)
    except StoreError as error:
        return TrialStatus(
            name, UNREADABLE, None, None, None, {}, 0, None, None, None, str(error), ()
        )


def _described(files: TrialFolder, record: TrialRecord, at_work: bool) -> TrialStatus:
    state, cause, line = record.state, record.cause, last_line(files.log)
    trained = files.read_result().is_trained
    if state is State.RUNNING and not at_work:
        state, cause = State.INTERRUPTED, "its run ended without a word; run again to go on"
    if state.is_scored and not trained:
        state, cause = State.PENDING, "its result.json is gone; run again to train it anew"
    latest = record.attempts[-1] if record.attempts else None
    values = line.values if line else {}
    finite = {name: value for name, value in values.items() if isfinite(value)}
    return TrialStatus(
        name=files.path.name,
        state=state,
        step=line.iteration if line else None,
        steps=record.iterations,
        patches_per_second=finite.get("patches_per_second") if state is State.RUNNING else None,
        losses={name: finite[name] for name in LOSSES if name in finite},
        attempts=len(record.attempts),
        host=latest.host if latest else None,
        device=latest.device if latest else None,
        resumed_from=latest.resumed_from if latest else None,
        cause=cause,
        remarks=tuple(_remarks(files, record)),
    )


def way_on(files: TrialFolder) -> str:
    """Says of a trial that has no generator or no scores why, and what brings them about."""
    found = _trial(files, is_at_work(files.path.parents[1]))
    if found.state in (State.DIVERGED, State.FAILED):
        return f"{found.state}{f': {found.cause}' if found.cause else ''}"
    if found.state == State.RUNNING:
        return "is being trained: wait for its run to end"
    kind = "not trained yet" if found.state == State.PENDING else "not scored yet"
    if found.state == State.INTERRUPTED:
        kind = "interrupted"
    return f"is {kind}: run the sweep again to go on"


def _remarks(files: TrialFolder, record: TrialRecord) -> Iterator[str]:
    """What trial.json tells, and what lies there that no record tells of."""
    told = [*record.quarantined, *record.conflicts]
    yield from told
    for path in sorted(files.checkpoints.glob(f"{DAMAGED}*")):
        if not any(path.name in text for text in told):
            yield f"a checkpoint was damaged and is set aside as {path.name}"
