"""When a run needs the training images: only where something is trained."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from srgan_core.data.sources import source_folders
from srgan_core.errors import DataError
from sweep.config.grid import Starts, Trial
from sweep.config.sweep_config import SweepConfig
from sweep.store.folder import SweepStore
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder


class AbsentDataError(DataError):
    """A folder of training images is not there."""


def is_training_left(
    store: SweepStore,
    asked: Collection[Trial],
    starts: Starts,
    retry: Collection[str] = (State.FAILED,),
) -> bool:
    """Whether a run trains anything: a trial that it was asked for, or a start."""
    trained = [start.name for start in starts.values() if start.spec is not None]
    names = [*trained, *(trial.name for trial in asked)]
    return any(_is_to_train(store.generator(name), retry) for name in names)


def _is_to_train(files: TrialFolder, retry: Collection[str]) -> bool:
    state = files.state
    if state in (State.DIVERGED, State.FAILED) and state not in retry:
        return False
    return not (state is State.TRAINED or files.read_result().is_trained)


def require_folders(config: SweepConfig) -> None:
    """Refuses folders of training images that are not there.

    Raises:
        AbsentDataError: naming the absolute path that was looked at.
    """
    for problem in _absent_folders(config):
        raise AbsentDataError(f"{problem}; put it there, or name another with --set data.sources")


def absence_notes(config: SweepConfig) -> list[str]:
    """Says which folders of training images a run that trains nothing does without."""
    return [
        f"{problem}; nothing is to be trained, so what is there is scored, and whether a test set "
        "holds a training image is not looked at"
        for problem in _absent_folders(config)
    ]


def _absent_folders(config: SweepConfig) -> Iterator[str]:
    for name in config.data.sources:
        for folder in source_folders(name):
            if folder.is_dir():
                continue
            since = "" if folder.is_absolute() else f" (a relative path, seen from {Path.cwd()})"
            yield f"data source {name}: no such folder {folder.absolute()}{since}"
