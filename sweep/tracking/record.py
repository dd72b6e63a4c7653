"""What a tracker is told of a trial: the content of its records, in the words of trackers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sweep.scoring.aggregation import summarise
from sweep.store.records.log import read_log
from sweep.store.records.result import ResultRecord
from sweep.store.records.trial import TrialRecord
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder

ENDS = (State.DONE, State.DIVERGED, State.FAILED)
"""States whose trials trackers are told of. An interrupted one goes on with the next run."""


@dataclass(frozen=True)
class RunRecord:
    """One trial, or the shared SRResNet of a seed, as a tracker's run.

    Attributes:
        name: Folder name of the trial.
        sweep: Name of the results folder, by which its runs are grouped.
        state: `done`, `diverged` or `failed`.
        started: When its first attempt began, in seconds since 1970; None when none did.
        ended: When its last attempt ended, likewise.
        config: The trial's spec; mappings by free names are JSON text.
        history: Each line of its log: iteration, discriminator's warm-up included, and values.
        summary: State, final scores as `<dataset>/<column>`, and where they came from.
        fingerprint: Identifies the content of the records.
    """

    name: str
    sweep: str
    state: State
    started: float | None
    ended: float | None
    config: dict[str, Any]
    history: tuple[tuple[int, dict[str, float]], ...]
    summary: dict[str, float | str]
    fingerprint: str


def read_record(sweep: str, files: TrialFolder) -> RunRecord:
    """Reads the records of a trial in the results folder `sweep`.

    Raises:
        StoreError: when a record is damaged.
    """
    trial = files.read_trial()
    attempts = trial.attempts
    return RunRecord(
        name=files.path.name,
        sweep=sweep,
        state=trial.state,
        started=_seconds(attempts[0].started) if attempts else None,
        ended=_seconds(attempts[-1].ended) if attempts else None,
        config=_config(trial),
        history=_history(files.log),
        summary=_summary(trial, files.read_result()),
        fingerprint=fingerprint(files),
    )


def fingerprint(files: TrialFolder) -> str:
    """Identifies the content of a trial's records, in 16 hexadecimal digits.

    Raises:
        StoreError: when a record is damaged.
    """
    records = [record.document() for record in (files.read_trial(), files.read_result())]
    text = json.dumps(records, sort_keys=True)
    log = files.log.read_bytes() if files.log.is_file() else b""
    return hashlib.sha256(text.encode() + log).hexdigest()[:16]


def _config(trial: TrialRecord) -> dict[str, Any]:
    """The spec; of a generator that was adopted and not trained, what its record holds instead."""
    names = ("trial", "seed", "recipe")
    identity = {name: getattr(trial, name) for name in names if name in trial.model_fields_set}
    spec = trial.spec.canonical() if trial.spec else {}
    return identity | {key: _named_by_fields(value) for key, value in spec.items()}


def _named_by_fields(value: Any) -> Any:
    """Turns mappings whose keys are no names of fields, such as paths of folders, into text."""
    if not isinstance(value, dict):
        return value
    if value and not all(key.isidentifier() for key in value):
        return json.dumps(value, sort_keys=True)
    return {key: _named_by_fields(below) for key, below in value.items()}


def _history(log: Path) -> tuple[tuple[int, dict[str, float]], ...]:
    return tuple(
        (line.iteration, {name: float(value) for name, value in line.values.items()})
        for line in read_log(log)
    )


def _summary(trial: TrialRecord, result: ResultRecord) -> dict[str, float | str]:
    known = {
        # Trackers write members of an enum by their names.
        "status": trial.state.value,
        "cause": trial.cause,
        "steps": result.steps,
        "train_seconds": result.train_seconds,
        "generator_sha256": result.generator_sha256,
    }
    summary = {key: value for key, value in known.items() if value is not None}
    for dataset, images in result.scores.items():
        means = summarise(list(images.values())) | result.set_scores.get(dataset, {})
        summary |= {f"{dataset}/{column}": value for column, value in means.items()}
    return summary


def _seconds(time: str | None) -> float | None:
    return datetime.fromisoformat(time).timestamp() if time else None
