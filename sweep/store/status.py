"""How far the trials of a results folder are, from its files alone. Imports no torch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.errors import StoreError
from sweep.store.claims import Run, find_run
from sweep.store.folder import SweepStore, TrialFolder, require_sweep

TAIL_BYTES = 16_384
"""As much of a log's end is read as surely holds its last whole line."""

DAMAGED = "damaged-"
"""What the name of a checkpoint begins with that was set aside; as `srgan_core` writes it."""

LOSSES = ("loss_pixel", "loss_content", "loss_adv", "loss_d")


@dataclass(frozen=True)
class TrialStatus:
    """One trial, or the shared SRResNet of a seed.

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
    resumed_from: int | None
    cause: str | None
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class SweepStatus:
    """A results folder.

    Attributes:
        root: The folder.
        run: Who is at work there; None when nobody is.
        trials: The shared SRResNets first, then the trials by name.
        problem: Why no run can go on here, whatever the trials are in; None when one can.
    """

    root: Path
    run: Run | None
    trials: tuple[TrialStatus, ...]
    problem: str | None = None

    def count(self) -> dict[str, int]:
        """Number of trials by state, the shared SRResNets left out."""
        states = [trial.state for trial in self.trials if not trial.name.startswith("srresnet-s")]
        return {state: states.count(state) for state in sorted(set(states))}


def read_status(root: Path) -> SweepStatus:
    """Reads how far a sweep is; may be called while it runs.

    Args:
        root: The results folder.

    Returns:
        Its trials, those included that have not begun.

    Raises:
        StoreError: when there is no sweep.
    """
    require_sweep(root)
    run = find_run(root)
    at_work = run if run is not None and run.alive else None
    folders = [*_below(root / "shared"), *_below(root / "trials")]
    trials = (_trial(TrialFolder(path), at_work is not None) for path in folders)
    return SweepStatus(root, at_work, tuple(trials), _problem(root))


def _problem(root: Path) -> str | None:
    """Why the config of the folder cannot be read."""
    try:
        SweepStore(root).read_config()
    except StoreError as error:
        return str(error)
    return None


def _below(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if (path / "trial.json").is_file())


def _trial(files: TrialFolder, at_work: bool) -> TrialStatus:
    try:
        return _described(files, files.read_trial(), at_work)
    except StoreError as error:
        return _damaged(files, str(error))
    # A record that was changed by hand may hold anything in any place.
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return _damaged(files, f"{files.path}: its records are damaged; delete them")


def _damaged(files: TrialFolder, cause: str) -> TrialStatus:
    name = files.path.name
    return TrialStatus(name, "damaged", None, None, None, {}, 0, None, None, cause, ())


def _described(files: TrialFolder, record: dict[str, Any], at_work: bool) -> TrialStatus:
    state, last = str(record.get("state", "pending")), last_record(files.log)
    cause, result = record.get("cause"), files.read_result()
    if state == "running" and not at_work:
        state, cause = "interrupted", "its run ended without a word; run again to go on"
    if state in ("scored", "done") and "steps" not in result:
        state, cause = "pending", "its result.json is gone; run again to train it anew"
    attempts = record.get("attempts", [])
    latest = attempts[-1] if attempts else {}
    return TrialStatus(
        name=files.path.name,
        state=state,
        step=last.get("iteration"),
        steps=_steps(record),
        patches_per_second=last.get("patches_per_second") if state == "running" else None,
        losses={name: last[name] for name in LOSSES if name in last},
        attempts=len(attempts),
        host=latest.get("host"),
        resumed_from=latest.get("resumed_from"),
        cause=cause,
        remarks=tuple(_remarks(files, record)),
    )


def _steps(record: dict[str, Any]) -> int | None:
    spec = record.get("spec")
    if not spec:
        return None
    training = spec["training"]
    warmup = training["discriminator"]["warmup_steps"] if spec["adversarial_weight"] else 0
    return int(training["steps"]) + int(warmup)


def _remarks(files: TrialFolder, record: dict[str, Any]) -> Iterator[str]:
    """What trial.json tells, and what lies there that no record tells of."""
    told = [*record.get("quarantined", []), *record.get("conflicts", [])]
    yield from told
    for path in sorted(files.checkpoints.glob(f"{DAMAGED}*")):
        if not any(path.name in text for text in told):
            yield f"a checkpoint was damaged and is set aside as {path.name}"


def last_record(log: Path) -> dict[str, Any]:
    """Reads the last whole line of a log without reading the log.

    Args:
        log: log.jsonl of a trial; need not exist.

    Returns:
        The record; empty when there is none.
    """
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            lines = file.read().splitlines()
    except OSError:
        return {}
    for line in reversed(lines):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            return record
    return {}
