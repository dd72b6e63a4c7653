"""Trials that train nothing: the whole life of a trial on disk, without torch.

A stub's "generator" is a hash that every step folds into the one before, so a step that is lost,
repeated or taken from another trial shows in its bytes.
"""

from __future__ import annotations

import hashlib
import json
import platform
import time
from dataclasses import dataclass
from pathlib import Path

from srgan_core.files import (
    drop_folder,
    file_sha256,
    publish_folder,
    temporary_name,
    write_atomically,
)
from srgan_core.training.log import TrainingLog, read_log
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.missing import TestSetJob
from sweep.execution.jobs.trial import TrainJob, now
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.records.trial import Attempt, Identity
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder

CHECKPOINT_EVERY = 3


@dataclass(frozen=True)
class StubTrial(TrainJob):
    """A trial of so many steps, each a hash.

    Attributes:
        steps: How many.
        pause: Seconds that a step takes.
    """

    steps: int = 10
    pause: float = 0.0

    def _train(self, files: TrialFolder, context: Context) -> State:
        done, value = newest_checkpoint(files.checkpoints) or (0, self.label)
        attempts = files.read_trial().attempts
        attempt = Attempt(host=platform.node(), resumed_from=done or None)
        ended = attempt.model_copy(update={"ended": now()})
        files.update_trial(**self.identity, attempts=[*attempts, attempt], state=State.RUNNING)
        with TrainingLog(files.log, done) as log:
            while done < self.steps:
                value, done = fold(value), done + 1
                time.sleep(self.pause)
                log.write({"iteration": done, "value": value})
                context.emit(Event(self.label, "progress", {"iteration": done}))
                stop = context.should_stop()
                if stop or done % CHECKPOINT_EVERY == 0:
                    log.flush()
                    write_checkpoint(files.checkpoints, done, value)
                if stop and done < self.steps:
                    files.update_trial(state=State.INTERRUPTED, attempts=[*attempts, ended])
                    return State.INTERRUPTED
        write_atomically(files.generator, value.encode())
        files.update_trial(state=State.TRAINED, attempts=[*attempts, ended])
        return State.TRAINED

    def _trained_result(self, files: TrialFolder) -> ResultRecord:
        return ResultRecord(
            steps=self.steps,
            generator_sha256=file_sha256(files.generator),
            scores={"stub": {"image": {"psnr_y": len(read_log(files.log))}}},
        )

    def _score(self, files: TrialFolder, result: ResultRecord, context: Context) -> None:
        """There is nothing to score."""


def make_stub(root: Path, name: str, steps: int = 10, pause: float = 0.0) -> StubTrial:
    """A stub in a results folder."""
    test_sets: tuple[TestSetJob, ...] = ()
    identity: Identity = {"trial": name}
    folder = SweepStore(root).trial(name).path
    return StubTrial(root, folder, name, identity, None, None, test_sets, steps=steps, pause=pause)


def expected_value(name: str, steps: int) -> str:
    """What a stub that was never disturbed ends with."""
    value = name
    for _ in range(steps):
        value = fold(value)
    return value


def fold(value: str) -> str:
    """One step."""
    return hashlib.sha256(value.encode()).hexdigest()


def write_checkpoint(folder: Path, iteration: int, value: str) -> None:
    """Writes a checkpoint as training does: a folder that gets its name in one step."""
    target = folder / f"{iteration:09d}"
    temporary = temporary_name(target)
    temporary.mkdir(parents=True)
    write_atomically(temporary / "state.json", json.dumps([iteration, value]).encode())
    publish_folder(temporary, target)
    for old in sorted(path for path in folder.iterdir() if path.name.isdigit())[:-2]:
        drop_folder(old)


def newest_checkpoint(folder: Path) -> tuple[int, str] | None:
    """Reads the newest checkpoint; one that is there is whole."""
    if not folder.is_dir():
        return None
    names = sorted(path for path in folder.iterdir() if path.name.isdigit())
    if not names:
        return None
    iteration, value = json.loads((names[-1] / "state.json").read_bytes())
    return iteration, value


def faults(root: Path, names: list[str], steps: int) -> list[str]:
    """Holds a finished folder against what undisturbed trials would have left.

    Returns:
        A sentence for each result that is lost, doubled or other than expected.
    """
    found = []
    folders = sorted(path.name for path in (root / "trials").iterdir())
    if folders != sorted(names):
        found.append(f"folders: {set(folders) ^ set(names)}")
    for name in names:
        files = TrialFolder(root / "trials" / name)
        if files.state != "done":
            found.append(f"{name}: {files.state}")
            continue
        value = expected_value(name, steps)
        if files.generator.read_text() != value:
            found.append(f"{name}: another generator")
        if files.read_result().generator_sha256 != hashlib.sha256(value.encode()).hexdigest():
            found.append(f"{name}: another result")
        logged = [record["iteration"] for record in read_log(files.log)]
        if logged != list(range(1, steps + 1)):
            found.append(f"{name}: steps lost or doubled in the log: {logged}")
        found += [f"{name}: {path.name}" for path in files.path.glob("result.conflict-*")]
    return found
