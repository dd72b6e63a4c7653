"""Cuts the power at each operation on the disk of one training, in every way a disk may take it.

    python tests/support/reliability/power_cuts.py [--states 40]

A trial of a tiny generator trains, writes checkpoints, is killed between two of them, goes on,
publishes its generator and its result, and is scored. A lossy disk tells in which states a power
cut at any moment may leave the folder. Each is laid down anew and the trial is run again: it has
to end with the bytes of one that nobody disturbed, and may do nothing again that had been said to
be done.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from lossy_disk import LossyDisk, State, put
from training_kills import (
    belongings,
    differing,
    make_job,
    noise,
    tiny_generator,
)

from srgan_core.data.images import write_png
from srgan_core.training import learner
from srgan_core.training.config import TrainingSpec
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.running import run_job
from sweep.execution.jobs.trial import TrainJob
from sweep.store import states as trial_states
from sweep.store.trial_folder import TrialFolder

WARMUP, STEPS, CHECKPOINT_EVERY, KILLED_AT, GOES_ON = 1, 8, 2, 5, 4
"""Checkpoints after 2, 4, 6 and 8 iterations of 9: two are dropped again, one is gone back to."""

SCORE_EVERY = 5
"""The path of the scores has a step on the way."""

AGAIN = 20
"""States that are tried of one resumption that is cut off itself."""


class Killed(BaseException):
    """Nothing of the process under test outlives it."""


@dataclass(frozen=True)
class Said:
    """What a run has told.

    Attributes:
        step: Steps that are in a checkpoint for certain.
        trained: Whether nothing is left to train.
    """

    step: int = 0
    trained: bool = False


def tiny_job(root: Path) -> TrainJob:
    """A trial below a results folder, its photographs beside that."""
    for index in range(2):
        write_png(root / "photographs" / f"{index}.png", noise(index, 64))
    job = make_job(root / "sweep", root / "photographs")
    assert job.spec is not None
    training = job.spec.training.model_dump() | {
        "steps": STEPS,
        "checkpoint_every": CHECKPOINT_EVERY,
        "discriminator": {"channels": 4, "warmup_steps": WARMUP},
    }
    spec = job.spec.model_dump() | {"training": training}
    return replace(job, spec=TrainingSpec.model_validate(spec), score_every=SCORE_EVERY)


def run(job: TrainJob, hear: Callable[[Event], None]) -> str:
    """Runs a trial as a worker does; returns its state."""
    return run_job(job, Context(hear, lambda: False, "cpu", 1))


def record(job: TrainJob, disk: LossyDisk, said: Said, killed_at: int | None = None) -> None:
    """Runs a trial to its end on a lossy disk, killed once on the way if so wished."""
    disk.say(said)

    def hear(event: Event) -> None:
        if event.kind == "progress":
            iteration = event.fields["iteration"]
            saved = (iteration - 1) // CHECKPOINT_EVERY * CHECKPOINT_EVERY
            disk.say(replace(disk.said, step=max(disk.said.step, WARMUP, saved)))
            if iteration == killed_at:
                raise Killed
        if event.kind == "scoring":
            disk.say(replace(disk.said, trained=True))

    with disk.watching():
        with suppress(Killed):
            run(job, hear)
        killed_at = None
        run(job, hear)


def outcome_of(job: TrainJob) -> dict[str, Any]:
    """What must not depend on cuts; lines of a warm-up are those of the trial that made it."""
    found = belongings(job)
    log = [line for line in found["log"] if line["step"] > 0]
    return found | {"log": log, "path": TrialFolder(job.folder).read_path()}


def unseen(disk: LossyDisk) -> list[str]:
    """Files that were written where the disk did not look."""
    known = {disk.root.joinpath(*parts) for parts, _ in disk.live()}
    found = {path for path in disk.root.rglob("*") if not path.name.endswith("lock")}
    return [f"not seen by the double: {path}" for path in sorted(found ^ known)]


def resume(job: TrainJob, said: Said, wanted: dict[str, Any]) -> list[str]:
    """Runs a trial on what a cut has left; returns what is wrong."""
    steps: list[int] = []
    warnings: list[str] = []

    def hear(event: Event) -> None:
        if event.kind == "progress":
            steps.append(event.fields["iteration"])
        if event.kind == "warning":
            warnings.append(event.fields["message"])

    state = run(job, hear)
    if state != trial_states.State.DONE or warnings:
        return [f"it ends {state}: {warnings}"]
    try:
        wrong = [f"another {name}" for name in differing(wanted, outcome_of(job))]
    except FileNotFoundError as error:
        wrong = [f"it ends without {error.filename}"]
    if steps and said.trained:
        wrong.append("trained again after its result")
    elif steps and steps[0] <= said.step:
        wrong.append(f"began at {steps[0]}, and {said.step} were in a checkpoint")
    return wrong


def cut(root: Path, states: int | None, twice: int, seed: int) -> dict[str, Any]:
    """Records one cycle, and resumes from all states of its disk or from so many.

    Args:
        root: An empty folder.
        states: How many to resume from; None for all.
        twice: How many of these resumptions are cut off in their turn.
        seed: Of what is chosen at random.
    """
    job, dice = tiny_job(root), random.Random(seed)
    begin = LossyDisk(root).live()
    run(job, lambda event: None)
    wanted = outcome_of(job)
    put(begin, root)
    disk = LossyDisk(root)
    record(job, disk, Said(), KILLED_AT)
    faults = unseen(disk) + [f"killed: another {n}" for n in differing(wanted, outcome_of(job))]
    if [a.resumed_from for a in TrialFolder(job.folder).read_trial().attempts] != [None, GOES_ON]:
        faults.append("it was not killed where it should be")
    found = list(disk.states.items())
    chosen = [*found] if states is None else dice.sample(found, states)
    for first in dice.sample(found, twice):
        chosen += dice.sample(resumed_states(job, root, *first), AGAIN)
    with mock.patch.object(os, "fsync", return_value=None):
        for state, said in chosen:
            put(state, root)
            faults += [f"{text} ({said})" for text in resume(job, said, wanted)]
    return {
        "operations": disk.moments,
        "states": len(found),
        "resumed": len(chosen),
        "faults": faults,
    }


def resumed_states(job: TrainJob, root: Path, state: State, said: Said) -> list[tuple[State, Said]]:
    """The states in which a cut leaves a trial that goes on after an earlier one."""
    put(state, root)
    disk = LossyDisk(root)
    record(job, disk, said)
    return list(disk.states.items())


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was cut and found as JSON; status 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=int, help="resume from so many of them only")
    parser.add_argument("--twice", type=int, default=0, help="so many are cut off again")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    learner.fresh_generator = tiny_generator  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve() / "all"
        os.environ["SWEEP_CACHE"] = f"{root}/cache"
        report = cut(root, options.states, options.twice, options.seed)
    print(json.dumps(report, indent=1))
    return int(bool(report["faults"]))


if __name__ == "__main__":
    sys.exit(main())
